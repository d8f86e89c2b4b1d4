"""A made-up country of two states and four towns, where banks lend near home: fields in every style of amount."""

from __future__ import annotations

import random
from datetime import date, timedelta

from matchmaking.domain.matching.learning.layout import Layout, parse_layout
from matchmaking.domain.matching.learning.loans import Loans, Row, read_loans

TEXT = """
name = "towns"
title = { zh = "小镇", en = "Towns" }
[columns]
id = "id"
day = "day"
lender = "lender"
[dates]
formats = ["iso"]
[fields]
state = "state"
city = "city"
zip = { column = "zip", kind = "digits", width = 5 }
industry = { column = "trade", kind = "digits" }
amount = { column = "amount", kind = "amount" }
[[lines]]
line = "activity"
levels = [""]
recent = 1
hand = 20
[[lines]]
line = "place"
levels = ["state", "state city", "zip"]
recent = 1
hand = 100
[[lines]]
line = "industry"
levels = ["industry/2", "industry/4"]
hand = 30
[[lines]]
line = "amount"
levels = ["amount~1"]
hand = 30
[[lines]]
line = "place_industry"
within = "state"
levels = ["state industry/2"]
"""
TOWNS = (("NA", "ELM", "01001"), ("NA", "OAK", "01200"), ("SO", "FIR", "70001"), ("SO", "BAY", "70300"))
FIRST = date(2024, 1, 1)


def layout() -> Layout:
    """The layout of the towns."""
    return parse_layout(TEXT)


def rows(many: int = 400, seed: int = 1) -> list[Row]:
    """Loans day by day: mostly the town's own bank, sometimes the trade's bank or the national one."""
    chance = random.Random(seed)
    found = []
    for nth in range(many):
        state, city, code = chance.choice(TOWNS)
        trade = chance.choice(("4401", "4402", "7211"))
        lender = chance.choices((f"BANK OF {city}", f"TRADE BANK {trade[:2]}", "NATIONAL"), (5, 2, 1))[0]
        amount = chance.choice((5_000, 20_000, 90_000))
        told = chance.choice((f"{amount}", f" ${amount:,} ", f"e ${amount:,}-{2 * amount:,}"))
        day = (FIRST + timedelta(days=nth // 4)).isoformat()
        found.append(loan(nth, day, state, city, code, trade, told, lender))
    return found


def loan(nth: object, day: str, state: str, city: str, code: str, trade: str, amount: str, lender: str) -> Row:
    """One row."""
    return {"id": f"L{nth}", "day": day, "state": state, "city": city, "zip": code, "trade": trade,
            "amount": amount, "lender": lender}  # fmt: skip


def loans(told: list[Row] | None = None) -> Loans:
    """Read and in order."""
    return read_loans(rows() if told is None else told, layout(), with_lender=True).by_day()

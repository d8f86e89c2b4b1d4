"""IFC by its mapping alone: first-money days, no amounts of money paid, names decoded once, nothing lost."""

from __future__ import annotations

import csv
import gzip
import html
import io
from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from matchmaking.domain.conversion.survival import Spell, compare, kaplan_meier
from matchmaking.domain.statements.answers import answers_of
from matchmaking.domain.statements.checks import Circumstances
from matchmaking.domain.statements.ledger import ledger_of
from matchmaking.domain.statements.mapping import parse_mapping
from matchmaking.domain.statements.positions import Position
from tests.real.sources import Read, data_file, mapping_named

pytestmark = pytest.mark.real
FILE, DAY = "ifc/ifc_2006_2013.csv.gz", date(2025, 4, 17)


@pytest.fixture
def positions(read: Read) -> list[Position]:
    """All positions."""
    report, found = read(data_file(FILE), "ifc", DAY)
    assert (report.rows, report.error_count, report.repeated, report.as_of) == (1_987, 0, 0, DAY)
    return found


def raw() -> list[dict[str, str]]:
    with gzip.open(data_file(FILE)) as file:
        return list(csv.DictReader(io.TextIOWrapper(file, "utf-8", newline="")))


def test_sixteen_numbers_stand_twice_and_no_row_is_lost(positions: list[Position], read: Read) -> None:
    twice = [number for number, count in Counter(row["Project Number"] for row in raw()).items() if count > 1]
    assert len(twice) == 16
    assert len({position.external_id for position in positions}) == 1_987
    source = mapping_named("ifc").source.replace('document = "Document Type"\n', "")
    report, _ = read(data_file(FILE), parse_mapping(source))
    assert [error.reason.code for error in report.errors] == ["row_duplicate_key"] * 16


def test_names_are_decoded_once(positions: list[Position]) -> None:
    for row, position in zip(raw(), positions, strict=True):
        assert position.firm == " ".join(html.unescape(row["Company Name"]).split())
        assert position.lender == " ".join(html.unescape(row["Department"]).split())
    assert not any("&amp;" in (position.firm or "") + (position.lender or "") for position in positions)


def test_amounts_are_unknown_and_the_ledger_says_so(positions: list[Position]) -> None:
    assert {position.disbursed for position in positions} == {None}
    ledger = ledger_of(positions, as_of=DAY)
    assert ledger.closes
    with_minor = {name for name, bucket in ledger.buckets.items() if bucket.minor}
    assert with_minor == {"SX", "SN"}
    assert ledger.signed == sum(bool(row["IFC Signed Date"]) for row in raw()) == 1_949


def test_first_money_days(positions: list[Position]) -> None:
    answers = answers_of(positions, Circumstances(DAY))
    rows = [row for row in raw() if row["IFC Signed Date"]]
    assert answers["signed_with_money"] == sum(bool(row["IFC Invested Date"]) for row in rows)
    assert answers["conversion_amount_pct"] is None
    assert answers["signed_with_disbursed_gt0"] is None


def test_a_pooled_rate_misleads(positions: list[Position]) -> None:
    def share(product: str) -> int:
        signed = [position for position in positions if position.signed_on and position.product == product]
        return 100 * sum(position.first_money_on is not None for position in signed) // len(signed)

    assert share("Guarantee") + 30 < share("Loan")
    assert {position.instrument for position in positions if position.product == "Loan"} == {"loan_contract"}
    assert {position.instrument for position in positions if position.product == "Guarantee"} == {"ungraded"}


@dataclass(frozen=True)
class Waited:
    """One signed project: days to first money, or to the day of the list where none is told."""

    spell: Spell
    product: str


def waited(positions: list[Position]) -> list[Waited]:
    made = []
    for position in positions:
        signed, paid = position.signed_on, position.first_money_on
        if signed is not None:
            # money before the signing day is none waited for
            days = max(0, ((paid or DAY) - signed).days)
            made.append(Waited(Spell(days, paid is not None), position.product or ""))
    return made


def test_time_to_first_money_by_product_line_with_censoring(positions: list[Position]) -> None:
    told = waited(positions)
    assert len(told) == 1_949
    lines = {name: [one.spell for one in told if one.product == name] for name in ("Loan", "Equity", "Guarantee")}
    curves = {name: kaplan_meier(group) for name, group in lines.items()}
    for name, curve in curves.items():
        # the product limit, told day by day: of those still in sight, who is not paid that day
        still = Fraction(1)
        for days in range(1_801):
            sight = [spell for spell in lines[name] if spell.days >= days]
            paid = sum(spell.days == days and spell.happened for spell in sight)
            still *= Fraction(len(sight) - paid, len(sight))
            assert days % 90 or curve.at(days) == still, name
    assert curves["Loan"].median() is not None
    loans, guarantees = curves["Loan"].at(1_800), curves["Guarantee"].at(1_800)
    assert guarantees - loans > Fraction(3, 10), "guarantees pay only when called"
    found = compare([lines[name] for name in lines])
    assert found is not None and found.freedom == 2 and found.p < Decimal("0.001")


def test_the_pooled_curve_is_that_of_no_product_line(positions: list[Position]) -> None:
    """Somebody who reads the pooled share off promises loans too little and guarantees too much."""
    told = waited(positions)
    pooled = kaplan_meier(one.spell for one in told)
    for product, above in (("Loan", False), ("Guarantee", True)):
        own = kaplan_meier(one.spell for one in told if one.product == product)
        bounds = own.steps[max(i for i, step in enumerate(own.steps) if step.days <= 360)].interval()
        assert bounds is not None
        assert (own.at(360) > pooled.at(360)) is above
        assert not bounds[0] <= pooled.at(360) <= bounds[1], product

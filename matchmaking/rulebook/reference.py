"""Public code tables and tables of rules, read once: industries, chains, sizes, divisions, LPR fixings, declines.

The files are in ``reference/``; the first lines of each name its source.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from matchmaking.domain.chains import Chain, ChainTable
from matchmaking.domain.declines import DeclineReason, DeclineTable
from matchmaking.domain.divisions import Division, DivisionTable, Zone
from matchmaking.domain.industries import Industry, IndustryTable
from matchmaking.domain.pricing import Fixing, LprTable, SpreadBounds
from matchmaking.domain.sizes import INDICATORS, Bounds, SizeRow, SizeTable
from matchmaking.rulebook import number

TABLES = Path(__file__).parent / "reference"


@cache
def industries() -> IndustryTable:
    """GB/T 4754-2017: sections, divisions and classes."""
    english = _toml("gbt4754_2017_en.toml")["names"]
    rows = (
        Industry(code, row["name"], row["section"] or code, english.get(code) or english[code[:2]])
        for row in _rows("gbt4754_2017.csv")
        for code in (row["code"],)
    )
    return IndustryTable({industry.code: industry for industry in rows})


@cache
def chain_editions() -> tuple[ChainTable, ...]:
    """产业链, every edition of the table, the earliest first."""
    found = tuple(
        ChainTable(
            edition["since"], edition["document"], edition["verified"],
            tuple(Chain(**one | {"prefixes": tuple(one["prefixes"])}) for one in edition["chains"]),
        )
        for edition in _toml("chains.toml")["editions"]
    )  # fmt: skip
    if any(later.since <= earlier.since for earlier, later in pairwise(found)):
        raise ValueError("editions of the chains are not in order of their day")
    return found


def chain_table(day: date) -> ChainTable:
    """The edition in force on ``day``; before the first one, the first."""
    return next((one for one in reversed(chain_editions()) if one.since <= day), chain_editions()[0])


@cache
def size_table() -> SizeTable:
    """国统字〔2017〕213号, sixteen rows."""
    table = _toml("sizes.toml")
    rows = tuple(_size_row(row) for row in table["rows"])
    return SizeTable(table["document"], rows, tuple(table["outside"]), industries().divisions())


def _size_row(row: Mapping[str, Any]) -> SizeRow:
    bounds = {name: Bounds(*row[name]) for name in INDICATORS if name in row}
    return SizeRow(row["number"], row["code"], bounds, tuple(row["industries"]))


@cache
def divisions() -> DivisionTable:
    """安康: the city, its counties through time, its functional zones."""
    table = _toml("areas_ankang.toml")
    city = Division(parent=None, **table["city"])
    counties = tuple(Division(parent=city.code, **county) for county in table["counties"])
    return DivisionTable(city, counties, tuple(Zone(**zone) for zone in table["zones"]))


@cache
def lpr() -> LprTable:
    """LPR fixings from 2019-08-20 on."""
    rows = _rows("lpr.csv")
    return LprTable(
        tuple(Fixing(date.fromisoformat(r["date"]), _ppm(r["one_year"]), _ppm(r["five_year"])) for r in rows)
    )


def _ppm(percent: str) -> int:
    """``3.10`` per cent → 31000 parts per million."""
    whole, _, hundredths = percent.partition(".")
    return int(whole) * 10_000 + int(f"{hundredths:0<2}"[:2]) * 100


def spread_bounds(day: date) -> SpreadBounds:
    """The spreads taken on ``day``, bp."""
    return SpreadBounds(number("lpr_spread_lowest_bp", day), number("lpr_spread_highest_bp", day))


@cache
def declines() -> DeclineTable:
    """Decline and exit reasons, version 1."""
    table = _toml("declines.toml")
    groups = {group: entries for group, entries in table.items() if isinstance(entries, dict)}
    reasons = (_decline(group, code, entry) for group, entries in groups.items() for code, entry in entries.items())
    return DeclineTable(table["version"], {reason.code: reason for reason in reasons})


def _decline(group: str, code: str, entry: Mapping[str, Any]) -> DeclineReason:
    return DeclineReason(
        code, group, frozenset(entry["speakers"]), entry.get("words", "free"), entry.get("evidence", False)
    )


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((TABLES / name).read_text("utf-8"))


def _rows(name: str) -> Iterator[dict[str, str]]:
    """Rows of a CSV whose first lines, begun with ``#``, tell its source."""
    lines = (TABLES / name).read_text("utf-8").splitlines()
    return csv.DictReader(line for line in lines if not line.startswith("#"))

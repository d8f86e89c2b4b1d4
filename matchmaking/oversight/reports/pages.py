"""The kept reports as their page shows them: one grade by one thing, the waits, and who stands behind the money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matchmaking.domain.money import per_million
from matchmaking.oversight.reports.payload import BY
from matchmaking.oversight.reports.texts import CLASSES

LEAST = 10
"""Groups of fewer contracts show no curve."""


@dataclass(frozen=True, slots=True)
class Converted:
    """One line; amounts in minor units, ``paid_minor`` no more than signed on any paper."""

    name: str
    papers: int
    signed_minor: int
    with_money: int
    paid_minor: int
    in_full: int

    @property
    def ppm(self) -> int | None:
        """Paid over signed."""
        return per_million(self.paid_minor, self.signed_minor) if self.signed_minor > 0 else None


@dataclass(frozen=True, slots=True)
class ReportsPage:
    """``grades``: which there are; ``grade`` and ``by``: what the first table is of; ``total``: its last line."""

    grades: Sequence[str]
    grade: str
    by: str
    rows: Sequence[Converted]
    total: Converted
    waiting: Sequence[Mapping[str, Any]]
    few: int
    """Lenders left out of the waits."""
    reconciled: Mapping[str, Mapping[str, Sequence[int]]]
    sums: Mapping[str, Sequence[int]]


def reports_page(payload: Mapping[str, Any], grade: str, by: str) -> ReportsPage:
    """``payload`` for the asked grade and breakdown, or the first there is."""
    told = payload["conversion"]
    grades = sorted(told, key=lambda each: (each != "loan_contract", each))
    grade = grade if grade in told else (grades[0] if grades else "")
    by = by if by in BY else "lender"
    rows = [Converted(*row) for row in told[grade][by]] if grade else []
    reconciled = payload["reconciled"]
    sums = {kind: _sum([row[kind] for row in reconciled.values() if kind in row]) for kind in CLASSES}
    waits = [row for row in payload["waiting"] if row["papers"] >= LEAST]
    return ReportsPage(
        grades, grade, by, rows, _total(rows), waits, len(payload["waiting"]) - len(waits), reconciled, sums
    )


def _total(rows: Sequence[Converted]) -> Converted:
    figures = ("papers", "signed_minor", "with_money", "paid_minor", "in_full")
    return Converted("", *(sum(getattr(row, name) for row in rows) for name in figures))


def _sum(told: Sequence[Sequence[int]]) -> list[int]:
    """Reports and minor units."""
    return [sum(each[at] for each in told) for at in (0, 1)]

"""One bank's reports of a month: opening + new + corrected − voided = closing, to the cent.

In the time of our records: a report stands from the day it was told to the day it was taken back. A 借据 that was taken
back and told again is corrected, not new.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Report:
    """One report of loan principal: ``revision`` counts a 借据's reports from 1; minor units."""

    amount: int
    revision: int
    told_on: date
    voided_on: date | None = None

    def stands(self, day: date) -> bool:
        """Whether our records of the end of ``day`` hold it."""
        return self.told_on <= day and (self.voided_on is None or self.voided_on > day)


@dataclass(frozen=True, slots=True)
class Bridge:
    """Minor units. ``closing`` is counted by itself, never reckoned from the others."""

    opening: int = 0
    new: int = 0
    corrected: int = 0
    voided: int = 0
    closing: int = 0

    @property
    def closes(self) -> bool:
        """Whether it adds up."""
        return self.opening + self.new + self.corrected - self.voided == self.closing

    def __add__(self, other: Bridge) -> Bridge:
        return Bridge(
            self.opening + other.opening,
            self.new + other.new,
            self.corrected + other.corrected,
            self.voided + other.voided,
            self.closing + other.closing,
        )


def bridge(reports: Iterable[Report], *, before: date, last: date) -> Bridge:
    """From the end of ``before`` to the end of ``last``; a report told and taken back between them is in both sums."""
    total = Bridge()
    for report in reports:
        told = before < report.told_on <= last
        voided = report.voided_on is not None and before < report.voided_on <= last
        total += Bridge(
            report.amount if report.stands(before) else 0,
            report.amount if told and report.revision == 1 else 0,
            report.amount if told and report.revision > 1 else 0,
            report.amount if voided else 0,
            report.amount if report.stands(last) else 0,
        )
    return total

"""What a paper says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from matchmaking.delivery.signings.models import Paper
from matchmaking.domain.money import Money


@dataclass(frozen=True, slots=True)
class PaperTold:
    """Terms of a paper. ``baseline`` is what the firm owes this bank today (zero is an answer), ``ious`` its notes.

    ``dated_on``: the day on a paper signed by hand before it was entered. ``follows_key``: the intent it follows.
    """

    instrument: str
    amount: Money
    term_months: int
    rate_ppm: int
    declared: str
    baseline: Money
    promised_on: date
    revolving: bool = False
    ious: tuple[str, ...] = ()
    available_until: date | None = None
    event_key: str | None = None
    event_on: date | None = None
    dated_on: date | None = None
    follows_key: str | None = None

    def columns(self) -> dict[str, Any]:
        """As the table keeps them."""
        return {
            "instrument": self.instrument,
            "amount_minor": self.amount.minor,
            "currency": self.amount.currency,
            "term_months": self.term_months,
            "rate_ppm": self.rate_ppm,
            "revolving": self.revolving,
            "declared": self.declared,
            "baseline_minor": self.baseline.minor,
            "baseline_ious": {"numbers": list(self.ious)},
            "promised_on": self.promised_on,
            "available_until": self.available_until,
            "event_key": self.event_key,
            "event_on": self.event_on,
            "dated_on": self.dated_on,
            "follows_key": self.follows_key,
        }

    def plain(self) -> dict[str, Any]:
        """As JSON keeps them."""
        days = {name: day.isoformat() if day else None for name, day in self._days()}
        return {**self.columns(), **days}

    def _days(self) -> tuple[tuple[str, date | None], ...]:
        return (
            ("promised_on", self.promised_on),
            ("available_until", self.available_until),
            ("event_on", self.event_on),
            ("dated_on", self.dated_on),
        )


def terms_of(paper: Paper) -> PaperTold:
    """The present terms."""
    return PaperTold(
        instrument=paper.instrument,
        amount=Money(paper.amount_minor, paper.currency),
        term_months=paper.term_months,
        rate_ppm=paper.rate_ppm,
        declared=paper.declared,
        baseline=Money(paper.baseline_minor, paper.currency),
        promised_on=paper.promised_on,
        revolving=paper.revolving,
        ious=tuple(paper.baseline_ious["numbers"]),
        available_until=paper.available_until,
        event_key=paper.event_key,
        event_on=paper.event_on,
        dated_on=paper.dated_on,
        follows_key=paper.follows_key,
    )

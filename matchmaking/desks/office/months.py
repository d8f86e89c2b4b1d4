"""One grade by month of signing: signed, bank-reported and verified, each in a column of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Integer, cast, extract, func, select
from sqlalchemy.orm import Session

from matchmaking.delivery.audits.models import AuditRow, AuditSnapshot
from matchmaking.domain.conversion.instruments import CONTRACTS
from matchmaking.domain.money import per_million


@dataclass(frozen=True, slots=True)
class MonthOfSigning:
    """Papers of the frozen cohort signed in one month; amounts in minor units, money as of the audit's day."""

    year: int
    month: int
    papers: int
    signed_minor: int
    paid_minor: int
    verified_minor: int

    @property
    def name(self) -> str:
        """``2026-03``."""
        return f"{self.year}-{self.month:02d}"

    @property
    def missing_minor(self) -> int:
        """Signed and not verified, never below zero."""
        return max(0, self.signed_minor - self.verified_minor)

    @property
    def ppm(self) -> int | None:
        """Verified over signed, parts per million."""
        return per_million(self.verified_minor, self.signed_minor) if self.signed_minor > 0 else None


@dataclass(frozen=True, slots=True)
class Months:
    """The months of one grade, the earliest first."""

    rows: Sequence[MonthOfSigning]

    @property
    def widest(self) -> MonthOfSigning:
        """The month with the most money signed and not verified; the latest of equals."""
        return max(self.rows, key=lambda row: (row.missing_minor, row.year, row.month))

    @property
    def papers(self) -> int:
        """Papers of all months."""
        return sum(row.papers for row in self.rows)


def months_of(session: Session, snapshot: AuditSnapshot, grade: str) -> Months | None:
    """Months of signing of a grade of contracts, or None: an intent promises no loan, so it has no verified share.

    One SQL statement; ``snapshot`` comes from ``latest_snapshot``, which has looked at the viewer's window.
    """
    if grade not in CONTRACTS:
        return None
    row = AuditRow
    year, month = (cast(extract(part, row.signed_on), Integer) for part in ("year", "month"))
    asked = (
        select(
            year, month, func.count(), func.coalesce(func.sum(row.signed_minor), 0),
            func.coalesce(func.sum(row.paid_minor), 0), func.coalesce(func.sum(row.verified_minor), 0),
        )
        .where(row.snapshot_id == snapshot.id, row.grade == grade, row.standing == "member", row.signed_on.is_not(None))
        .group_by(year, month)
        .order_by(year, month)
    )  # fmt: skip
    rows = [MonthOfSigning(*(int(figure) for figure in found)) for found in session.execute(asked)]
    return Months(rows) if rows else None

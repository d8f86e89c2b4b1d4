"""Standings as they were kept: the whole table for the office, one bank's own for that bank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from matchmaking.delivery.audits.models import AuditRow, AuditSnapshot
from matchmaking.desks.standings.models import BankCase, BankComment, BankStanding
from matchmaking.registry.portfolios.models import Portfolio

MOST_CASES = 500
"""Contracts listed on a bank's page of workings; its list of contracts has them all."""


@dataclass(frozen=True, slots=True)
class BankRow:
    """One bank of the table, with its last word on any reckoning of this portfolio known by the audit's day."""

    standing: BankStanding
    comment: BankComment | None


@dataclass(frozen=True, slots=True)
class OwnStanding:
    """The newest reckoning of one bank."""

    standing: BankStanding
    snapshot: AuditSnapshot
    portfolio: Portfolio


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One contract of one's own with what was expected of it."""

    case: BankCase
    row: AuditRow


def bank_rows(session: Session, snapshot: AuditSnapshot | None) -> list[BankRow]:
    """Every bank of ``snapshot`` in no order of its own; one SQL statement, none without a snapshot.

    ``snapshot`` comes from ``latest_snapshot``, which has looked at the viewer's window.
    """
    if snapshot is None:
        return []
    later = aliased(BankComment)
    last = select(func.max(later.id)).where(
        later.portfolio_id == snapshot.portfolio_id, later.lender == BankStanding.lender
    )
    asked = (
        select(BankStanding, BankComment)
        .outerjoin(BankComment, BankComment.id == last.correlate(BankStanding).scalar_subquery())
        .where(BankStanding.snapshot_id == snapshot.id)
    )
    return [BankRow(*row) for row in session.execute(asked).tuples()]


def own_standing(session: Session, portfolio_code: str, lender: str) -> OwnStanding | None:
    """The newest reckoning of ``lender``, which the caller takes from the viewer's own organisation."""
    asked = (
        select(BankStanding, AuditSnapshot, Portfolio)
        .join(AuditSnapshot, AuditSnapshot.id == BankStanding.snapshot_id)
        .join(Portfolio, Portfolio.id == AuditSnapshot.portfolio_id)
        .where(Portfolio.code == portfolio_code, BankStanding.lender == lender)
        .order_by(AuditSnapshot.as_of.desc(), AuditSnapshot.known_on.desc(), AuditSnapshot.id.desc())
        .limit(1)
    )
    found = session.execute(asked).tuples().first()
    return None if found is None else OwnStanding(*found)


def own_cases(session: Session, standing: BankStanding, branch: str | None) -> list[CaseRow]:
    """Its contracts, the largest gap to what was expected first; of a branch those that it signed."""
    row = and_(AuditRow.snapshot_id == standing.snapshot_id, AuditRow.agreement_id == BankCase.agreement_id)
    asked = select(BankCase, AuditRow).join(AuditRow, row).where(BankCase.standing_id == standing.id)
    if branch is not None:
        asked = asked.where(AuditRow.branch == branch)
    gap = BankCase.paid_ppm - func.coalesce(BankCase.expected_ppm, 0)
    found = session.execute(asked.order_by(gap, BankCase.id).limit(MOST_CASES)).tuples()
    return [CaseRow(*one) for one in found]


def comments_of(session: Session, portfolio_id: int, lender: str) -> Sequence[BankComment]:
    """All that the bank said, the latest first."""
    asked = select(BankComment).where(BankComment.portfolio_id == portfolio_id, BankComment.lender == lender)
    return list(session.scalars(asked.order_by(BankComment.id.desc()).limit(20)))

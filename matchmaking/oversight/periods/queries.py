"""Closed months: their frozen lines, what was restated since, who told the facts behind it, and the list for pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement, RecordedFact
from matchmaking.delivery.audits.models import AuditLine, AuditRow, AuditSnapshot
from matchmaking.delivery.statements.models import Statement
from matchmaking.domain.conversion.closing import MEMBER, Cell, Headline, Held, headlines, heads_read
from matchmaking.domain.conversion.instruments import INSTRUMENTS
from matchmaking.oversight.periods.models import (
    PeriodCause,
    PeriodChange,
    PeriodClose,
    PeriodProposal,
    PeriodRestatement,
)
from matchmaking.registry.portfolios.models import Portfolio

LINE = ("agreement_id", "standing", "grade", "bucket", "amount_minor", "verified_minor")


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed month: the act of closing and what it closed on."""

    close: PeriodClose
    proposal: PeriodProposal

    @property
    def as_of(self) -> date:
        """The month's last day."""
        return self.proposal.as_of


@dataclass(frozen=True, slots=True)
class Period:
    """One month for a list: proposed or closed; heads by grade as frozen, and how each was restated since."""

    proposal: PeriodProposal
    close: PeriodClose | None
    restatements: int
    frozen: dict[str, Headline] = field(default_factory=dict)
    changed: dict[str, Headline] = field(default_factory=dict)

    @property
    def grades(self) -> list[str]:
        """Grades that hold or held anything, the firmest first."""
        held = {**self.frozen, **self.changed}
        return [grade for grade in INSTRUMENTS if grade in held]

    def now(self, grade: str) -> Headline:
        """The head as restated so far."""
        return self.frozen.get(grade, Headline()) + self.changed.get(grade, Headline())


def closed_months(session: Session, portfolio_id: int) -> list[Closed]:
    """Every closed month of a portfolio, the earliest first; one SQL statement."""
    wanted = (
        select(PeriodClose, PeriodProposal)
        .join(PeriodProposal, PeriodProposal.id == PeriodClose.proposal_id)
        .where(PeriodClose.portfolio_id == portfolio_id)
        .order_by(PeriodClose.month)
    )
    return [Closed(*row) for row in session.execute(wanted)]


def closed_month(session: Session, portfolio_id: int, month: str) -> Closed | None:
    """One closed month."""
    return next((one for one in closed_months(session, portfolio_id) if one.close.month == month), None)


def last_closed(session: Session, portfolio_id: int) -> str | None:
    """The latest closed month, as ``2025-06``."""
    return session.scalar(select(func.max(PeriodClose.month)).where(PeriodClose.portfolio_id == portfolio_id))


def proposal_by_key(session: Session, portfolio_id: int, key: str) -> PeriodProposal | None:
    """A proposal of this portfolio."""
    wanted = select(PeriodProposal).where(PeriodProposal.portfolio_id == portfolio_id, PeriodProposal.public_key == key)
    return session.scalars(wanted).one_or_none()


def snapshot_of(session: Session, proposal: PeriodProposal) -> AuditSnapshot:
    """The frozen audit."""
    return session.get_one(AuditSnapshot, proposal.snapshot_id)


def frozen_lines(session: Session, snapshot_id: int) -> list[tuple[str, dict[str, Any]]]:
    """Lines of a snapshot: (public key of the agreement, columns :data:`LINE`); one SQL statement."""
    wanted = (
        select(AuditRow.public_key, *(getattr(AuditLine, name) for name in LINE))
        .join(
            AuditRow,
            (AuditRow.snapshot_id == AuditLine.snapshot_id) & (AuditRow.agreement_id == AuditLine.agreement_id),
        )
        .where(AuditLine.snapshot_id == snapshot_id)
    )
    return [(row[0], dict(zip(LINE, row[1:], strict=True))) for row in session.execute(wanted)]


def restatements_of(session: Session, close_id: int) -> list[PeriodRestatement]:
    """Restatements of a closed month, the first first."""
    wanted = select(PeriodRestatement).where(PeriodRestatement.close_id == close_id)
    return list(session.scalars(wanted.order_by(PeriodRestatement.number)))


def changes_of(session: Session, close_id: int) -> dict[int, dict[Cell, Held]]:
    """Restatement's id → what it changed, cell by cell; one SQL statement."""
    wanted = (
        select(PeriodChange)
        .join(PeriodRestatement, PeriodRestatement.id == PeriodChange.restatement_id)
        .where(PeriodRestatement.close_id == close_id)
        .order_by(PeriodChange.id)
    )
    found: dict[int, dict[Cell, Held]] = defaultdict(dict)
    for row in session.scalars(wanted):
        cell = Cell(row.agreement_id, row.standing, row.grade, row.bucket)
        found[row.restatement_id][cell] = Held(row.amount_minor, row.verified_minor)
    return found


def causes_of(session: Session, close_id: int) -> list[tuple[PeriodCause, str]]:
    """Every cause named so far, each with the public key of the agreement it changed; one SQL statement."""
    wanted = (
        select(PeriodCause, Agreement.public_key)
        .join(PeriodRestatement, PeriodRestatement.id == PeriodCause.restatement_id)
        .join(Agreement, Agreement.id == PeriodCause.agreement_id)
        .where(PeriodRestatement.close_id == close_id)
        .order_by(PeriodCause.told_at, PeriodCause.id)
    )
    return [(row[0], row[1]) for row in session.execute(wanted)]


@dataclass(frozen=True, slots=True)
class Told:
    """Of a fact: its table, when our records learned of it, through whom."""

    kind: str
    at: datetime
    by: str


def tellers(session: Session, keys: Iterable[str]) -> dict[str, Told]:
    """Fact's key → who told it; a statement per table of facts, for jobs."""
    wanted = sorted(set(keys))
    found: dict[str, Told] = {}
    for table in (Agreement, Statement, *RecordedFact.__subclasses__()) if wanted else ():
        columns = (table.public_key, table.recorded_at, table.recorded_by)  # type: ignore[attr-defined]
        asked = select(*columns).where(table.public_key.in_(wanted))  # type: ignore[attr-defined]
        name = str(table.__tablename__)  # type: ignore[attr-defined]
        found |= {key: Told(name, at, by) for key, at, by in session.execute(asked).tuples()}
    return found


def statements_since(session: Session, portfolio_id: int, *, as_of: date, since: datetime) -> list[str]:
    """Keys of statements about days up to ``as_of`` that came in after ``since``, in order of their coming."""
    wanted = select(Statement.public_key).where(
        Statement.portfolio_id == portfolio_id, Statement.as_of <= as_of, Statement.recorded_at > since
    )
    return list(session.scalars(wanted.order_by(Statement.recorded_at, Statement.id)))


def periods_of(session: Session, portfolio: Portfolio) -> list[Period]:
    """Months proposed or closed, the latest first, of several proposals the last or the one closed on; one statement.

    What was restated is summed by grade and bucket; the frozen heads stand with the proposal.
    """
    found: dict[int, Period] = {}
    sums: dict[int, list[tuple[str, str, Held]]] = defaultdict(list)
    for proposal, close, restated, grade, bucket, amount, verified in session.execute(_listed(portfolio.id)):
        found.setdefault(proposal.id, Period(proposal, close, restated or 0, heads_read(proposal.heads)))
        if grade is not None:
            sums[proposal.id].append((grade, bucket, Held(int(amount), int(verified))))
    shown: dict[str, Period] = {}
    for one in sorted(found.values(), key=lambda each: (each.close is not None, each.proposal.id)):
        shown[one.proposal.month] = replace(one, changed=headlines(sums[one.proposal.id]))
    return [shown[month] for month in sorted(shown, reverse=True)]


def closed_on(session: Session, portfolio: Portfolio, day: date) -> Period | None:
    """The closed month whose last day is ``day``; nothing is asked of a day that ends no month."""
    if (day + timedelta(days=1)).day != 1:
        return None
    found = (one for one in periods_of(session, portfolio) if one.close and one.proposal.as_of == day)
    return next(found, None)


def _listed(portfolio_id: int) -> Select[Any]:
    change = (
        select(
            PeriodRestatement.close_id, PeriodChange.grade, PeriodChange.bucket,
            func.sum(PeriodChange.amount_minor).label("amount"),
            func.sum(PeriodChange.verified_minor).label("verified"),
        )
        .join(PeriodChange, PeriodChange.restatement_id == PeriodRestatement.id)
        .where(PeriodChange.standing == MEMBER)
        .group_by(PeriodRestatement.close_id, PeriodChange.grade, PeriodChange.bucket)
        .subquery()
    )  # fmt: skip
    restated = select(func.count()).where(PeriodRestatement.close_id == PeriodClose.id).correlate(PeriodClose)
    return (
        select(
            PeriodProposal, PeriodClose, restated.scalar_subquery(),
            change.c.grade, change.c.bucket, change.c.amount, change.c.verified,
        )
        .outerjoin(PeriodClose, PeriodClose.proposal_id == PeriodProposal.id)
        .outerjoin(change, change.c.close_id == PeriodClose.id)
        .where(PeriodProposal.portfolio_id == portfolio_id)
        .order_by(PeriodProposal.id)
    )  # fmt: skip

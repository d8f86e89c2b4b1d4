"""Which statement stands on a day, as known at an instant, and what it says. Lists for pages are in ``pages.py``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, aliased

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.statements.facts import AMOUNTS, PLAIN, StoredPosition, to_position
from matchmaking.delivery.statements.models import Statement, StatementPosition

AT_ONCE = 2_000
"""Rows fetched at a time: memory stays flat whatever the size of a statement."""

_COLUMNS = [getattr(StatementPosition, name) for name in (*PLAIN, "line", *(column for _, column in AMOUNTS))]


def statement_for(session: Session, portfolio_id: int, as_of: date, known_at: datetime) -> list[Statement]:
    """The standing statement of each series: latest day ≤ ``as_of``, and of that day the last recorded ≤ ``known_at``.

    In order of series; empty before the first statement's day, where the answer is *unknown*, not zero.
    """
    wanted = _in_order().where(
        Statement.portfolio_id == portfolio_id, Statement.as_of <= as_of, Statement.recorded_at <= known_at
    )
    standing: dict[str, Statement] = {}
    for statement in session.scalars(wanted):
        standing.setdefault(statement.series, statement)
    return [standing[series] for series in sorted(standing)]


def standing_on(session: Session, portfolio_id: int, series: str, day: date) -> Statement | None:
    """The last recorded statement of ``series`` for exactly ``day``."""
    wanted = _in_order().where(
        Statement.portfolio_id == portfolio_id, Statement.series == series, Statement.as_of == day
    )
    return session.scalars(wanted.limit(1)).first()


def standing_before(session: Session, portfolio_id: int, series: str, day: date) -> Statement | None:
    """The standing statement of the latest day of ``series`` before ``day``."""
    wanted = _in_order().where(
        Statement.portfolio_id == portfolio_id, Statement.series == series, Statement.as_of < day
    )
    return session.scalars(wanted.limit(1)).first()


def is_standing() -> ColumnElement[bool]:
    """SQL: no later statement of the same series and day overtakes ``Statement``."""
    later = aliased(Statement)
    return ~(
        select(later.id)
        .where(
            later.portfolio_id == Statement.portfolio_id,
            later.series == Statement.series,
            later.as_of == Statement.as_of,
            later.id > Statement.id,
        )
        .exists()
    )


def positions_of(session: Session, statement_id: int) -> Iterator[StoredPosition]:
    """Every position of one statement in order of its lines; one SQL statement, streamed."""
    wanted = (
        select(
            StatementPosition.id,
            StatementPosition.agreement_id,
            Agreement.public_key,
            Agreement.external_id,
            Statement.currency,
            *_COLUMNS,
        )
        .join(Agreement, Agreement.id == StatementPosition.agreement_id)
        .join(Statement, Statement.id == StatementPosition.statement_id)
        .where(StatementPosition.statement_id == statement_id)
        .order_by(StatementPosition.line, StatementPosition.id)
    )
    for row in session.execute(wanted.execution_options(yield_per=AT_ONCE)).mappings():
        says = to_position(row, row["external_id"], row["currency"])
        yield StoredPosition(row["id"], row["agreement_id"], row["public_key"], says)


def agreements_of(
    session: Session, portfolio_id: int, series: str, among: Sequence[str] | None = None
) -> dict[str, int]:
    """``external_id`` → id of the agreements that statements of ``series`` ever named, or of those ``among`` them."""
    wanted = select(Agreement.external_id, Agreement.id).where(
        Agreement.portfolio_id == portfolio_id, Agreement.series == series, Agreement.origin == "statement"
    )
    if among is not None:
        wanted = wanted.where(Agreement.external_id.in_(among))
    return {row.external_id: row.id for row in session.execute(wanted)}


def _in_order() -> Select[tuple[Statement]]:
    return select(Statement).order_by(Statement.as_of.desc(), Statement.recorded_at.desc(), Statement.id.desc())

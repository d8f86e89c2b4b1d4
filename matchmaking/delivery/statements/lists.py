"""What the pages show of statements: the list, one statement, and what it changed; each in one SQL statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, not_, or_, select
from sqlalchemy.orm import Session, aliased

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.statements.facts import AMOUNTS, PLAIN
from matchmaking.delivery.statements.models import Statement, StatementPosition
from matchmaking.delivery.statements.queries import is_standing
from matchmaking.domain.statements.comparing import CUMULATIVE
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import seen_by

KINDS = ("added", "changed", "decreased", "vanished", "reworded")
FALLING = tuple(column for name, column in AMOUNTS if name in CUMULATIVE)
Earlier = aliased(Statement, name="earlier_statement")
Then, Now = aliased(StatementPosition, name="then_said"), aliased(StatementPosition, name="now_says")


@dataclass(frozen=True, slots=True)
class StatementSheet:
    """One statement for its page. ``standing``: no later one of its series and day overtakes it."""

    statement: Statement
    portfolio: Portfolio
    earlier_key: str | None
    earlier_as_of: date | None
    earlier_rounded: int | None
    standing: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """What one statement says: ``amounts`` by measure in minor units, ``facts`` by field, the ``line`` of its file."""

    amounts: dict[str, int | None]
    facts: dict[str, Any]
    line: int


@dataclass(frozen=True, slots=True)
class Change:
    """One agreement in a list of changes; ``then`` or ``now`` is None where that statement does not name it."""

    public_key: str
    external_id: str
    firm: str | None
    then: Figures | None
    now: Figures | None

    @property
    def moved(self) -> list[str]:
        """Measures whose figures are not the same."""
        then, now = self.then, self.now
        return [n for n, _ in AMOUNTS if (then and then.amounts[n]) != (now and now.amounts[n])]

    @property
    def reworded(self) -> list[str]:
        """Words and days that are not the same."""
        if self.then is None or self.now is None:
            return []
        return [name for name in PLAIN if self.then.facts[name] != self.now.facts[name]]


def statement_list(
    session: Session, viewer: Viewer, *, portfolio_code: str | None = None, limit: int, offset: int = 0
) -> tuple[list[StatementSheet], int]:
    """Statements, the latest recorded first, and how many there are in all (counted by the same statement)."""
    wanted = _sheets(viewer).add_columns(func.count().over().label("total"))
    if portfolio_code:
        wanted = wanted.where(Portfolio.code == portfolio_code)
    ordered = wanted.order_by(Statement.recorded_at.desc(), Statement.id.desc()).limit(limit).offset(offset)
    rows = session.execute(ordered).all()
    return [_sheet(row) for row in rows], rows[0].total if rows else 0


def statement_sheet(session: Session, viewer: Viewer, public_key: str) -> StatementSheet | None:
    """One statement, or None when there is none or it is not the viewer's to see."""
    row = session.execute(_sheets(viewer).where(Statement.public_key == public_key)).first()
    return None if row is None else _sheet(row)


def _sheets(viewer: Viewer) -> Select[Any]:
    return (
        select(
            Statement,
            Portfolio,
            Earlier.public_key.label("earlier_key"),
            Earlier.as_of.label("earlier_as_of"),
            Earlier.rounded_to.label("earlier_rounded"),
            is_standing().label("standing"),
        )
        .join(Portfolio, Portfolio.id == Statement.portfolio_id)
        .outerjoin(Earlier, Earlier.id == Statement.earlier_id)
        .where(seen_by(viewer))
    )


def _sheet(row: Row[Any]) -> StatementSheet:
    return StatementSheet(
        row.Statement, row.Portfolio, row.earlier_key, row.earlier_as_of, row.earlier_rounded, bool(row.standing)
    )


def changes(session: Session, sheet: StatementSheet, kind: str, *, limit: int, offset: int = 0) -> Sequence[Change]:
    """The agreements of one of :data:`KINDS` in ``sheet`` against its earlier statement; one SQL statement.

    Derived by comparing the two statements' rows, never stored; in order of their ids.
    """
    wanted = _ADDED_OR_GONE[kind](sheet) if kind in _ADDED_OR_GONE else _in_both(sheet, kind)
    ordered = wanted.order_by(Agreement.external_id).limit(limit).offset(offset)
    return [_change(row) for row in session.execute(ordered)]


def _added(sheet: StatementSheet) -> Select[Any]:
    beside = and_(Then.agreement_id == Now.agreement_id, Then.statement_id == sheet.statement.earlier_id)
    wanted = _columns().join(Now, Now.agreement_id == Agreement.id).outerjoin(Then, beside)
    return wanted.where(Now.statement_id == sheet.statement.id, Then.id.is_(None))


def _vanished(sheet: StatementSheet) -> Select[Any]:
    beside = and_(Now.agreement_id == Then.agreement_id, Now.statement_id == sheet.statement.id)
    wanted = _columns().join(Then, Then.agreement_id == Agreement.id).outerjoin(Now, beside)
    return wanted.where(Then.statement_id == sheet.statement.earlier_id, Now.id.is_(None))


_ADDED_OR_GONE = {"added": _added, "vanished": _vanished}


def _in_both(sheet: StatementSheet, kind: str) -> Select[Any]:
    rounded_to = max(sheet.statement.rounded_to or 0, sheet.earlier_rounded or 0)
    moved = or_(*(_moved(column, rounded_to) for _, column in AMOUNTS))
    conditions = {
        "changed": moved,
        "decreased": or_(*(and_(_moved(column, rounded_to), _fell(column)) for column in FALLING)),
        "reworded": and_(not_(moved), or_(*(_differs(name) for name in PLAIN))),
    }
    wanted = _columns().join(Now, Now.agreement_id == Agreement.id).join(Then, Then.agreement_id == Agreement.id)
    beside = (Now.statement_id == sheet.statement.id, Then.statement_id == sheet.statement.earlier_id)
    return wanted.where(*beside, conditions[kind])


def _columns() -> Select[Any]:
    return select(Agreement.public_key, Agreement.external_id, Agreement.firm, Now, Then)


def _moved(column: str, rounded_to: int) -> ColumnElement[bool]:
    """The rule of ``domain.statements.comparing.same_amount``, in SQL."""
    now, then = getattr(Now, column), getattr(Then, column)
    gained = and_(now.is_not(None), then.is_(None))
    return or_(gained, func.coalesce(2 * func.abs(now - then), 0) > rounded_to)


def _fell(column: str) -> ColumnElement[bool]:
    return func.coalesce(getattr(Now, column), 0) < func.coalesce(getattr(Then, column), 0)


def _differs(name: str) -> ColumnElement[bool]:
    return getattr(Now, name).is_distinct_from(getattr(Then, name))


def _change(row: Row[Any]) -> Change:
    now, then = row[3], row[4]
    return Change(row.public_key, row.external_id, (now or then).firm or row.firm, _figures(then), _figures(now))


def _figures(position: StatementPosition | None) -> Figures | None:
    if position is None:
        return None
    amounts = {name: getattr(position, column) for name, column in AMOUNTS}
    return Figures(amounts, {name: getattr(position, name) for name in PLAIN}, position.line)

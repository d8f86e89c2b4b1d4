"""The largest and the newest open finding of each kind: what an office asks about first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import JSON, ColumnElement, cast, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.findings.models import Finding
from matchmaking.delivery.findings.queries import open_in
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.foundation.clock import business_day
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.rulebook import number, workdays


@dataclass(frozen=True, slots=True)
class Pressing:
    """One open finding of a signing. ``left``: workdays until its answer is due, negative when the day is over."""

    number: int
    code: str
    amount_minor: int | None
    external_id: str
    lender: str
    area_name: str
    due_on: date
    left: int


def largest_open(session: Session, viewer: Viewer, portfolio: Portfolio, *, until: date, on: date) -> list[Pressing]:
    """Of every kind seen up to ``until`` the largest open finding and the newest, by amount; ``on`` is the reader's
    day. One SQL statement.
    """
    amount = _amount(session)
    size, age = (
        func.row_number().over(partition_by=Finding.code, order_by=order)
        for order in ((amount.desc(), Finding.id), (Finding.as_of.desc(), amount.desc(), Finding.id))
    )
    asked = open_in(
        select(
            Finding.id, Finding.code, amount.label("amount"), Finding.recorded_at, Agreement.external_id,
            Agreement.lender, Agreement.area_name, size.label("size"), age.label("age"),
        ),
        viewer,
    )  # fmt: skip
    ranked = asked.where(Finding.portfolio_id == portfolio.id, Finding.as_of <= until, amount.is_not(None)).subquery()
    first = select(ranked).where(or_(ranked.c.size == 1, ranked.c.age == 1))
    rows = session.execute(first.order_by(ranked.c.amount.desc(), ranked.c.id))
    return [_pressing(row, on) for row in rows]


def _amount(session: Session) -> ColumnElement[int]:
    """The finding's amount in minor units: parameters are stored as text, which PostgreSQL has to be told is JSON."""
    column = Finding.__table__.c.params
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    found = cast(column, JSON) if on_postgresql else type_coerce(column, JSON)
    return found["amount"].as_integer()


def _pressing(row: Any, on: date) -> Pressing:
    recorded = business_day(row.recorded_at)
    due = workdays().add(recorded, number("finding_reply_workdays", recorded))
    left = workdays().between(on, due) if on <= due else -workdays().between(due, on)
    return Pressing(
        number=row.id, code=row.code, amount_minor=row.amount, external_id=row.external_id or "",
        lender=row.lender or "", area_name=row.area_name or "", due_on=due, left=left,
    )  # fmt: skip

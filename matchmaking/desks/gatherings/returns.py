"""What a meeting cost and what came of it: net-new yuan by horizon, cost per yuan, who comes again without a loan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.audits.models import AuditRow, AuditSnapshot
from matchmaking.desks.gatherings.models import EventCost
from matchmaking.desks.gatherings.queries import HORIZONS, Told
from matchmaking.domain.conversion.instruments import CONTRACTS
from matchmaking.market.events.models import Event, EventAttendance, EventAttendanceStruck
from matchmaking.registry.organisations.models import Organisation

MEMBER = "member"
AGAIN = 2
"""Meetings after which a firm counts as one that comes again."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """Net-new verified money of the meeting's own contracts after ``days``; None: the day is to come, or not kept.

    ``fen_per_thousand``: cost in fen for every thousand yuan of it, rounded half up; None without cost or money.
    """

    days: int
    due: date
    net_new_minor: int | None
    fen_per_thousand: int | None


@dataclass(frozen=True, slots=True)
class Returner:
    """A firm that was at this meeting and at others before, and to which no contract has paid a cent so far."""

    name: str
    meetings: int


@dataclass(frozen=True, slots=True)
class Return:
    """One meeting's return; ``firms``: firms on its sheet."""

    cost: EventCost | None
    horizons: Sequence[Horizon]
    firms: int
    without_loan: Sequence[Returner]


def last_cost(session: Session, event_key: str) -> EventCost | None:
    """The entry that holds."""
    asked = select(EventCost).where(EventCost.event_key == event_key).order_by(EventCost.id.desc()).limit(1)
    return session.scalars(asked).first()


def horizons_of(
    event: Event, kept: Mapping[tuple[str, int], Sequence[Told]], cost: EventCost | None, as_of: date
) -> list[Horizon]:
    """Of contracts of the frozen cohort alone: 会前存量 and 补录 are no return of the meeting."""
    found = []
    for days in HORIZONS:
        due = event.held_on + timedelta(days=days)
        rows = kept.get((event.public_key, days)) if due <= as_of else None
        own = [one for one in rows or () if one.standing == MEMBER and one.instrument in CONTRACTS]
        unknown = rows is None or any(one.net_new_minor is None for one in own)
        money = None if unknown else sum(one.net_new_minor or 0 for one in own)
        found.append(Horizon(days, due, money, per_thousand(cost.amount_minor if cost else None, money)))
    return found


def per_thousand(cost_minor: int | None, money_minor: int | None) -> int | None:
    """Fen of cost for each thousand yuan of money, rounded half up; None where there is no cost or no money."""
    if cost_minor is None or not money_minor:
        return None
    return int(Fraction(cost_minor * 100_000, money_minor) + Fraction(1, 2))


def without_loan(session: Session, snapshot: AuditSnapshot, event: Event) -> tuple[int, list[Returner]]:
    """Firms on the sheet of ``event``, and those of them that were at more meetings up to it and have had no money
    of any contract in ``snapshot``; one SQL statement.
    """
    one = EventAttendance
    struck = select(EventAttendanceStruck.id).where(EventAttendanceStruck.attendance_id == one.id).exists()
    came = (
        select(one.organisation_id, func.count(func.distinct(one.event_id)).label("meetings"))
        .join(Event, Event.id == one.event_id)
        .where(one.side == "enterprise", ~struck, Event.held_on <= event.held_on)
        .group_by(one.organisation_id)
        .subquery()
    )
    paid = (
        select(AuditRow.id)
        .join(Agreement, Agreement.id == AuditRow.agreement_id)
        .where(
            AuditRow.snapshot_id == snapshot.id, AuditRow.grade.in_(CONTRACTS), AuditRow.paid,
            Agreement.firm_key == Organisation.public_key,
        )
        .exists()
    )  # fmt: skip
    asked = (
        select(Organisation.name, came.c.meetings, paid)
        .join(came, came.c.organisation_id == Organisation.id)
        .join(one, one.organisation_id == Organisation.id)
        .where(one.event_id == event.id, one.side == "enterprise", ~struck)
        .distinct()
        .order_by(came.c.meetings.desc(), Organisation.name)
    )
    rows = session.execute(asked).tuples().all()
    return len(rows), [Returner(name, meetings) for name, meetings, has in rows if meetings >= AGAIN and not has]

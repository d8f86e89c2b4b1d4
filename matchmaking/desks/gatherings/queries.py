"""What came of meetings, read from what was reckoned at night: kept outcomes, and the rows of a stored audit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.audits.models import AuditRow, AuditSnapshot
from matchmaking.desks.gatherings.models import EventOutcome
from matchmaking.market.events.models import Event
from matchmaking.market.events.queries import Attended, attendance_of
from matchmaking.registry.organisations.models import Organisation

HORIZONS = (30, 90, 180, 360)
"""Days after a meeting on which its outcome is asked for."""
MOST_PAPERS = 200
"""Papers listed on the page of one meeting; the ledger has them all."""


@dataclass(frozen=True, slots=True)
class Told:
    """Papers of one instrument and standing; amounts in minor units. Instruments are never added."""

    instrument: str
    standing: str
    papers: int
    paid_papers: int
    signed_minor: int
    paid_minor: int
    verified_minor: int
    net_new_minor: int | None = None
    """Of the verified money what is net-new; None where it was not kept."""

    def columns(self) -> dict[str, Any]:
        """As columns of :class:`EventOutcome`."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Attendance:
    """A meeting at which a firm was, and the papers it signed there; ``papers`` empty: nothing came of it so far."""

    attended: Attended
    papers: Sequence[Told]


def latest_told(session: Session, portfolio_id: int, event_key: str = "") -> dict[tuple[str, int], list[Told]]:
    """(event, horizon) → what holds: the rows of the highest ``facts_seq``; one SQL statement."""
    one = EventOutcome
    latest = select(one.event_key, one.horizon, func.max(one.facts_seq).label("seq")).where(
        one.portfolio_id == portfolio_id
    )
    if event_key:
        latest = latest.where(one.event_key == event_key)
    held = latest.group_by(one.event_key, one.horizon).subquery()
    asked = (
        select(one)
        .join(
            held,
            (held.c.event_key == one.event_key) & (held.c.horizon == one.horizon) & (held.c.seq == one.facts_seq),
        )
        .where(one.portfolio_id == portfolio_id)
        .order_by(one.id)
    )
    found: dict[tuple[str, int], list[Told]] = defaultdict(list)
    for row in session.scalars(asked):
        found[row.event_key, row.horizon].append(
            Told(
                row.instrument, row.standing, row.papers, row.paid_papers, row.signed_minor, row.paid_minor,
                row.verified_minor, row.net_new_minor,
            )
        )  # fmt: skip
    return dict(found)


def kept_until(session: Session, portfolio_id: int) -> dict[tuple[str, int], int]:
    """(event, horizon) → the portfolio's counter of facts when it was last kept."""
    one = EventOutcome
    asked = select(one.event_key, one.horizon, func.max(one.facts_seq)).where(one.portfolio_id == portfolio_id)
    return {(row[0], row[1]): row[2] for row in session.execute(asked.group_by(one.event_key, one.horizon))}


def papers_by_event(session: Session, snapshot: AuditSnapshot, event_key: str = "") -> dict[str, list[Told]]:
    """Event → papers by instrument and standing as the stored audit saw them; one SQL statement.

    ``snapshot`` comes from ``latest_snapshot``, which has looked at the viewer's window.
    """
    asked = _papers(snapshot.id).order_by(Agreement.event_key, AuditRow.grade, AuditRow.standing)
    if event_key:
        asked = asked.where(Agreement.event_key == event_key)
    found: dict[str, list[Told]] = defaultdict(list)
    for key, grade, standing, *counts in session.execute(asked):
        found[key].append(Told(grade, standing, *(int(count) for count in counts)))
    return dict(found)


def _papers(snapshot_id: int | None) -> Select[Any]:
    row = AuditRow
    return (
        select(
            Agreement.event_key, row.grade, row.standing, func.count().label("papers"),
            func.count().filter(row.paid).label("paid"), func.coalesce(func.sum(row.signed_minor), 0).label("signed"),
            func.coalesce(func.sum(row.paid_minor), 0).label("drawn"),
            func.coalesce(func.sum(row.verified_minor), 0).label("verified"),
        )
        .join(Agreement, Agreement.id == row.agreement_id)
        .where(row.snapshot_id == snapshot_id, Agreement.event_key.is_not(None))
        .group_by(Agreement.event_key, row.grade, row.standing)
    )  # fmt: skip


def events_told(
    session: Session, snapshot: AuditSnapshot | None, *, kind: str = "", until: date, limit: int, offset: int = 0
) -> tuple[dict[str, Event], dict[str, list[Told]], int]:
    """Meetings up to ``until``, the latest first: event → itself, event → its papers, and how many meetings in all.

    One SQL statement; papers as in :func:`papers_by_event`, none where nothing was reckoned yet.
    """
    wanted = select(Event.id, func.count().over().label("total")).where(Event.held_on <= until)
    if kind:
        wanted = wanted.where(Event.kind == kind)
    latest = wanted.order_by(Event.held_on.desc(), Event.id.desc()).limit(limit).offset(offset).subquery()
    papers = _papers(snapshot.id if snapshot else None).subquery()
    asked = (
        select(Event, latest.c.total, papers)
        .join(latest, latest.c.id == Event.id)
        .outerjoin(papers, papers.c.event_key == Event.public_key)
        .order_by(Event.held_on.desc(), Event.id.desc(), papers.c.grade, papers.c.standing)
    )
    events: dict[str, Event] = {}
    told: dict[str, list[Told]] = defaultdict(list)
    total = 0
    for event, total, key, grade, standing, *counts in session.execute(asked):  # noqa: B007  the same in every row
        events[event.public_key] = event
        if key is not None:
            told[key].append(Told(grade, standing, *(int(count) for count in counts)))
    return events, dict(told), total


def papers_at(session: Session, snapshot: AuditSnapshot, event_key: str) -> list[AuditRow]:
    """The papers that name the meeting, as the stored audit saw them, by instrument and firm."""
    asked = select(AuditRow).join(Agreement, Agreement.id == AuditRow.agreement_id)
    asked = asked.where(AuditRow.snapshot_id == snapshot.id, Agreement.event_key == event_key)
    return list(session.scalars(asked.order_by(AuditRow.grade, AuditRow.standing, AuditRow.firm).limit(MOST_PAPERS)))


def events_by_key(session: Session) -> dict[str, Event]:
    """Every meeting."""
    return {event.public_key: event for event in session.scalars(select(Event).order_by(Event.held_on, Event.id))}


def attended_and_signed(session: Session, firm: Organisation) -> list[Attendance]:
    """Where ``firm`` was, the latest first, and what it signed there with the money by the latest audit (N20).

    Papers are found by the firm's key, those that have none by the name they bear. Two SQL statements; the caller
    has seen to it that the viewer may see the firm.
    """
    attended = attendance_of(session, firm.id)
    if not attended:
        return []
    newest = select(func.max(AuditSnapshot.id)).group_by(AuditSnapshot.portfolio_id)
    asked = (
        select(Agreement.event_key, AuditRow)
        .join(AuditRow, AuditRow.agreement_id == Agreement.id)
        .where(
            or_(Agreement.firm_key == firm.public_key, Agreement.firm_key.is_(None) & (Agreement.firm == firm.name)),
            Agreement.event_key.in_([each.event.public_key for each in attended]),
            AuditRow.snapshot_id.in_(newest),
        )
        .order_by(AuditRow.id)
    )
    papers: dict[str, list[Told]] = defaultdict(list)
    for key, row in session.execute(asked):
        papers[key].append(
            Told(row.grade, row.standing, 1, int(row.paid), row.signed_minor or 0, row.paid_minor or 0,
                 row.verified_minor)
        )  # fmt: skip
    return [Attendance(each, papers.get(each.event.public_key, ())) for each in attended]

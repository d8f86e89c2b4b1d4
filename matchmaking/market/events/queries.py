"""Reading meetings: the list, one sheet, what is open for a paper to name, and where somebody was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from matchmaking.foundation.access.viewer import EVERYWHERE, Viewer
from matchmaking.market.events.facts import sheet_sha256
from matchmaking.market.events.models import Event, EventAttendance, EventAttendanceStruck, EventInvitation
from matchmaking.registry.enterprises.models import Enterprise
from matchmaking.registry.organisations.models import Organisation

NAMED_WITHIN = 90
"""Days after a meeting within which a paper signed there may still name it [DD]."""

_struck = (
    select(EventAttendanceStruck.id)
    .where(EventAttendanceStruck.attendance_id == EventAttendance.id)
    .correlate(EventAttendance)
)
STANDS = ~_struck.exists()
"""The name is on the sheet: nobody struck it."""


@dataclass(frozen=True, slots=True)
class EventRow:
    """One meeting with those on its sheet; ``late`` counts 补录, which are in neither of the other two."""

    event: Event
    firms: int
    banks: int
    late: int
    invited: int


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One line of a sheet with whose it is; ``uscc`` is None for a bank."""

    entry: EventAttendance
    organisation: Organisation
    uscc: str | None


@dataclass(frozen=True, slots=True)
class Attended:
    """A meeting at which somebody was; ``late``: entered after its sheet froze."""

    event: Event
    late: bool


def event_list(session: Session, *, kind: str = "", limit: int, offset: int = 0) -> tuple[list[EventRow], int]:
    """Meetings, the latest first, and how many there are in all; one SQL statement. No meeting is a secret to staff."""
    asked = _counted(select(Event)).add_columns(func.count().over().label("total"))
    if kind:
        asked = asked.where(Event.kind == kind)
    rows = session.execute(asked.order_by(Event.held_on.desc(), Event.id.desc()).limit(limit).offset(offset)).all()
    return [EventRow(*row[:5]) for row in rows], rows[0].total if rows else 0


def event_counted(session: Session, key: str) -> EventRow | None:
    """One meeting with its counts; one SQL statement."""
    row = session.execute(_counted(select(Event)).where(Event.public_key == key)).first()
    return None if row is None else EventRow(*row)


def event_by_key(session: Session, key: str) -> Event | None:
    """The meeting ``key``."""
    return session.scalars(select(Event).where(Event.public_key == key)).one_or_none()


def event_of_number(session: Session, number: str) -> Event | None:
    """The meeting numbered ``number``."""
    return session.scalars(select(Event).where(Event.number == number)).one_or_none()


def all_events(session: Session) -> list[Event]:
    """Every meeting, the earliest first, for jobs and the desks."""
    return list(session.scalars(select(Event).order_by(Event.held_on, Event.id)))


def sheet_page(
    session: Session, viewer: Viewer, event: Event, *, late: bool = False, limit: int, offset: int = 0
) -> tuple[list[SheetRow], int]:
    """The sheet's lines the viewer may see (banks first), or those of 补录, and how many; one SQL statement.

    Every bank is seen; of firms those of the viewer's area.
    """
    asked = (
        select(EventAttendance, Organisation, Enterprise.uscc, func.count().over().label("total"))
        .join(Organisation, Organisation.id == EventAttendance.organisation_id)
        .outerjoin(Enterprise, Enterprise.organisation_id == Organisation.id)
        .where(EventAttendance.event_id == event.id, STANDS, EventAttendance.late.is_(late), lines_seen_by(viewer))
        .order_by(EventAttendance.side, EventAttendance.id)
    )
    rows = session.execute(asked.limit(limit).offset(offset)).all()
    return [SheetRow(row[0], row[1], row[2]) for row in rows], rows[0].total if rows else 0


def lines_seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """Lines of a sheet that are this viewer's to see."""
    if viewer.jurisdiction == EVERYWHERE:
        return Organisation.id.is_not(None)
    return or_(Organisation.kind == "bank", Organisation.area_code == viewer.jurisdiction)


def open_events(session: Session, on: date) -> list[Event]:
    """Meetings that a paper signed on ``on`` may name: held on that day or up to ninety days before, latest first.

    A paper recorded after ``freezes_on`` still names its meeting and then stands as 补录.
    """
    asked = select(Event).where(Event.held_on <= on, Event.held_on >= on - timedelta(days=NAMED_WITHIN))
    return list(session.scalars(asked.order_by(Event.held_on.desc(), Event.id.desc())))


def attendance_of(session: Session, organisation_id: int) -> list[Attended]:
    """Where a firm or bank was, the latest first; one SQL statement."""
    asked = (
        select(Event, EventAttendance.late)
        .join(EventAttendance, EventAttendance.event_id == Event.id)
        .where(EventAttendance.organisation_id == organisation_id, STANDS)
        .order_by(Event.held_on.desc(), Event.id.desc())
    )
    return [Attended(row[0], row[1]) for row in session.execute(asked)]


def sheets_due(session: Session, as_of: date, *, limit: int) -> Sequence[Event]:
    """Open sheets whose last day was before ``as_of``."""
    asked = select(Event).where(Event.state == "open", Event.freezes_on < as_of)
    return session.scalars(asked.order_by(Event.freezes_on, Event.id).limit(limit)).all()


def on_sheet(session: Session, event_id: int) -> dict[int, EventAttendance]:
    """Organisation → its line, 补录 too."""
    asked = select(EventAttendance).where(EventAttendance.event_id == event_id, STANDS)
    return {row.organisation_id: row for row in session.scalars(asked)}


def invited_to(session: Session, event_id: int) -> set[int]:
    """Organisations asked to come."""
    return set(session.scalars(select(EventInvitation.organisation_id).where(EventInvitation.event_id == event_id)))


def sheet_lines(session: Session, event_id: int) -> list[tuple[str, str]]:
    """(side, public key) of everybody on the sheet, without 补录: what its hash is taken over."""
    asked = (
        select(EventAttendance.side, Organisation.public_key)
        .join(Organisation, Organisation.id == EventAttendance.organisation_id)
        .where(EventAttendance.event_id == event_id, STANDS, EventAttendance.late.is_(False))
    )
    return [(row[0], row[1]) for row in session.execute(asked)]


def still_holds(session: Session, event: Event) -> bool:
    """Whether the frozen sheet reckoned anew gives the hash it was frozen under."""
    return event.sheet_sha256 == sheet_sha256(sheet_lines(session, event.id))


def parties_named(session: Session, words: Sequence[str]) -> dict[str, Organisation]:
    """Firms by code, banks and firms by full name: each of ``words`` that names exactly one."""
    asked = (
        select(Organisation, Enterprise.uscc)
        .outerjoin(Enterprise, Enterprise.organisation_id == Organisation.id)
        .where(or_(Enterprise.uscc.in_(words), and_(Organisation.name.in_(words), Organisation.active)))
        .order_by(Organisation.id)
    )
    found: dict[str, Organisation] = {}
    twice: set[str] = set()
    for organisation, uscc in session.execute(asked):
        for word in {organisation.name, uscc or organisation.name} & set(words):
            if word in found:
                twice.add(word)
            found[word] = organisation
    return {word: organisation for word, organisation in found.items() if word not in twice}


def _counted(asked: Select[tuple[Event]]) -> Select[tuple[Event, int, int, int, int]]:
    def lines(*where: ColumnElement[bool]) -> ColumnElement[int]:
        counted = select(func.count(EventAttendance.id)).where(EventAttendance.event_id == Event.id, STANDS, *where)
        return counted.correlate(Event).scalar_subquery()

    in_time = EventAttendance.late.is_(False)
    invited = select(func.count(EventInvitation.id)).where(EventInvitation.event_id == Event.id).correlate(Event)
    return asked.add_columns(
        lines(in_time, EventAttendance.side == "enterprise"),
        lines(in_time, EventAttendance.side == "bank"),
        lines(EventAttendance.late.is_(True)),
        invited.scalar_subquery(),
    )

"""Recording meetings, invitations and sign-in sheets. After the freeze names come in as 补录 only, kept apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.states import BUREAU, EVENT, SYSTEM
from matchmaking.foundation.storage import insert_rows
from matchmaking.foundation.trail import plain_or_digest, record
from matchmaking.market.events.facts import EventTold, freezes_on, sheet_sha256
from matchmaking.market.events.models import KINDS, Event, EventAttendance, EventAttendanceStruck, EventInvitation
from matchmaking.market.events.queries import event_of_number, invited_to, on_sheet, sheet_lines, sheets_due
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.organisations.recording import fresh_key, words_enough

FEWEST_CHARACTERS, MOST_CHARACTERS = 4, 300
"""Of the words with which a name is struck or entered late."""
SIDES = ("enterprise", "bank")
TAGS = {
    "invite": "event.invited",
    "enter": "event.attended",
    "enter_late": "event.attended_late",
    "strike": "event.struck",
    "freeze": "event.frozen",
}


def record_event(
    session: Session, *, actor: str, told: EventTold, at: datetime, public_key: str | None = None
) -> Event:
    """A meeting, past or to come. ``public_key`` is what papers signed there name as their event.

    Raises :class:`Refusal` ``event_kind_unknown``, ``event_incomplete``, ``event_number_taken`` or
    ``workdays_unknown``.
    """
    if told.kind not in KINDS:
        raise Refusal(Reason("event_kind_unknown"))
    number, name, place = (" ".join(text.split()) for text in (told.number, told.name, told.place))
    if not (number and name and place and told.area_code):
        raise Refusal(Reason("event_incomplete"))
    if event_of_number(session, number) is not None:
        raise Refusal(Reason("event_number_taken", {"number": number}))
    event = Event(
        public_key=public_key or fresh_key("event", at), kind=told.kind, number=number, name=name, place=place,
        held_on=told.held_on, area_code=told.area_code, freezes_on=freezes_on(told.held_on), state=EVENT.initial[0],
        version=1, created_at=at, created_by=actor,
    )  # fmt: skip
    session.add(event)
    session.flush()
    payload = {"kind": event.kind, "number": plain_or_digest(number), "held_on": event.held_on.isoformat()}
    record(session, actor=actor, tag="event.held", subject=f"event:{event.public_key}", payload=payload, at=at)
    return event


def invite(
    session: Session,
    *,
    actor: str,
    event: Event,
    version: int,
    organisations: Sequence[Organisation],
    at: datetime,
    role: str = BUREAU,
) -> int:
    """Firms and banks asked to come; how many were not invited before. Raises ``event_party_kind|closed``."""
    _move(session, role=role, event=event, version=version, action="invite")
    known = invited_to(session, event.id)
    fresh = {one.id: one for one in organisations if one.id not in known}
    for one in fresh.values():
        _refuse_party(one)
    told = {"event_id": event.id, "recorded_at": at, "recorded_by": actor}
    insert_rows(session, EventInvitation, ({**told, "organisation_id": key} for key in fresh))
    _tell(session, event, "invite", actor=actor, at=at, payload={"parties": len(fresh)})
    return len(fresh)


def enter_attendance(
    session: Session,
    *,
    actor: str,
    event: Event,
    version: int,
    organisations: Sequence[Organisation],
    on: date,
    at: datetime,
    words: str = "",
    late: bool = False,
    role: str = BUREAU,
) -> int:
    """Put firms and banks on the sheet, all or none; how many. ``on`` is the business day of entering.

    ``late`` is 补录 with ``words`` saying why only now. Raises :class:`Refusal` ``event_not_yet``,
    ``event_sheet_frozen`` or ``event_sheet_open`` (the other way of entering is meant), and for every party that will
    not do ``event_party_kind``, ``event_party_closed`` or ``event_party_twice``.
    """
    told = words_enough(words, fewest=FEWEST_CHARACTERS, most=MOST_CHARACTERS) if late else ""
    _refuse_time(event, on, late)
    known = on_sheet(session, event.id)
    seen: set[int] = set()
    for one in organisations:
        _refuse_party(one)
        if one.id in known or one.id in seen:
            raise Refusal(Reason("event_party_twice", {"name": one.name}))
        seen.add(one.id)
    action = "enter_late" if event.state == "frozen" else "enter"
    _move(session, role=role, event=event, version=version, action=action)
    rows = [
        {
            "event_id": event.id, "organisation_id": one.id, "side": one.kind, "name": one.name, "entered_on": on,
            "late": late, "words": told, "recorded_at": at, "recorded_by": actor,
        }
        for one in organisations
    ]  # fmt: skip
    insert_rows(session, EventAttendance, rows)
    _tell(session, event, "enter_late" if late else "enter", actor=actor, at=at, payload={"parties": len(rows)})
    return len(rows)


def strike_attendance(
    session: Session,
    *,
    actor: str,
    event: Event,
    version: int,
    organisation_id: int,
    words: str,
    at: datetime,
    role: str = BUREAU,
) -> None:
    """Strike a name entered by mistake, before the freeze; its row stays. Raises ``event_entry_gone``."""
    told = words_enough(words, fewest=FEWEST_CHARACTERS, most=MOST_CHARACTERS)
    _move(session, role=role, event=event, version=version, action="strike")
    entry = on_sheet(session, event.id).get(organisation_id)
    if entry is None:
        raise Refusal(Reason("event_entry_gone"))
    session.add(EventAttendanceStruck(attendance_id=entry.id, words=told, recorded_at=at, recorded_by=actor))
    _tell(session, event, "strike", actor=actor, at=at, payload={"attendance": entry.id})


def freeze_sheets(session: Session, *, actor: str, as_of: date, at: datetime, limit: int = 50) -> int:
    """Freeze every sheet whose last day was before ``as_of``; how many, at most ``limit`` at a time."""
    found = sheets_due(session, as_of, limit=limit)
    for event in found:
        lines = sheet_lines(session, event.id)
        values = {
            "frozen_at": at,
            "firms": sum(side == "enterprise" for side, _ in lines),
            "banks": sum(side == "bank" for side, _ in lines),
            "sheet_sha256": sheet_sha256(lines),
        }
        _move(session, role=SYSTEM, event=event, version=event.version, action="freeze", values=values)
        payload = {"firms": event.firms, "banks": event.banks, "sheet_sha256": event.sheet_sha256}
        _tell(session, event, "freeze", actor=actor, at=at, payload=payload)
    return len(found)


def _refuse_time(event: Event, on: date, late: bool) -> None:
    if on < event.held_on:
        raise Refusal(Reason("event_not_yet", {"day": event.held_on.isoformat()}))
    # the last day counts by the calendar, whether or not the night's job has run yet
    over = event.state == "frozen" or on > event.freezes_on
    if over and not late:
        raise Refusal(Reason("event_sheet_frozen", {"day": event.freezes_on.isoformat()}))
    if late and not over:
        raise Refusal(Reason("event_sheet_open", {"day": event.freezes_on.isoformat()}))


def _refuse_party(one: Organisation) -> None:
    if one.kind not in SIDES:
        raise Refusal(Reason("event_party_kind", {"name": one.name}))
    if not one.active:
        raise Refusal(Reason("event_party_closed", {"name": one.name}))


def _move(
    session: Session, *, role: str, event: Event, version: int, action: str, values: dict[str, Any] | None = None
) -> None:
    before, to = event.state, EVENT.move(event.state, action, role)
    changed = session.execute(
        update(Event)
        .where(Event.id == event.id, Event.state == before, Event.version == version)
        .values(state=to, version=version + 1, **(values or {}))
        .returning(Event.id)
        .execution_options(synchronize_session=False)
    ).first()
    session.refresh(event)
    if changed is None:
        raise Refusal(Reason("event_moved_on", {"state_word": f"state_event_{event.state}"}))


def _tell(session: Session, event: Event, action: str, *, actor: str, at: datetime, payload: dict[str, Any]) -> None:
    told = {"version": event.version, **payload}
    record(session, actor=actor, tag=TAGS[action], subject=f"event:{event.public_key}", payload=told, at=at)

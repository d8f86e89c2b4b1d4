"""A meeting and its sheet: frozen three workdays later, late entries apart, struck names in no count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Refusal
from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.storage import run_in_unit_of_work, session
from matchmaking.market.events import commands, jobs
from matchmaking.market.events.facts import EventTold, freezes_on
from matchmaking.market.events.models import Event
from matchmaking.market.events.queries import (
    attendance_of,
    event_by_key,
    event_counted,
    open_events,
    parties_named,
    sheet_lines,
    sheet_page,
    still_holds,
)
from matchmaking.registry.organisations.models import Organisation
from tests.market.market_world import NOON, TODAY, World

HELD = date(2026, 9, 22)
LAST = date(2026, 9, 28)
"""22 September 2026 is a Tuesday and 25 September the day of the Mid-Autumn festival: three workdays later."""
TOLD = EventTold("matching", "2026-D07", "茶产业政银企对接会", HELD, "汉滨区政务服务中心", "*")

ON_ONE_ENGINE = pytest.mark.parametrize("engine_name", ["sqlite"])
"""Rules that do not depend on the database."""


def hold(told: EventTold = TOLD, key: str = "spring") -> None:
    run_in_unit_of_work(commands.record_event, actor="user:1", told=told, at=NOON, public_key=key)


def do(command: Callable[..., Any], *ids: int, **given: Any) -> Any:
    """One command on the meeting as it is now, about the organisations ``ids``."""

    def work(inside: Session) -> Any:
        event = event_by_key(inside, "spring")
        assert event is not None
        more = {"organisations": [inside.get_one(Organisation, one) for one in ids]} if ids else {}
        return command(
            inside, **{"actor": "user:1", "event": event, "version": event.version, "at": NOON, **more, **given}
        )

    return run_in_unit_of_work(work)


def enter(*ids: int, on: date = HELD, **more: Any) -> Any:
    return do(commands.enter_attendance, *ids, on=on, **more)


def freeze(as_of: date = LAST + timedelta(days=1)) -> dict[str, Any]:
    return jobs.run(JobContext(as_of, NOON, None))  # type: ignore[arg-type]


def load() -> Event:
    event = event_by_key(session(), "spring")
    assert event is not None
    return event


@ON_ONE_ENGINE
def test_the_sheet_freezes_three_workdays_after_the_meeting(world: World) -> None:
    hold()
    assert load().freezes_on == freezes_on(HELD) == LAST
    assert freezes_on(date(2026, 9, 30)) == date(2026, 10, 10), "seven days off, and a Saturday to work"


def test_a_sheet_is_filled_frozen_once_and_hashed(world: World) -> None:
    hold()
    enter(world.firm, world.bank)
    enter(world.far, on=LAST)
    assert freeze(LAST) == {"frozen": 0}, "its last day is not over"
    assert (freeze(), freeze()) == ({"frozen": 1}, {"frozen": 0})
    event = load()
    assert (event.state, event.firms, event.banks) == ("frozen", 2, 1)
    lines = sorted(f"{side}\t{key}\n" for side, key in sheet_lines(session(), event.id))
    assert event.sheet_sha256 == sha256("".join(lines).encode()).hexdigest()
    assert len(lines) == 3


def test_late_entries_say_why_and_never_join_the_frozen_sheet(world: World) -> None:
    hold()
    enter(world.firm, world.bank)
    with pytest.raises(Refusal, match="event_sheet_open"):
        enter(world.far, late=True, words="漏了一户")
    # the calendar counts, whether or not the night's job has run
    with pytest.raises(Refusal, match="event_sheet_frozen"):
        enter(world.far, on=LAST + timedelta(days=1))
    freeze()
    before = load().sheet_sha256
    with pytest.raises(Refusal, match="words_short"):
        enter(world.far, on=TODAY, late=True, words="漏")
    enter(world.far, on=TODAY, late=True, words="当天签到纸页遗失，凭照片补录")
    event, row = load(), event_counted(session(), "spring")
    assert row is not None
    assert (row.firms, row.banks, row.late) == (1, 1, 1)
    assert (event.firms, event.sheet_sha256, still_holds(session(), event)) == (1, before, True)
    assert [(each.event.public_key, each.late) for each in attendance_of(session(), world.far)] == [("spring", True)]
    late, total = sheet_page(session(), world.people["city"], event, late=True, limit=5)
    assert (total, late[0].entry.words) == (1, "当天签到纸页遗失，凭照片补录")


@ON_ONE_ENGINE
def test_a_struck_name_counts_in_nothing_and_a_frozen_one_stays(world: World) -> None:
    hold()
    enter(world.firm, world.far)
    do(commands.strike_attendance, organisation_id=world.far, words="未到场，误录")
    with pytest.raises(Refusal, match="event_entry_gone"):
        do(commands.strike_attendance, organisation_id=world.far, words="未到场，误录")
    assert attendance_of(session(), world.far) == []
    freeze()
    with pytest.raises(Refusal, match="move_not_now"):
        do(commands.strike_attendance, organisation_id=world.firm, words="未到场，误录")
    assert load().firms == 1


@ON_ONE_ENGINE
def test_who_cannot_sign_in_is_named(world: World) -> None:
    hold()
    bureau = world.people["city"].organisation_id or 0
    for ids, code in (((world.firm, world.firm), "event_party_twice"), ((bureau,), "event_party_kind")):
        with pytest.raises(Refusal, match=code):
            enter(*ids)
    with pytest.raises(Refusal, match="event_not_yet"):
        enter(world.firm, on=HELD - timedelta(days=1))
    enter(world.firm)
    with pytest.raises(Refusal, match="event_party_twice"):
        enter(world.far, world.firm)
    assert len(sheet_lines(session(), load().id)) == 1, "all or none"


@ON_ONE_ENGINE
def test_invitations_are_counted_once(world: World) -> None:
    hold()
    assert do(commands.invite, world.firm, world.bank) == 2
    assert do(commands.invite, world.firm, world.rival) == 1
    row = event_counted(session(), "spring")
    assert row is not None
    assert (row.invited, row.firms) == (3, 0), "asked is not there"


@ON_ONE_ENGINE
def test_a_meeting_that_will_not_do_is_refused(world: World) -> None:
    hold()
    for told, code in (
        (replace(TOLD, kind="party"), "event_kind_unknown"),
        (replace(TOLD, place=" "), "event_incomplete"),
        (TOLD, "event_number_taken"),
        (replace(TOLD, number="2027-D01", held_on=date(2031, 5, 1)), "workdays_unknown"),
    ):
        with pytest.raises(Refusal, match=code):
            hold(told, "again")


@ON_ONE_ENGINE
def test_a_paper_may_name_meetings_of_the_last_ninety_days(world: World) -> None:
    hold()
    hold(replace(TOLD, number="2026-D01", held_on=date(2026, 6, 1)), "old")
    hold(replace(TOLD, number="2026-D08", held_on=date(2026, 10, 20)), "later")
    assert [event.public_key for event in open_events(session(), TODAY)] == ["spring"]


def test_a_pasted_word_names_a_firm_by_code_or_name(world: World) -> None:
    firm = session().get_one(Organisation, world.firm)
    found = parties_named(session(), [firm.name, "汉江银行", "没有的单位"])
    assert {word: one.id for word, one in found.items()} == {firm.name: world.firm, "汉江银行": world.bank}


def test_the_database_itself_refuses_to_change_a_sheet(world: World) -> None:
    hold()
    enter(world.firm)
    with pytest.raises(DatabaseError, match="append_only"):
        run_in_unit_of_work(lambda inside: inside.execute(text("UPDATE event_attendance SET late = TRUE, words = 'x'")))
    assert [row.late for row in attendance_of(session(), world.firm)] == [False]


def test_of_two_pages_one_wins(world: World) -> None:
    hold()
    enter(world.firm, version=1)
    with pytest.raises(Refusal, match="event_moved_on"):
        enter(world.far, version=1)

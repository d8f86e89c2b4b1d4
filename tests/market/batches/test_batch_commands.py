"""A list from its first firm to its frozen hash: nothing half-taken, nothing changed after, corrections beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from matchmaking.domain.identifiers import uscc_from
from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation.storage import run_in_unit_of_work, session
from matchmaking.foundation.trail import TrailEvent
from matchmaking.market.batches import commands
from matchmaking.market.batches.commands import OutcomeTold
from matchmaking.market.batches.facts import CheckTold, MemberTold, membership_sha256
from matchmaking.market.batches.models import TESTS, Batch, BatchMember
from matchmaking.market.batches.queries import (
    batch_by_key,
    batch_list,
    member_page,
    membership,
    restatements_of,
    still_holds,
)
from matchmaking.registry.organisations.models import Organisation
from tests.market.market_world import HANBIN, NOON, TODAY, ZIYANG, World

TEA, TOY, WATER = (uscc_from("91", area, serial) for area, serial in ((HANBIN, 1), (HANBIN, 2), (ZIYANG, 3)))
WAN = Money.of(10_000)
ON_ONE_ENGINE = pytest.mark.parametrize("engine_name", ["sqlite"])
"""Rules that do not depend on the database."""


def told(code: str, wan: int, **more: Any) -> MemberTold:
    return MemberTold(code, Money.of(wan * 10_000), **more)


def do(command: Callable[..., Any], key: str = "list", **given: Any) -> Any:
    """One command on the list as it is now; what the clock of the command needs is given to all alike."""

    def work(inside: Session) -> Any:
        batch = batch_by_key(inside, key)
        assert batch is not None
        return command(inside, **{"actor": "user:1", "batch": batch, "version": batch.version, "at": NOON, **given})

    return run_in_unit_of_work(work)


def start(kind: str = "city", key: str = "list", number: str = "2026-01") -> None:
    run_in_unit_of_work(
        commands.start_batch, actor="user:1", kind=kind, number=number, title="第一批推荐", area_code="*", at=NOON,
        public_key=key,
    )  # fmt: skip


def fill(*rows: MemberTold, **more: Any) -> list[int]:
    found: list[int] = do(commands.fill_batch, rows=rows, on=TODAY, **more)
    return found


def codes(refusal: pytest.ExceptionInfo[Refusal]) -> list[str]:
    return [reason.code for reason in refusal.value.reasons]


def load() -> Batch:
    batch = batch_by_key(session(), "list")
    assert batch is not None
    return batch


def test_a_list_is_filled_tested_and_frozen_under_a_hash_anybody_can_reckon(world: World) -> None:
    start()
    ids = fill(told(TEA, 300), told(WATER, 500, name="紫阳山泉饮品有限公司"))
    met = tuple(CheckTold(test, "passed", "看了执照和流水") for test in TESTS)
    do(commands.record_tests, found={ids[0]: met})
    do(commands.freeze_batch, on=TODAY)
    batch = load()
    assert (batch.state, batch.frozen_on, batch.members, batch.asked_minor) == ("frozen", TODAY, 2, 800_000_000)
    keys = dict(session().execute(select(Organisation.id, Organisation.public_key)).all())  # type: ignore[arg-type]
    lines = sorted([f"{keys[world.firm]}\t{TEA}\t300000000\n", f"{keys[world.far]}\t{WATER}\t500000000\n"])
    assert batch.membership_sha256 == sha256("".join(lines).encode()).hexdigest()
    assert still_holds(session(), batch)
    rows, total, asked = member_page(session(), world.people["city"], batch, limit=10)
    assert (total, asked) == (2, 800_000_000)
    assert [set(row.tests) for row in rows] == [set(TESTS), set()]
    tags = session().scalars(select(TrailEvent.tag).where(TrailEvent.subject == "batch:list").order_by(TrailEvent.seq))
    assert list(tags) == ["batch.started", "batch.filled", "batch.tested", "batch.frozen"]


def test_the_hash_knows_no_order_and_every_yuan() -> None:
    lines = [("a", TEA, 1), ("b", WATER, 2)]
    assert membership_sha256(lines) == membership_sha256(reversed(lines))
    assert membership_sha256(lines) != membership_sha256([("a", TEA, 1), ("b", WATER, 3)])
    assert membership_sha256(lines) != membership_sha256(lines[:1])


@ON_ONE_ENGINE
def test_one_bad_row_keeps_all_out(world: World) -> None:
    start()
    for row, code in (
        (told(uscc_from("91", HANBIN, 99), 300), "batch_firm_unknown"),
        (told(TEA, 300, name="另一家公司"), "batch_name_differs"),
        (told(TEA, 300, need_key="need-of-nobody"), "batch_need_of_other"),
        (told(TEA, 3_000_000), "amount_guard_over"),
        (told(WATER, 300), "batch_firm_elsewhere"),
        (told(TOY, 300), "batch_firm_twice"),
    ):
        with pytest.raises(Refusal) as refused:
            fill(told(TOY, 200), row, jurisdiction=HANBIN)
        assert codes(refused) == [code]
    assert membership(session(), load().id) == []
    assert load().version == 1


@ON_ONE_ENGINE
def test_an_amount_in_doubt_stands_once_it_is_confirmed(world: World) -> None:
    start()
    fill(replace(told(TEA, 3_000_000), confirmed=True))
    assert batch_list(session(), world.people["city"])[0].asked_minor == 3_000_000 * WAN.minor


@ON_ONE_ENGINE
def test_what_is_struck_counts_in_nothing_and_may_come_back(world: World) -> None:
    start()
    first, _ = fill(told(TEA, 300), told(TOY, 200))
    do(commands.strike_member, member_id=first, words="企业自己撤回")
    row = batch_list(session(), world.people["city"])[0]
    assert (row.members, row.asked_minor) == (1, 200 * WAN.minor)
    fill(told(TEA, 100))
    do(commands.freeze_batch, on=TODAY)
    assert load().asked_minor == 300 * WAN.minor


@ON_ONE_ENGINE
def test_a_firm_that_fails_a_test_is_not_recommended_until_the_latest_says_otherwise(world: World) -> None:
    start()
    (member,) = fill(told(TEA, 300))
    do(commands.record_tests, found={member: [CheckTold("credit", "failed", "有逾期记录")]})
    with pytest.raises(Refusal) as refused:
        do(commands.freeze_batch, on=TODAY)
    assert codes(refused) == ["batch_failed_test"]
    do(commands.record_tests, found={member: [CheckTold("credit", "passed", "逾期已结清，看了证明")]})
    do(commands.freeze_batch, on=TODAY)
    assert load().state == "frozen"


@ON_ONE_ENGINE
def test_a_test_names_its_ground(world: World) -> None:
    start()
    (member,) = fill(told(TEA, 300))
    for wrong, code in (
        (CheckTold("credit", "passed", " "), "batch_test_ground"),
        (CheckTold("luck", "passed", "看了"), "batch_test_unknown"),
        (CheckTold("credit", "maybe", "看了"), "batch_test_unknown"),
    ):
        with pytest.raises(Refusal) as refused:
            do(commands.record_tests, found={member: [wrong]})
        assert codes(refused) == [code]


def test_after_the_freeze_nothing_moves_and_a_correction_stands_beside(world: World) -> None:
    start()
    (member,) = fill(told(TEA, 300))
    do(commands.freeze_batch, on=TODAY)
    before = load().membership_sha256
    for command, given in (
        (commands.fill_batch, {"rows": [told(TOY, 200)], "on": TODAY}),
        (commands.strike_member, {"member_id": member, "words": "企业撤回"}),
        (commands.record_tests, {"found": {member: [CheckTold("credit", "unknown")]}}),
        (commands.freeze_batch, {"on": TODAY}),
        (commands.discard_batch, {}),
    ):
        with pytest.raises(Refusal) as refused:
            do(command, **given)
        assert codes(refused)[0] == "move_not_now", command
    do(
        commands.restate_batch, cause="金额单位报错，应为三十万元", difference_members=0,
        difference_minor=-270 * WAN.minor, on=TODAY, member_id=member,
    )  # fmt: skip
    batch = load()
    assert (batch.membership_sha256, batch.members, batch.asked_minor) == (before, 1, 300 * WAN.minor)
    assert [(row.difference_minor, row.on_day) for row in restatements_of(session(), batch)] == [
        (-270 * WAN.minor, TODAY)
    ]
    with pytest.raises(Refusal, match="batch_restatement_nothing"):
        do(commands.restate_batch, cause="没有差额的更正", difference_members=0, difference_minor=0, on=TODAY)


def test_the_database_itself_refuses_to_change_a_member(world: World) -> None:
    start()
    fill(told(TEA, 300))
    for statement in ("UPDATE batch_member SET asked_minor = 1", "DELETE FROM batch_member"):
        with pytest.raises(DatabaseError, match="append_only"):
            run_in_unit_of_work(lambda inside, words=statement: inside.execute(text(words)))
    assert session().scalar(select(BatchMember.asked_minor)) == 300 * WAN.minor


@ON_ONE_ENGINE
def test_only_an_upward_list_is_answered_by_the_province(world: World) -> None:
    start("upward")
    tea, water = fill(told(TEA, 300), told(WATER, 500))
    accepted = {tea: OutcomeTold("accepted", TODAY)}
    with pytest.raises(Refusal) as early:
        do(commands.record_outcomes, outcomes=accepted, on=TODAY)
    assert codes(early)[0] == "move_not_now"
    do(commands.freeze_batch, on=TODAY)
    for wrong, code in (
        ({water: OutcomeTold("declined", TODAY)}, "batch_declined_why"),
        ({water: OutcomeTold("accepted", date(2027, 1, 1))}, "day_not_yet"),
        ({water + 99: OutcomeTold("accepted", TODAY)}, "batch_member_gone"),
    ):
        with pytest.raises(Refusal, match=code):
            do(commands.record_outcomes, outcomes=wrong, on=TODAY)
    do(commands.record_outcomes, outcomes=accepted, on=TODAY)
    rows, _, _ = member_page(session(), world.people["city"], load(), limit=10)
    assert [row.outcome and row.outcome.outcome for row in rows] == ["accepted", None]
    start("city", "other", "2026-02")
    with pytest.raises(Refusal, match="batch_outcome_city"):
        do(commands.record_outcomes, "other", outcomes={}, on=TODAY)


def test_a_number_is_used_once_and_an_old_page_loses(world: World) -> None:
    start()
    with pytest.raises(Refusal, match="batch_number_taken"):
        start(key="again")
    fill(told(TEA, 300))
    with pytest.raises(Refusal, match="batch_moved_on"):
        fill(told(TOY, 200), version=1)


@ON_ONE_ENGINE
def test_a_county_sees_the_citys_list_and_its_own_firms_on_it(world: World) -> None:
    start()
    fill(told(TEA, 300), told(WATER, 500))
    seen = {login: member_page(session(), world.people[login], load(), limit=9) for login in ("city", "elsewhere")}
    assert [row.member.uscc for row in seen["elsewhere"][0]] == [WATER]
    assert seen["elsewhere"][1:] == (1, 500 * WAN.minor)
    assert seen["city"][1:] == (2, 800 * WAN.minor)

"""Whose turn it is: the bank's clock stands with a reason, runs on with its day moved, and ends with the referral."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DatabaseError

from config import Settings
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.storage import remove_session, run_in_unit_of_work, session
from matchmaking.foundation.trail import TrailEvent, verify
from matchmaking.market.referrals import commands, jobs
from matchmaking.market.referrals.clock import clock_of, turn_of
from matchmaking.market.referrals.models import ReferralDecline, ReferralDeclineUndo, ReferralTurn
from matchmaking.market.referrals.queries import decline_of, turned_of
from matchmaking.market.referrals.turns import standing_of
from tests.foundation.racing import race
from tests.market.market_world import NOON, TODAY, World, load
from tests.market.referral_world import act, code_of, now, refer, sell, verified

# 1 to 7 October 2026 are off, Saturday 10 October is worked
THURSDAY, FRIDAY = date(2026, 10, 8), date(2026, 10, 9)
ASK: dict[str, Any] = {"action": "ask_firm", "reason": "papers", "words": "请补近一年流水"}


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=clock.UTC)


@pytest.fixture
def made(world: World) -> str:
    """A referral sent on the frozen day, its answer due on 10 October."""
    return refer(world, verified(world), sell(world.bank, "收茶贷"))[0]


def pause(world: World, key: str, on: date = TODAY, login: str = "officer", **more: Any) -> Any:
    return act(world, commands.pause, key, login, on=on, **{**ASK, **more})


def answer(world: World, key: str, on: date, login: str = "tea", words: str = "流水已附") -> Any:
    return act(world, commands.answer, key, login, on=on, words=words)


def test_a_clock_that_stood_moves_the_day_to_answer_and_the_days_are_split(world: World, made: str) -> None:
    pause(world, made)
    held = now(made)
    assert (held.turn, held.turn_on, held.due_on) == ("with_firm", TODAY, date(2026, 10, 10))
    assert clock_of(held, FRIDAY).said.code == "referral_clock_with_firm"
    assert turn_of(held) == "referral_turn_firm"
    answer(world, made, FRIDAY)
    held = now(made)
    # 8 and 9 October stood; three workdays are left as before: 10, 12, 13
    assert (held.turn, held.turn_on, held.due_on) == ("with_bank", FRIDAY, date(2026, 10, 13))
    standing = standing_of(held, turned_of(session(), held, all_open=True), date(2026, 10, 12))
    assert standing.days == {"with_bank": 2, "with_firm": 2, "with_third": 0}
    assert [one.turn.action for one in standing.steps] == ["ask_firm", "answer"]
    tags = list(session().scalars(select(TrailEvent.tag)))
    assert tags.count("turn.firm_asked") == tags.count("turn.answered") == 1
    assert verify(session()).sound


def test_the_clock_is_not_stopped_without_reason_and_words(world: World, made: str) -> None:
    assert code_of(lambda: pause(world, made, reason="registration")) == "turn_reason_needed"
    assert code_of(lambda: pause(world, made, reason="")) == "turn_reason_needed"
    assert code_of(lambda: pause(world, made, words="补。。。。。")) == "turn_words_short"
    assert code_of(lambda: pause(world, made, words="补" * 1001)) == "turn_words_long"
    assert code_of(lambda: pause(world, made, login="tea")) == "move_others_turn"
    assert code_of(lambda: pause(world, made, version=9)) == "referral_moved_on"
    assert now(made).turn == "with_bank"


def test_the_firm_answers_only_when_asked_and_says_something(world: World, made: str) -> None:
    assert code_of(lambda: answer(world, made, TODAY)) in ("move_others_turn", "move_not_now")
    pause(world, made)
    assert code_of(lambda: answer(world, made, TODAY, words="  ")) == "turn_answer_empty"
    assert code_of(lambda: answer(world, made, TODAY, login="branch")) == "move_not_now"
    answer(world, made, TODAY)
    assert code_of(lambda: answer(world, made, TODAY)) in ("move_others_turn", "move_not_now")


def test_after_accepting_the_day_to_decide_moves(world: World, made: str) -> None:
    act(world, commands.accept, made, on=TODAY)
    # the product promises five workdays: 8, 9, 10, 12, 13 October
    assert now(made).decide_by == date(2026, 10, 13)
    pause(world, made, on=THURSDAY, action="await_third", reason="registration", words="汉滨区不动产登记")
    assert clock_of(now(made), FRIDAY).said.code == "referral_clock_with_third"
    act(world, commands.resume, made, on=FRIDAY)
    assert (now(made).decide_by, now(made).due_on) == (date(2026, 10, 14), date(2026, 10, 10))
    assert clock_of(now(made), date(2026, 10, 15)).said.params == {"days": 1, "due": "2026-10-14"}


def test_a_bank_that_goes_on_takes_its_clock_with_it(world: World, made: str) -> None:
    pause(world, made)
    act(world, commands.accept, made, on=FRIDAY)
    held = now(made)
    assert (held.turn, held.due_on) == ("with_bank", date(2026, 10, 13))
    steps = session().scalars(select(ReferralTurn).order_by(ReferralTurn.number)).all()
    assert [(one.action, one.after, one.on_day) for one in steps] == [
        ("ask_firm", "with_firm", TODAY), ("resume", "with_bank", FRIDAY),
    ]  # fmt: skip


def test_what_waits_for_the_firm_does_not_lapse_and_lapses_later_once_it_is_back(world: World, made: str) -> None:
    def run(day: date) -> Any:
        return jobs.run(JobContext(day, noon(day), Settings(environment="test", secret_key="t" * 40)))

    pause(world, made)
    assert run(date(2026, 10, 30)) == {"lapsed": 0}
    answer(world, made, FRIDAY)
    # without the pause it would have lapsed on the 21st; two workdays stood
    assert run(date(2026, 10, 22)) == {"lapsed": 0}
    assert run(date(2026, 10, 23)) == {"lapsed": 1}
    held = now(made)
    assert (held.state, held.turn) == ("lapsed", "stopped")
    assert code_of(lambda: pause(world, made)) in ("move_final", "referral_need_ended")


def test_history_of_the_clock_is_append_only(world: World, made: str) -> None:
    pause(world, made)
    with pytest.raises(DatabaseError):
        run_in_unit_of_work(lambda inside: inside.execute(update(ReferralTurn).values(words="改")))


def test_an_answer_stays_shut_to_the_bank_while_the_file_is(world: World, made: str) -> None:
    pause(world, made)
    answer(world, made, TODAY, words="安康硒语茶业的流水")
    shut = turned_of(session(), now(made), all_open=False)
    assert [(one.words, one.hidden) for one in shut] == [("请补近一年流水", False), ("", True)]


def test_answering_and_resuming_at_once_has_one_winner(world: World, made: str) -> None:
    pause(world, made)
    version = now(made).version
    results = race([
        lambda: act(world, commands.answer, made, "tea", on=FRIDAY, words="流水已附", version=version),
        lambda: act(world, commands.resume, made, "officer", on=FRIDAY, version=version),
    ])  # fmt: skip
    assert sum(isinstance(one, Refusal) for one in results) == 1
    assert (now(made).turn, now(made).version) == ("with_bank", version + 1)


def test_a_decline_is_taken_back_within_minutes_and_may_be_given_again(world: World, made: str) -> None:
    def decline(reason: str, at: datetime) -> Any:
        return act(world, commands.decline, made, reason=reason, words="", on=TODAY, at=at)

    decline("quota", NOON)
    need = now(made).need_id
    late = NOON.replace(minute=10, second=1)
    assert code_of(lambda: act(world, commands.undo_decline, made, on=TODAY, at=late)) == "referral_undo_late"
    assert code_of(lambda: act(world, commands.undo_decline, made, "tea", on=TODAY)) == "move_others_turn"
    act(world, commands.undo_decline, made, "officer", on=TODAY, at=NOON.replace(minute=10))
    held = now(made)
    assert (held.state, held.answered_on, held.due_on, held.turn) == ("sent", None, date(2026, 10, 10), "with_bank")
    assert decline_of(session(), held.id) is None
    assert verify(session()).sound
    decline("debt", NOON.replace(minute=11))
    remove_session()
    assert [one.reason_code for one in session().scalars(select(ReferralDecline).order_by(ReferralDecline.id))] == [
        "quota", "debt",
    ]  # fmt: skip
    assert len(session().scalars(select(ReferralDeclineUndo)).all()) == 1
    found = decline_of(session(), held.id)
    assert found is not None and (found.reason_code, held.need_id) == ("debt", need)


def test_a_decline_after_accepting_goes_back_to_accepted(world: World, made: str) -> None:
    act(world, commands.accept, made, on=TODAY)
    act(world, commands.decline, made, reason="quota", words="", on=TODAY)
    act(world, commands.undo_decline, made, on=TODAY)
    assert (now(made).state, now(made).answered_on) == ("accepted", TODAY)


def test_a_decline_somebody_acted_on_stands(world: World) -> None:
    need, tea = verified(world), sell(world.bank, "收茶贷")
    (first,) = refer(world, need, tea)
    act(world, commands.decline, first, reason="quota", words="", on=TODAY)
    (second,) = refer(world, need, sell(world.rival, "惠农贷"), at=NOON.replace(minute=1))
    assert code_of(
        lambda: act(world, commands.undo_decline, first, on=TODAY, at=NOON.replace(minute=2))
    ) == "referral_undo_acted"  # fmt: skip
    assert (now(first).state, now(second).state, load(session(), need).state) == ("declined", "sent", "referred")


def test_clocks_of_declined_referrals_are_stopped_once_the_decline_is_for_good(world: World, made: str) -> None:
    act(world, commands.decline, made, reason="quota", words="", on=TODAY)

    def sweep(at: datetime) -> Any:
        return jobs.run_sweep(JobContext(TODAY, at, Settings(environment="test", secret_key="t" * 40)))

    assert sweep(NOON) == {"closed": 0, "stopped": 0}
    assert sweep(NOON.replace(minute=30)) == {"closed": 0, "stopped": 1}
    assert sweep(NOON.replace(minute=30)) == {"closed": 0, "stopped": 0}
    assert now(made).turn == "stopped"


def test_terminating_needs_a_coded_reason_and_the_manager(world: World, made: str) -> None:
    act(world, commands.accept, made, on=TODAY)
    told: dict[str, Any] = {"words": "", "on": TODAY}
    assert code_of(lambda: act(world, commands.terminate, made, reason="x", **told)) == "decline_unknown"
    assert code_of(lambda: act(world, commands.terminate, made, reason="lost_contact", **told)) == (
        "decline_evidence_missing"
    )
    assert code_of(lambda: act(world, commands.terminate, made, "officer", reason="debt", **told)) == "move_not_now"
    act(world, commands.terminate, made, reason="debt", **told)
    held = now(made)
    found = decline_of(session(), held.id)
    assert found is not None and (held.state, held.turn, found.reason_code) == ("terminated", "stopped", "debt")

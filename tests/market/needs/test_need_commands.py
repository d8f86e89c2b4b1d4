"""A need from its first word on: drafts as far as they go, posting when complete, verifying by somebody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import Session

from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.storage import run_in_unit_of_work, session
from matchmaking.foundation.trail import TrailEvent, verify
from matchmaking.market.needs import commands, jobs
from matchmaking.market.needs.facts import Terms, as_asked, terms_of
from matchmaking.market.needs.models import Need, NeedEvent
from matchmaking.market.needs.steps import due_on, next_of, steps_of
from matchmaking.registry.enterprises.commands import ProfileTold, tell_profile
from matchmaking.registry.enterprises.queries import enterprise_of_organisation, firm_facts
from matchmaking.registry.organisations.models import Organisation
from matchmaking.rulebook import workdays
from tests.foundation.racing import race
from tests.market.market_world import GOOD, HANBIN, NOON, TODAY, ZIYANG, World, load, new_need
from tests.past import write_past_the_trail


def do(world: World, command: Any, key: str, login: str = "tea", **more: Any) -> Need:
    """One command by somebody on the need as it is now."""
    who = world.people[login]

    def work(inside: Session) -> Need:
        need = load(inside, key)
        given = {"version": need.version, "at": NOON, **more}
        return command(inside, actor=who.actor, role=who.role.value, need=need, **given)

    return run_in_unit_of_work(work)


def post(world: World, key: str, **more: Any) -> Need:
    return do(world, commands.post_need, key, on=TODAY, **more)


def codes(refusal: pytest.ExceptionInfo[Refusal]) -> list[str]:
    return [reason.code for reason in refusal.value.reasons]


def actions(key: str) -> list[str]:
    need = load(session(), key)
    asked = select(NeedEvent.action).where(NeedEvent.need_id == need.id).order_by(NeedEvent.number)
    return list(session().scalars(asked))


def test_a_draft_may_lack_anything(world: World) -> None:
    key = new_need(world, Terms())
    need = load(session(), key)
    assert (need.state, need.version, need.amount_minor, need.amount_unit) == ("draft", 1, None, "")
    assert (need.area_code, need.entered_by) == (HANBIN, "firm")
    assert actions(key) == ["start"]


def test_a_draft_survives_and_is_filled_in_later(world: World) -> None:
    key = new_need(world, Terms(amount=Money.of(500_000), amount_unit="yuan"))
    do(world, commands.amend_need, key, terms=GOOD, on=TODAY)
    assert terms_of(load(session(), key)) == GOOD
    assert actions(key) == ["start", "amend"]


def test_posting_names_every_field_that_lacks_something(world: World) -> None:
    key = new_need(world, Terms())
    with pytest.raises(Refusal) as refused:
        post(world, key)
    assert codes(refused) == [
        "need_amount_missing", "need_term_missing", "need_kind_missing", "need_purpose_missing",
        "need_guarantee_missing",
    ]  # fmt: skip
    assert load(session(), key).state == "draft"


def test_posting_writes_the_day_the_end_and_the_terms(world: World) -> None:
    key = new_need(world)
    need = post(world, key)
    assert (need.state, need.version, need.posted_on) == ("posted", 2, TODAY)
    assert need.expires_on == TODAY + timedelta(days=180)
    event = session().scalars(select(NeedEvent).where(NeedEvent.action == "post")).one()
    assert event.terms is not None
    assert event.terms["amount_minor"] == 300_000_000
    assert (event.before, event.after, event.number) == ("draft", "posted", 2)
    tags = session().scalars(select(TrailEvent.tag).where(TrailEvent.subject == f"need:{key}")).all()
    assert tags == ["need.started", "need.posted"]
    assert verify(session()).sound


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"term_months": 61}, "need_term_long"),
        ({"needed_by": TODAY - timedelta(days=1)}, "need_day_past"),
        ({"purpose": "equipment"}, "need_purpose_unfit"),
        ({"purpose": "other_purpose", "purpose_words": "啊 啊 啊"}, "need_purpose_short"),
        ({"amount": Money(10**15 + 1)}, "need_amount_beyond"),
        ({"guarantees": frozenset()}, "need_guarantee_missing"),
    ],
)
def test_what_keeps_a_need_from_being_posted(world: World, changes: dict[str, Any], code: str) -> None:
    key = new_need(world, replace(GOOD, **changes))
    with pytest.raises(Refusal) as refused:
        post(world, key, confirmed=True)
    assert codes(refused) == [code]


def test_a_slip_of_ten_thousand_is_asked_about_and_a_yes_is_kept(world: World) -> None:
    key = new_need(world, replace(GOOD, amount=Money.of(300), amount_unit="yuan"))
    with pytest.raises(Refusal) as refused:
        post(world, key)
    assert codes(refused) == ["amount_guard_under"]
    told = refused.value.reason.params
    assert (told["yuan"], told["other"], told["revenue"]) == ("300.00", "300.00", "800.00")
    assert post(world, key, confirmed=True).amount_confirmed


def test_a_confirmed_amount_that_changes_is_asked_about_again(world: World) -> None:
    slip = replace(GOOD, amount=Money.of(300), amount_unit="yuan")
    key = new_need(world, slip)
    post(world, key, confirmed=True)
    do(world, commands.move_need, key, action="take_back")
    assert do(world, commands.amend_need, key, terms=replace(slip, term_months=6), on=TODAY).amount_confirmed
    changed = do(world, commands.amend_need, key, terms=replace(slip, amount=Money.of(301)), on=TODAY)
    assert not changed.amount_confirmed
    with pytest.raises(Refusal):
        post(world, key)


def test_the_need_follows_its_firm_to_another_county(world: World) -> None:
    key = new_need(world)

    def moves(inside: Session) -> None:
        firm = enterprise_of_organisation(inside, world.firm)
        assert firm is not None
        told = ProfileTold("limited", ZIYANG, industry="C1530")
        tell_profile(
            inside, actor="user:x", role="enterprise", enterprise_id=firm.id, version=firm.version, told=told,
            on=TODAY, at=NOON,
        )  # fmt: skip

    run_in_unit_of_work(moves)
    assert post(world, key).area_code == ZIYANG


def test_a_bank_is_no_firm(world: World) -> None:
    with pytest.raises(Refusal) as refused:
        new_need(world, organisation=world.bank)
    assert codes(refused) == ["need_of_no_firm"]


def test_the_bureau_verifies(world: World) -> None:
    key = new_need(world)
    post(world, key)
    assert do(world, commands.verify_need, key, "county").state == "verified"


def test_the_bureau_sends_back_with_words_and_the_firm_posts_again(world: World) -> None:
    key = new_need(world)
    post(world, key)
    with pytest.raises(Refusal) as refused:
        do(world, commands.return_need, key, "county", words="改")
    assert codes(refused) == ["words_short"]
    need = do(world, commands.return_need, key, "county", words="请写明向谁收茶")
    assert need.state == "returned"
    events = session().scalars(select(NeedEvent).where(NeedEvent.need_id == need.id).order_by(NeedEvent.number)).all()
    assert steps_of(need, events)[0].words == "请写明向谁收茶"
    assert post(world, key).state == "posted"
    assert actions(key) == ["start", "post", "return", "post"]


def test_whoever_wrote_it_does_not_verify_it(world: World) -> None:
    key = new_need(world, login="county")
    do(world, commands.post_need, key, "county", on=TODAY)
    assert load(session(), key).entered_by == "bureau"
    with pytest.raises(Refusal) as refused:
        do(world, commands.verify_need, key, "county")
    assert codes(refused) == ["need_own_entry"]
    assert do(world, commands.verify_need, key, "county2").state == "verified"


def test_the_firm_comes_before_its_need(world: World) -> None:
    key = new_need(world, login="toy", organisation=world.neighbour)
    do(world, commands.post_need, key, "toy", on=TODAY)
    with pytest.raises(Refusal) as refused:
        do(world, commands.verify_need, key, "county")
    assert codes(refused) == ["need_firm_unverified"]


@pytest.mark.parametrize(
    ("login", "action"), [("county", "withdraw"), ("manager", "verify"), ("tea", "verify"), ("officer", "post")]
)
def test_moves_of_others_are_refused(world: World, login: str, action: str) -> None:
    key = new_need(world)
    post(world, key)
    with pytest.raises(Refusal) as refused:
        do(world, commands.move_need, key, login, action=action)
    assert refused.value.reason.code.startswith("move_")
    assert load(session(), key).state == "posted"


def test_a_stale_page_changes_nothing(world: World) -> None:
    key = new_need(world)
    do(world, commands.amend_need, key, terms=replace(GOOD, term_months=6), on=TODAY)
    with pytest.raises(Refusal) as refused:
        do(world, commands.amend_need, key, terms=replace(GOOD, term_months=9), on=TODAY, version=1)
    assert codes(refused) == ["need_moved_on"]
    assert load(session(), key).term_months == 6


def test_a_need_without_news_expires_by_the_job_and_only_once(world: World, settings: Any) -> None:
    keys = [new_need(world) for _ in range(3)]
    for key in keys[:2]:
        post(world, key)
    last = TODAY + timedelta(days=180)
    assert jobs.run(JobContext(last, NOON, settings)) == {"ended": 0}
    assert jobs.run(JobContext(last + timedelta(days=1), NOON, settings)) == {"ended": 2}
    assert jobs.run(JobContext(last + timedelta(days=1), NOON, settings)) == {"ended": 0}
    assert [load(session(), key).state for key in keys] == ["expired", "expired", "draft"]


def test_the_history_cannot_be_rewritten(world: World) -> None:
    new_need(world)
    with pytest.raises(DatabaseError):
        run_in_unit_of_work(lambda inside: inside.execute(update(NeedEvent).values(words="x")))


def test_a_posted_need_without_an_amount_cannot_stand_in_the_table(world: World) -> None:
    key = new_need(world)
    post(world, key)
    with pytest.raises(IntegrityError, match="posted_is_complete"):
        run_in_unit_of_work(
            lambda inside: inside.execute(update(Need).values(amount_minor=None, amount_unit=""))
        )  # fmt: skip


def test_two_tabs_post_one_draft(world: World) -> None:
    key, who = new_need(world), world.people["tea"]

    def tab() -> str:
        def work(inside: Session) -> str:
            need = load(inside, key)
            return commands.post_need(
                inside, actor=who.actor, role=who.role.value, need=need, version=1, on=TODAY, at=NOON
            ).state

        return run_in_unit_of_work(work)

    results = race([tab] * 12)
    assert [each for each in results if each == "posted"] == ["posted"]
    losers = [each for each in results if each != "posted"]
    assert {type(each) for each in losers} == {Refusal}
    assert {each.reason.code for each in losers} <= {"move_not_now", "need_moved_on"}
    assert actions(key) == ["start", "post"]


def test_withdrawing_against_verifying_has_one_winner(world: World) -> None:
    key = new_need(world)
    post(world, key)
    firm, bureau = world.people["tea"], world.people["county"]

    def withdraw() -> str:
        return run_in_unit_of_work(
            lambda inside: commands.move_need(
                inside, actor=firm.actor, role=firm.role.value, need=load(inside, key), version=2, action="withdraw",
                at=NOON,
            ).state
        )  # fmt: skip

    def verify_it() -> str:
        return run_in_unit_of_work(
            lambda inside: (
                commands.verify_need(
                    inside, actor=bureau.actor, role=bureau.role.value, need=load(inside, key), version=2, at=NOON
                ).state
            )
        )

    results = race([withdraw, verify_it] * 6)
    won = [each for each in results if isinstance(each, str)]
    assert len(won) == 1
    assert load(session(), key).state == won[0]
    assert len(actions(key)) == 3


def test_matching_reads_a_posted_need(world: World) -> None:
    key = new_need(world, replace(GOOD, rate_ceiling_ppm=45_000, needed_by=date(2026, 11, 1)))
    post(world, key)
    need = load(session(), key)
    firm = firm_facts(session(), on=TODAY)[enterprise_of_organisation(session(), world.firm).id]  # type: ignore[union-attr]
    asked = as_asked(need, firm, TODAY)
    assert (asked.amount, asked.term_months, asked.area, asked.industry) == (Money.of(3_000_000), 12, HANBIN, "1530")
    assert asked.guarantees == {"credit"}
    with pytest.raises(ValueError, match="no amount"):
        as_asked(load(session(), new_need(world, Terms())), firm, TODAY)


def test_the_sentence_says_by_when_and_the_steps_where(world: World) -> None:
    key = new_need(world)
    assert next_of(load(session(), key)).lead.code == "need_next_draft"
    need = post(world, key)
    assert due_on(need) == workdays().add(TODAY, 3)
    assert due_on(need) > date(2026, 10, 7), "the National Day's week is no week of workdays"  # type: ignore[operator]
    assert next_of(need).lead.params["day"] == workdays().add(TODAY, 3).isoformat()
    looks = [step.look for step in steps_of(need, [])]
    assert looks == ["done", "now", "todo", "todo", "todo"]
    need.posted_on = date(2035, 1, 1)
    assert next_of(need).lead.code == "need_next_posted"


def test_an_organisation_that_closed_posts_nothing(world: World) -> None:
    def closed(inside: Session) -> None:
        inside.get_one(Organisation, world.firm).active = False

    write_past_the_trail(closed)
    with pytest.raises(Refusal) as refused:
        new_need(world)
    assert codes(refused) == ["need_of_no_firm"]

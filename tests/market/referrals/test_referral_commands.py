"""A need at a bank: consent before sending, one answer, a clock in workdays, ends that open the need again."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from config import Settings
from matchmaking.domain.reasons import Refusal
from matchmaking.domain.states import REFERRAL
from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.storage import remove_session, run_in_unit_of_work, session
from matchmaking.foundation.trail import TrailEvent, verify
from matchmaking.market.matches.commands import choose_ranking
from matchmaking.market.matches.models import Recommendation
from matchmaking.market.matches.queries import explained_again
from matchmaking.market.needs.commands import move_need
from matchmaking.market.referrals import commands, jobs
from matchmaking.market.referrals.commands.moving import TAGS
from matchmaking.market.referrals.models import LIVE, STATES, ReferralDecline, ReferralEvent
from matchmaking.market.referrals.queries import (
    dossier,
    dossier_open,
    referral_by_key,
    referral_named,
    referrals_of,
)
from matchmaking.registry.consents.commands import revoke_consent
from matchmaking.registry.consents.models import Consent
from matchmaking.registry.organisations.models import Organisation
from tests.foundation.racing import race
from tests.market.market_world import NOON, TODAY, World, load
from tests.market.referral_world import act, code_of, now, refer, sell, verified


@pytest.fixture
def tea(world: World) -> str:
    """A product of the bank that has a branch in the firm's county."""
    return sell(world.bank, "收茶贷")


@pytest.fixture
def agri(world: World) -> str:
    """A product of the other bank."""
    return sell(world.rival, "惠农贷")


def due(day: date) -> JobContext:
    return JobContext(day, NOON, Settings(environment="test", secret_key="t" * 40))


def accept(world: World, key: str, login: str = "branch", **more: Any) -> Any:
    return act(world, commands.accept, key, login, on=TODAY, **more)


def decline(world: World, key: str, reason: str = "quota", words: str = "", login: str = "branch", **more: Any) -> Any:
    return act(world, commands.decline, key, login, reason=reason, words=words, on=TODAY, **more)


def withdraw(world: World, key: str, login: str = "tea", version: int | None = None) -> Any:
    who = world.people[login]

    def work(inside: Session) -> Any:
        need = load(inside, key)
        return commands.withdraw_need(
            inside, actor=who.actor, role=who.role.value, need=need, version=version or need.version, at=NOON
        )

    return run_in_unit_of_work(work)


def test_every_move_of_the_table_has_its_tag_and_every_state_stands_in_the_model() -> None:
    assert set(TAGS) == set(REFERRAL.actions)
    assert set(STATES) == set(REFERRAL.states)
    # a decline can be taken back for some minutes
    assert set(REFERRAL.finals) - {"signed"} == set(STATES) - set(LIVE) - {"declined"}


def test_sending_copies_what_the_bank_may_see_and_keeps_why(world: World, tea: str) -> None:
    key = verified(world)
    (made,) = refer(world, key, tea)
    found = now(made)
    assert (found.state, found.sent_by, found.organisation_id, found.legal_person_id) == (
        "sent", "firm", world.branch, world.bank,
    )  # fmt: skip
    assert (found.amount_minor, found.term_months, found.industry_code, found.area_code) == (
        300_000_000, 12, "1530", "610902",
    )  # fmt: skip
    assert load(session(), key).state == "referred"
    kept = session().scalars(select(Recommendation)).one()
    assert (kept.points, kept.need_version, found.recommendation_id) == (found.points, 4, kept.id)
    assert sum(line["points"] for line in kept.lines["lines"]) == kept.points > 0
    assert explained_again(kept).degree is not None
    assert verify(session()).sound
    assert "referral.sent" in set(session().scalars(select(TrailEvent.tag)))


def test_a_recommendation_that_no_longer_comes_to_its_points_is_told(world: World, tea: str) -> None:
    refer(world, verified(world), tea)
    kept = session().scalars(select(Recommendation)).one()
    session().expunge(kept)
    kept.points += 1
    with pytest.raises(ValueError, match="was"):
        explained_again(kept)


def test_a_firm_without_automated_ranking_sends_without_points(world: World, tea: str) -> None:
    def opt_out(inside: Session) -> None:
        firm = inside.get_one(Organisation, world.firm)
        choose_ranking(inside, actor="user:x", organisation=firm, automated=False, at=NOON)

    run_in_unit_of_work(opt_out)
    (made,) = refer(world, verified(world), tea)
    assert (now(made).points, now(made).recommendation_id) == (None, None)


def test_without_consent_nothing_is_sent(world: World, tea: str) -> None:
    key = verified(world)
    assert code_of(lambda: refer(world, key, tea, consenting=None)) == "referral_consent_missing"
    remove_session()
    assert load(session(), key).state == "verified"
    stale = commands.Consenting(version=99, language="zh")
    assert code_of(lambda: refer(world, key, tea, consenting=stale)) == "consent_text_changed"
    remove_session()
    assert session().scalars(select(Consent)).all() == []


def test_consent_is_given_in_the_same_step_for_this_need_and_this_bank_only(world: World, tea: str, agri: str) -> None:
    key = verified(world)
    refer(world, key, tea)
    given = session().scalars(select(Consent)).one()
    assert (given.organisation_id, given.scope, given.purpose) == (world.bank, {"needs": [key]}, "share_dossier")
    assert code_of(lambda: refer(world, key, agri, consenting=None)) == "referral_consent_missing"
    assert code_of(lambda: refer(world, verified(world), tea, consenting=None)) == "referral_consent_missing"


def test_one_bank_has_a_need_once_and_no_more_than_three_have_it(world: World, tea: str, agri: str) -> None:
    key, second = verified(world), sell(world.bank, "第二种")
    assert code_of(lambda: refer(world, key, tea, second)) == "referral_one_per_bank"
    assert code_of(lambda: refer(world, key)) == "referral_none_chosen"
    assert code_of(lambda: refer(world, key, "absent")) == "referral_product_gone"
    refer(world, key, tea)
    assert code_of(lambda: refer(world, key, second)) == "referral_live_already"
    assert code_of(lambda: refer(world, key, agri, second, "x")) == "referral_too_many"
    assert len(refer(world, key, agri)) == 1


def test_two_sendings_at_once_leave_one_live_referral(world: World, tea: str) -> None:
    key = verified(world)
    results = race([lambda: refer(world, key, tea)] * 6)
    assert sum(isinstance(one, list) for one in results) == 1
    assert {one.reason.code for one in results if isinstance(one, Refusal)} <= {
        "referral_live_already", "need_moved_on", "consent_open_already",
    }  # fmt: skip
    assert len([one for one in results if isinstance(one, Refusal)]) == 5


def test_the_file_opens_after_consent_and_acceptance_and_shuts_again(world: World, tea: str) -> None:
    key = verified(world)
    (made,) = refer(world, key, tea)
    need = load(session(), key)
    assert not dossier_open(session(), now(made), need, on=TODAY)
    accept(world, made)
    sheet = dossier(session(), now(made), load(session(), key), on=TODAY)
    assert sheet is not None and sheet.organisation.id == world.firm
    consent = session().scalars(select(Consent)).one()
    run_in_unit_of_work(
        revoke_consent, actor="user:t", actor_organisation_id=world.firm, consent_id=consent.id, on=TODAY, at=NOON
    )
    assert dossier(session(), now(made), load(session(), key), on=TODAY) is None


def test_a_pushed_need_stays_anonymous_until_the_firm_consents(world: World, tea: str) -> None:
    key, bureau = verified(world), world.people["county"]

    def work(inside: Session) -> str:
        need = load(inside, key)
        return commands.push(
            inside, actor=bureau.actor, role=bureau.role.value, need=need, version=need.version, products=[tea],
            on=TODAY, at=NOON,
        )[0].public_key  # fmt: skip

    made = run_in_unit_of_work(work)
    accept(world, made)
    assert now(made).sent_by == "bureau"
    assert not dossier_open(session(), now(made), load(session(), key), on=TODAY)


def test_declining_keeps_both_levels_and_opens_the_need_again(world: World, tea: str, agri: str) -> None:
    key = verified(world)
    (made,) = refer(world, key, tea)
    assert code_of(lambda: decline(world, made, "no_such")) == "decline_unknown"
    assert code_of(lambda: decline(world, made, "not_needed")) in ("decline_unknown", "decline_speaker")
    decline(world, made, "quota", "本季规模已满")
    kept = session().scalars(select(ReferralDecline)).one()
    assert (kept.reason_group, kept.reason_code, kept.words, kept.list_version) == ("bank", "quota", "本季规模已满", 1)
    assert (now(made).state, now(made).answered_on) == ("declined", TODAY)
    assert load(session(), key).state == "verified"
    # elsewhere with the same file, nothing typed again
    assert len(refer(world, key, agri)) == 1
    assert code_of(lambda: accept(world, made)) == "move_not_now"


def test_the_need_stays_out_while_another_bank_has_it(world: World, tea: str, agri: str) -> None:
    key = verified(world)
    first, second = refer(world, key, tea, agri)
    decline(world, first)
    assert load(session(), key).state == "referred"
    decline(world, second, login="rival")
    remove_session()
    assert load(session(), key).state == "verified"


def test_a_stale_page_is_told_and_changes_nothing(world: World, tea: str) -> None:
    (made,) = refer(world, verified(world), tea)
    assert code_of(lambda: accept(world, made, version=7)) == "referral_moved_on"
    assert now(made).state == "sent"
    assert code_of(lambda: accept(world, made, login="tea")) == "move_not_now"


def test_withdrawing_the_need_ends_every_referral(world: World, tea: str, agri: str) -> None:
    key = verified(world)
    first, second = refer(world, key, tea, agri)
    accept(world, first)
    withdraw(world, key)
    assert [now(made).state for made in (first, second)] == ["withdrawn", "withdrawn"]
    assert load(session(), key).state == "withdrawn"
    assert code_of(lambda: accept(world, second)) == "move_final"


def test_a_need_withdrawn_on_its_own_page_shuts_at_once_and_is_swept(world: World, tea: str) -> None:
    key, who = verified(world), world.people["tea"]
    (made,) = refer(world, key, tea)

    def alone(inside: Session) -> None:
        need = load(inside, key)
        move_need(
            inside, actor=who.actor, role=who.role.value, need=need, version=need.version, action="withdraw", at=NOON
        )

    run_in_unit_of_work(alone)
    assert code_of(lambda: accept(world, made)) == "referral_need_ended"
    context = due(TODAY)
    assert jobs.run_sweep(context) == {"closed": 1, "stopped": 0}
    assert jobs.run_sweep(context) == {"closed": 0, "stopped": 0}
    assert now(made).state == "withdrawn"


def test_withdrawing_and_accepting_at_once_has_one_order_and_no_bank_keeps_a_withdrawn_need(
    world: World, tea: str
) -> None:
    for _ in range(4):
        key = verified(world)
        (made,) = refer(world, key, tea)
        answers = race([lambda key=key: withdraw(world, key), lambda made=made: accept(world, made)])
        refused = [one for one in answers if isinstance(one, Exception)]
        assert all(isinstance(one, Refusal) for one in refused), refused
        assert now(made).state == "withdrawn"
        if refused:
            assert refused == [answers[1]]
            assert refused[0].reason.code in ("referral_moved_on", "move_final", "referral_need_ended")
        withdraw_again = code_of(lambda key=key: withdraw(world, key))
        assert withdraw_again == "move_final"


def test_declining_and_accepting_at_once_has_one_winner(world: World, tea: str) -> None:
    (made,) = refer(world, verified(world), tea)
    answers = race([lambda: accept(world, made, version=1), lambda: decline(world, made, version=1)])
    lost = [one for one in answers if isinstance(one, Refusal)]
    assert len(lost) == 1
    assert lost[0].reason.code in ("referral_moved_on", "move_final", "move_not_now")
    assert now(made).version == 2


def test_the_clock_counts_workdays_across_a_holiday(world: World, tea: str) -> None:
    key = verified(world)
    (made,) = refer(world, key, tea)
    # 1 to 7 October 2026 are off, Saturday 10 October is worked
    assert now(made).due_on == date(2026, 10, 10)
    run = jobs.run(due(date(2026, 10, 20)))
    assert (run, now(made).state) == ({"lapsed": 0}, "sent")
    after = due(date(2026, 10, 21))
    assert (jobs.run(after), now(made).state) == ({"lapsed": 1}, "lapsed")
    assert jobs.run(after) == {"lapsed": 0}
    remove_session()
    assert load(session(), key).state == "verified"


def test_what_was_accepted_never_lapses(world: World, tea: str) -> None:
    (made,) = refer(world, verified(world), tea)
    accept(world, made)
    assert jobs.run(due(date(2026, 12, 30))) == {"lapsed": 0}
    assert now(made).state == "accepted"


def test_work_is_given_within_the_bank_only(world: World, tea: str) -> None:
    (made,) = refer(world, verified(world), tea)
    officer, rival = world.people["officer"], world.people["rival"]
    who: dict[str, Any] = {"organisation_id": world.branch}
    act(world, commands.assign, made, officer_id=officer.user_id, **who)
    assert now(made).officer_id == officer.user_id
    assert code_of(lambda: act(world, commands.assign, made, officer_id=rival.user_id, **who)) == "referral_officer"
    elsewhere = {"organisation_id": world.rival, "officer_id": None}
    assert code_of(lambda: act(world, commands.assign, made, **elsewhere)) == "referral_unit"
    assert code_of(lambda: act(world, commands.assign, made, "officer", officer_id=None, **who)) == "move_not_now"
    act(world, commands.assign, made, organisation_id=world.bank, officer_id=None)
    assert (now(made).organisation_id, now(made).officer_id) == (world.bank, None)


def test_later_slices_move_it_on_and_signing_moves_the_need(world: World, tea: str) -> None:
    key = verified(world)
    (made,) = refer(world, key, tea)
    accept(world, made)
    for action in ("start_diligence", "submit", "approve", "sign"):
        act(world, commands.move, made, action=action)
    assert (now(made).state, load(session(), key).state) == ("signed", "contracted")
    assert code_of(lambda: withdraw(world, key)) == "referral_signed_already"


def test_everybody_sees_their_own_and_nobody_elses(world: World, tea: str) -> None:
    key = verified(world)
    (made,) = refer(world, key, tea)
    seen = {login for login, who in world.people.items() if referral_by_key(session(), who, made)}
    assert seen == {"tea", "tea2", "manager", "branch", "officer", "county", "county2", "city"}
    assert all(referral_by_key(session(), who, "absent") is None for who in world.people.values())
    need = load(session(), key)
    assert len(referrals_of(session(), world.people["tea"], need)) == 1
    assert referrals_of(session(), world.people["rival"], need) == []
    act(world, commands.assign, made, organisation_id=world.bank, officer_id=None)
    assert referral_by_key(session(), world.people["branch"], made) is None


def test_history_is_append_only_and_whole(world: World, tea: str) -> None:
    (made,) = refer(world, verified(world), tea)
    accept(world, made)
    events = session().scalars(select(ReferralEvent).order_by(ReferralEvent.number)).all()
    assert [(one.number, one.action, one.before, one.after) for one in events] == [
        (1, "send", "", "sent"), (2, "accept", "sent", "accepted"),
    ]  # fmt: skip

    def forge(inside: Session) -> None:
        inside.execute(update(ReferralEvent).values(action="decline"))

    with pytest.raises(DatabaseError):
        run_in_unit_of_work(forge)
    assert referral_named(session(), "absent") is None

"""A policy is proposed by a fit and adopted by a person: from tomorrow, once, explained for good."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Refusal
from matchmaking.foundation.storage import run_in_unit_of_work, session
from matchmaking.foundation.trail.models import TrailEvent
from matchmaking.market.matches.commands import keep_recommendation
from matchmaking.market.matches.models import Recommendation
from matchmaking.market.matches.queries import explained_again, recommend
from matchmaking.market.policies.commands import adopt, propose, set_aside, withdraw
from matchmaking.market.policies.models import PolicyVersion
from matchmaking.market.policies.queries import acts_of, policy_by_key, policy_for, policy_kept
from matchmaking.market.products.queries import offer_on
from matchmaking.rulebook.matching import policy
from tests.market.market_world import NOON, TODAY, World, load, offer
from tests.market.referral_world import sell, verified
from tests.past import write_past_the_trail

TOMORROW = TODAY + timedelta(days=1)
WORDS = "按核实到账学习，已看过回测"
DEAR = {"amount": 5, "term": 5, "price": 60, "guarantee": 10, "industry": 10, "speed": 5, "quota": 5}
EVIDENCE = {"choices": 40}


def proposed(weights: Mapping[str, int] = DEAR, digest: str = "a" * 64, actor: str = "job:policy-fit") -> str:
    def work(inside: Session) -> str:
        told = {"base": policy(TODAY), "evidence": dict(EVIDENCE), "digest": digest, "at": NOON, "on": TODAY}
        return propose(inside, actor=actor, weights=weights, **told).public_key  # type: ignore[arg-type]

    return run_in_unit_of_work(work)


def decided(
    act: str, key: str, version: int = 1, *, on: date = TODAY, words: str = WORDS, actor: str = "user:7"
) -> str:
    def work(inside: Session) -> str:
        told = {"actor": actor, "key": key, "row_version": version, "words": words, "at": NOON}
        if act == "set_aside":
            return set_aside(inside, **told).state  # type: ignore[arg-type]
        return {"adopt": adopt, "withdraw": withdraw}[act](inside, on=on, **told).state  # type: ignore[arg-type]

    return run_in_unit_of_work(work)


def row(key: str) -> PolicyVersion:
    found = policy_by_key(session(), key)
    assert found is not None
    return found


def tags() -> list[str]:
    asked = select(TrailEvent.tag).where(TrailEvent.tag.like("policy.%")).order_by(TrailEvent.seq)
    return list(session().scalars(asked))


def test_a_proposal_is_not_in_force_and_an_adopted_one_is_from_tomorrow(world: World) -> None:
    key = proposed()
    assert policy_for(session(), TODAY) == policy(TODAY) == policy_for(session(), TOMORROW)
    assert decided("adopt", key) == "adopted"
    assert policy_for(session(), TODAY) == policy(TODAY), "a day has one policy"
    held = policy_for(session(), TOMORROW)
    assert dict(held.weights) == DEAR and list(held.weights) == list(DEAR)
    assert held.settings == policy(TODAY).settings
    assert tags() == ["policy.proposed", "policy.adopted"]
    assert [(act.action, act.words) for act in acts_of(session(), row(key))] == [("propose", ""), ("adopt", WORDS)]


def test_the_same_choices_propose_once_and_other_choices_again(world: World) -> None:
    assert proposed() == proposed()
    assert proposed(digest="b" * 64) != proposed()
    assert sorted(session().scalars(select(PolicyVersion.version))) == ["fit-2026-09-30", "fit-2026-09-30-2"]
    assert tags() == ["policy.proposed"] * 2


@pytest.mark.parametrize("weights", [{**DEAR, "price": 61}, {**DEAR, "price": -60, "amount": 125}])
def test_weights_that_are_no_policy_are_not_proposed(world: World, weights: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        proposed(weights)


def test_whoever_asked_for_the_fit_does_not_adopt_it(world: World) -> None:
    key = proposed(actor="user:7")
    with pytest.raises(Refusal) as refused:
        decided("adopt", key)
    assert refused.value.reason.code == "other_hands"
    assert decided("adopt", key, actor="user:8") == "adopted"


@pytest.mark.parametrize(
    ("act", "version", "words", "code"),
    [
        ("adopt", 2, WORDS, "policy_moved_on"),
        ("adopt", 1, "好", "words_short"),
        ("set_aside", 1, "", "words_short"),
        ("withdraw", 1, WORDS, "move_not_now"),
    ],
)
def test_what_does_not_fit_the_row_is_refused_and_changes_nothing(
    world: World, act: str, version: int, words: str, code: str
) -> None:
    key = proposed()
    with pytest.raises(Refusal) as refused:
        decided(act, key, version, words=words)
    assert refused.value.reason.code == code
    assert (row(key).state, row(key).row_version, tags()) == ("proposed", 1, ["policy.proposed"])


def test_a_proposal_beside_a_card_that_is_followed_by_another_is_outdated(world: World) -> None:
    def work(inside: Session) -> str:
        told = {"evidence": dict(EVIDENCE), "digest": "c" * 64, "at": NOON, "on": TODAY}
        base = policy(date(2026, 8, 1))
        return propose(inside, actor="job:policy-fit", base=base, weights=DEAR, **told).public_key  # type: ignore[arg-type]

    with pytest.raises(Refusal) as refused:
        decided("adopt", run_in_unit_of_work(work))
    assert refused.value.reason.code == "policy_outdated"


def test_set_aside_stays_out_and_withdrawn_ends_tomorrow(world: World) -> None:
    first, second = proposed(), proposed(digest="b" * 64)
    assert decided("set_aside", first) == "set_aside"
    decided("adopt", second)
    assert decided("withdraw", second, 2, on=TODAY + timedelta(days=5)) == "withdrawn"
    assert policy_for(session(), TODAY + timedelta(days=5)).version == row(second).version
    assert policy_for(session(), TODAY + timedelta(days=6)) == policy(TODAY)
    with pytest.raises(Refusal) as refused:
        decided("adopt", first, 2)
    assert refused.value.reason.code in ("move_final", "move_not_now")


def test_withdrawn_on_the_day_it_was_adopted_it_never_holds(world: World) -> None:
    key = proposed()
    decided("adopt", key)
    decided("withdraw", key, 2)
    assert policy_for(session(), TOMORROW) == policy(TODAY)


def test_of_two_adopted_the_later_holds(world: World) -> None:
    cheap = {**DEAR, "price": 5, "amount": 60}
    first, second = proposed(), proposed(cheap, "b" * 64)
    decided("adopt", first)
    decided("adopt", second, on=TODAY + timedelta(days=3))
    assert policy_for(session(), TODAY + timedelta(days=3)).version == row(first).version
    assert policy_for(session(), TODAY + timedelta(days=4)).version == row(second).version


def test_matching_reads_the_adopted_one_and_what_was_kept_explains_itself_after(world: World) -> None:
    product, need = sell(world.bank, "收茶贷", offer(effective_from=TODAY)), verified(world)
    decided("adopt", proposed())

    def keep(inside: Session, on: date) -> int:
        found = offer_on(inside, product, on)
        assert found is not None
        return keep_recommendation(inside, actor="user:x", need=load(inside, need), offer=found, on=on, at=NOON).id

    before, after = (write_past_the_trail(keep, on) for on in (TODAY, TOMORROW))
    shown = recommend(session(), load(session(), need), TOMORROW)
    assert shown is not None and shown.policy.version == "fit-2026-09-30"
    decided("withdraw", row(policy_keys()[0]).public_key, 2, on=TOMORROW)
    kept = [session().get_one(Recommendation, one) for one in (before, after)]
    assert [one.policy_version for one in kept] == [policy(TODAY).version, "fit-2026-09-30"]
    assert [explained_again(one).points for one in kept] == [one.points for one in kept]
    assert kept[1].points == shown.fits[0].why.points
    with pytest.raises(KeyError):
        policy_kept(session(), "fit-1999-01-01")


def policy_keys() -> list[str]:
    return list(session().scalars(select(PolicyVersion.public_key)))

"""Approved lines take of the product's quota, end with a reason or the firm's word, and outlive no referral."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import Settings
from matchmaking.delivery.decisions import commands, jobs
from matchmaking.delivery.decisions.facts import LineTold
from matchmaking.delivery.decisions.models import CreditDecision
from matchmaking.delivery.decisions.queries import decision_by_key
from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.storage import remove_session, run_in_unit_of_work, session
from matchmaking.foundation.trail import verify
from matchmaking.market.matches.queries import recommend
from matchmaking.market.products.models import ProductQuota
from matchmaking.market.referrals import commands as referring
from matchmaking.market.referrals.queries import decline_of
from tests.foundation.racing import race
from tests.market.market_world import NOON, TODAY, World, build_world, load, offer
from tests.market.referral_world import act, code_of, now, refer, sell, verified

TERMS = LineTold(Money.of(3_000_000), 12, date(2027, 9, 30), "1Y", 55)


@pytest.fixture
def world(database: str) -> World:
    """The market on an empty database of each engine."""
    return build_world()


@pytest.fixture
def scarce(world: World) -> str:
    """A product of which 5,000,000 are set aside: room for one line of 3,000,000, not for two."""
    return sell(world.bank, "收茶贷", offer(quota=Money.of(5_000_000)))


def told(world: World, login: str) -> dict[str, Any]:
    who = world.people[login]
    return {"actor": who.actor, "role": who.role.value, "at": NOON}


def submitted(world: World, product: str) -> tuple[str, str]:
    """A decision that waits for its checker; its key and that of its referral."""
    referral = refer(world, verified(world), product)[0]
    act(world, referring.accept, referral, on=TODAY)

    def write(inside: Session) -> str:
        made = commands.start_decision(inside, referral_key=referral, terms=TERMS, on=TODAY, **told(world, "officer"))
        commands.submit_decision(inside, decision=made, version=1, on=TODAY, **told(world, "officer"))
        return made.public_key

    return run_in_unit_of_work(write), referral


def step(world: World, command: Callable[..., CreditDecision], key: str, login: str = "branch", **more: Any) -> str:
    def work(inside: Session) -> str:
        found = decision_by_key(inside, key)
        assert found is not None
        given = {"version": found.version, "on": TODAY, **more}
        return command(inside, decision=found, **given, **told(world, login)).state

    return run_in_unit_of_work(work)


def approve(world: World, key: str) -> str:
    return step(world, commands.approve_decision, key)


def taken() -> int:
    """Of the quota, and the same reckoned from the lines that stand."""
    remove_session()
    held = session().scalar(select(func.coalesce(func.sum(ProductQuota.taken_minor), 0)))
    lines = select(func.coalesce(func.sum(CreditDecision.line_minor), 0)).where(CreditDecision.state == "approved")
    assert held == session().scalar(lines)
    assert verify(session()).sound
    return int(held or 0)


def test_a_line_beyond_the_quota_is_not_approved_and_its_end_makes_room(world: World, scarce: str) -> None:
    first, second = submitted(world, scarce)[0], submitted(world, scarce)[0]
    assert approve(world, first) == "approved"
    with pytest.raises(Refusal) as refused:
        approve(world, second)
    assert refused.value.reason.code == "product_quota_short"
    assert dict(refused.value.reason.params) == {
        "quota": "5,000,000.00", "taken": "3,000,000.00", "left": "2,000,000.00", "line": "3,000,000.00",
    }  # fmt: skip
    assert taken() == 300_000_000
    assert step(world, commands.revoke_decision, first, reason="superior", words="") == "revoked"
    assert taken() == 0
    assert approve(world, second) == "approved"


def test_of_approvals_at_once_no_more_go_through_than_the_quota_carries(world: World, scarce: str) -> None:
    keys = [submitted(world, scarce)[0] for _ in range(4)]
    results = race([lambda key=key: approve(world, key) for key in keys])
    assert sorted(one if isinstance(one, str) else one.reason.code for one in results) == [
        "approved", *["product_quota_short"] * 3,
    ]  # fmt: skip
    assert taken() == 300_000_000


def test_matching_knows_what_is_left(world: World, scarce: str) -> None:
    approve(world, submitted(world, scarce)[0])
    need = load(session(), verified(world))
    found = recommend(session(), need, TODAY)
    assert found is not None
    (line,) = [one for one in found.by_name[0].why.lines if one.line == "quota"]
    # 3,000,000 asked for, 2,000,000 left
    assert line.points < line.full


def test_a_revoked_line_tells_the_firm_why(world: World, scarce: str) -> None:
    key, referral = submitted(world, scarce)
    approve(world, key)
    assert code_of(lambda: step(world, commands.revoke_decision, key, reason="", words="")) == "decline_unknown"
    assert code_of(lambda: step(world, commands.revoke_decision, key, "officer", reason="debt", words="")) != ""
    step(world, commands.revoke_decision, key, reason="debt", words="新增负债")
    found = decline_of(session(), now(referral).id)
    assert found is not None and (found.reason_code, found.words) == ("debt", "新增负债")
    assert now(referral).state == "terminated"


def test_the_firm_turns_a_line_down_and_its_need_is_open_again(world: World, scarce: str) -> None:
    key, referral = submitted(world, scarce)
    approve(world, key)
    assert code_of(lambda: step(world, commands.turn_down_line, key)) == "move_not_now"
    assert step(world, commands.turn_down_line, key, "tea") == "turned_down"
    assert (now(referral).state, taken()) == ("withdrawn", 0)


def test_decisions_do_not_outlive_their_referral(world: World, scarce: str) -> None:
    drafted, first = submitted(world, scarce)
    approved, second = submitted(world, scarce)
    approve(world, approved)
    for referral in (first, second):
        act(world, referring.move, referral, "tea", action="take_elsewhere")
    context = JobContext(TODAY, NOON, Settings(environment="test", secret_key="t" * 40))
    assert jobs.run_sweep(context) == {"closed": 2}
    assert jobs.run_sweep(context) == {"closed": 0}
    found = {one.public_key: one.state for one in session().scalars(select(CreditDecision))}
    assert found == {drafted: "discarded", approved: "turned_down"}
    assert (now(first).state, now(second).state, taken()) == ("transferred", "transferred", 0)


def test_a_line_that_ran_out_lapses_with_its_referral(world: World, scarce: str) -> None:
    key, referral = submitted(world, scarce)
    approve(world, key)

    def run(day: date) -> Any:
        return jobs.run(JobContext(day, NOON, Settings(environment="test", secret_key="t" * 40)))

    assert run(date(2027, 9, 30)) == {"lapsed": 0}
    assert run(date(2027, 10, 1)) == {"lapsed": 1}
    assert (now(referral).state, taken()) == ("lapsed", 0)

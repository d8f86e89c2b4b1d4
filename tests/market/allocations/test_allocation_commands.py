"""A plan from a frozen list to its own freeze: who can be matched, what steers it, what never changes after."""

from __future__ import annotations

from hashlib import sha256

import pytest
import time_machine
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation.jobs import Task, run_one_task
from matchmaking.foundation.storage import remove_session, run_in_unit_of_work, session
from matchmaking.foundation.trail import TrailEvent
from matchmaking.market.allocations import (
    commands,
    jobs,  # noqa: F401  registers the task
)
from matchmaking.market.allocations.facts import digest_of, worth_of
from matchmaking.market.allocations.gathering import question_of
from matchmaking.market.allocations.models import AllocationPair, AllocationPlan, AllocationPrice, AllocationUnplaced
from matchmaking.market.allocations.queries import chosen_lines, plan_by_key
from matchmaking.market.batches.commands import start_batch
from matchmaking.market.matches.commands import choose_ranking
from matchmaking.registry.organisations.models import Organisation
from tests.market.allocation_world import WAN, do, frozen_list, planned, product, solved, stocked
from tests.market.market_world import NOON, TODAY, World, offer
from tests.market.referral_world import sell, verified

ON_ONE_ENGINE = pytest.mark.parametrize("engine_name", ["sqlite"])


def chosen(plan: AllocationPlan) -> set[tuple[int, int]]:
    """(position, product) of the chosen pairs of the last run."""
    asked = select(AllocationPair).where(
        AllocationPair.plan_id == plan.id, AllocationPair.run == plan.run, AllocationPair.chosen
    )
    return {(pair.position, pair.product_id) for pair in session().scalars(asked)}


def unplaced(plan: AllocationPlan) -> dict[int, str]:
    asked = select(AllocationUnplaced).where(AllocationUnplaced.plan_id == plan.id, AllocationUnplaced.run == plan.run)
    return {one.position: one.reason for one in session().scalars(asked)}


def need_of(plan: AllocationPlan, position: int) -> str:
    asked = select(AllocationPair.need_key).where(
        AllocationPair.plan_id == plan.id, AllocationPair.position == position
    )
    found = session().scalars(asked).first()
    assert found is not None
    return found


def test_only_posted_needs_are_matched_and_the_others_are_named(world: World) -> None:
    tea, rural = stocked(world)
    frozen_list()
    planned()
    plan = solved()
    assert chosen(plan) == {(position, product(key).id) for position in (1, 3) for key in (tea, rural)}
    assert unplaced(plan) == {2: "no_need"}
    assert (plan.state, plan.members, plan.candidates, plan.placed, plan.placed_most) == ("solved", 3, 2, 2, 2)
    assert plan.bound == plan.value and plan.policy_version


def test_a_quota_that_binds_has_a_price_and_is_never_passed(world: World) -> None:
    tea, rural = stocked(world, quota_wan=400)
    frozen_list()
    planned()
    plan = solved()
    assert plan.placed == 2, "both firms are served, one at each bank, though a quota of 400 takes one of 300 only"
    prices = session().scalars(select(AllocationPrice).where(AllocationPrice.plan_id == plan.id)).all()
    assert {price.used_minor for price in prices} == {300 * WAN}
    assert all(price.quota_minor == 400 * WAN and price.used_count == 1 for price in prices)
    assert any(price.per_wan for price in prices)


def test_nobody_is_left_out_for_a_greater_sum(world: World) -> None:
    stocked(world, quota_wan=300)
    frozen_list()
    planned(count_most=1)
    plan = solved(seconds=5)
    assert plan.placed == plan.placed_most == 2 and {position for position, _ in chosen(plan)} == {1, 3}


def test_a_pinned_pair_stands_a_forbidden_one_does_not_and_solving_again_is_needed(world: World) -> None:
    tea, rural = stocked(world, quota_wan=400)
    frozen_list()
    planned()
    first = solved()
    here = dict(chosen(first))
    swapped = {1: here[3], 3: here[1]}
    do(
        commands.wish_pair,
        "plan",
        need_key=need_of(first, 1),
        product_id=swapped[1],
        wish="pin",
        words="老客户，行里已答应",
    )
    steered = plan_by_key(session(), "plan")
    assert steered is not None and steered.state == "draft"
    with pytest.raises(Refusal, match="move_not_now"):
        do(commands.freeze_plan, "plan", on=TODAY)
    second = solved()
    assert chosen(second) == {(1, swapped[1]), (3, swapped[3])}
    do(
        commands.wish_pair,
        "plan",
        need_key=need_of(second, 3),
        product_id=swapped[3],
        wish="forbid",
        words="企业不愿去这家",
    )
    third = solved()
    assert chosen(third) == {(1, swapped[1]), (1, swapped[3])}, "what is free goes to the other firm as well"
    assert unplaced(third)[3] == "quota_full"
    do(
        commands.wish_pair,
        "plan",
        need_key=need_of(third, 3),
        product_id=swapped[1],
        wish="forbid",
        words="企业也不愿去",
    )
    assert unplaced(solved())[3] == "forbidden"
    do(commands.wish_pair, "plan", need_key=need_of(third, 3), product_id=swapped[3], wish="free", words="企业改了主意")
    assert chosen(solved()) == {(1, swapped[1]), (3, swapped[3])}


def test_pins_that_cannot_all_stand_put_the_plan_back_and_say_why(world: World, settings: object) -> None:
    tea, _rural = stocked(world, quota_wan=400)
    frozen_list()
    planned()
    plan = solved()
    for position in (1, 3):
        told = {"need_key": need_of(plan, position), "product_id": product(tea).id}
        do(commands.wish_pair, "plan", wish="pin", words="都要这个产品", **told)
    do(commands.ask_solution, "plan")
    with time_machine.travel(NOON):
        run_one_task(settings)  # type: ignore[arg-type]  the first run's, which has been answered meanwhile
        task = run_one_task(settings)  # type: ignore[arg-type]
    assert task is not None and task.state == "failed"
    assert [one["code"] for one in (task.note or {})["reasons"]] == ["allocation_pins_break"]
    remove_session()
    again = plan_by_key(session(), "plan")
    assert again is not None and (again.state, again.run) == ("draft", 1)


def test_the_worker_solves_what_was_asked_for_once(world: World, settings: object) -> None:
    stocked(world)
    frozen_list()
    planned()
    do(commands.ask_solution, "plan")
    with pytest.raises(Refusal, match="allocation_running"):
        do(commands.ask_solution, "plan")
    with time_machine.travel(NOON):
        task = run_one_task(settings)  # type: ignore[arg-type]
    assert task is not None and task.state == "done", task and task.note
    remove_session()
    plan = plan_by_key(session(), "plan")
    assert plan is not None and (plan.state, plan.run, plan.placed) == ("solved", 1, 2)
    assert session().scalars(select(Task)).all() and run_one_task(settings) is None  # type: ignore[arg-type]


def test_freezing_writes_a_hash_that_anybody_can_reckon_and_nothing_changes_after(world: World) -> None:
    stocked(world)
    frozen_list()
    planned()
    plan = solved()
    lines = chosen_lines(session(), plan)
    do(commands.freeze_plan, "plan", on=TODAY)
    frozen = plan_by_key(session(), "plan")
    assert frozen is not None and frozen.state == "frozen"
    written = sorted("\t".join(map(str, line)).encode() + b"\n" for line in lines)
    assert frozen.digest == sha256(b"".join(written)).hexdigest() == digest_of(reversed(lines))
    for command in (commands.ask_solution, commands.discard_plan):
        with pytest.raises(Refusal):
            do(command, "plan")
    pair = session().scalars(select(AllocationPair)).first()
    assert pair is not None
    with pytest.raises(DatabaseError):
        run_in_unit_of_work(lambda inside: inside.execute(text("UPDATE allocation_pair SET chosen = NOT chosen")))
    tags = set(session().scalars(select(TrailEvent.tag).where(TrailEvent.subject == "allocation:plan")))
    assert tags == {"allocation.started", "allocation.asked", "allocation.solved", "allocation.frozen"}


@ON_ONE_ENGINE
def test_of_two_presses_from_one_page_one_wins(world: World) -> None:
    stocked(world)
    frozen_list()
    planned()
    plan = solved()
    do(commands.freeze_plan, "plan", on=TODAY, version=plan.version)
    with pytest.raises(Refusal):
        do(commands.discard_plan, "plan", version=plan.version - 1)


@ON_ONE_ENGINE
def test_a_list_that_is_not_frozen_has_no_plan(world: World) -> None:
    def work(inside: object) -> None:
        batch = start_batch(
            inside, actor="user:1", kind="city", number="1", title="草稿", area_code="*", at=NOON  # type: ignore[arg-type]
        )  # fmt: skip
        commands.start_plan(inside, actor="user:1", batch=batch, count_most=5, on=TODAY, at=NOON)  # type: ignore[arg-type]

    with pytest.raises(Refusal, match="allocation_batch_open"):
        run_in_unit_of_work(work)
    frozen_list()
    with pytest.raises(Refusal, match="allocation_count_range"):
        planned(count_most=0)


@ON_ONE_ENGINE
def test_who_declined_ranking_or_fits_nothing_is_said(world: World) -> None:
    stocked(world)
    frozen_list()
    planned()

    def decline(inside: object) -> None:
        firm = inside.get_one(Organisation, world.firm)  # type: ignore[attr-defined]
        choose_ranking(inside, actor="user:tea", organisation=firm, automated=False, at=NOON)  # type: ignore[arg-type]

    run_in_unit_of_work(decline)
    assert unplaced(solved()) == {1: "declined", 2: "no_need"}


@ON_ONE_ENGINE
def test_a_need_above_every_quota_or_rule_is_said(world: World) -> None:
    verified(world)
    frozen_list()
    planned()
    assert unplaced(solved())[1] == "no_eligible"
    sell(world.bank, "小额贷", offer(quota=Money(100 * WAN)))
    assert unplaced(solved())[1] == "over_quota"


@ON_ONE_ENGINE
def test_the_list_may_name_the_need_that_is_meant(world: World) -> None:
    first = verified(world)
    second = verified(world)
    sell(world.bank, "茶业贷")
    frozen_list()
    planned()
    plan = plan_by_key(session(), "plan")
    assert plan is not None
    assert question_of(session(), plan, TODAY).applicants[0].need_key in (first, second)


@pytest.mark.parametrize(("yuan", "points", "worth"), [(3_000_000, 100_000, 3_000_000), (3_000_000, 85_500, 2_565_000)])
def test_a_pair_is_worth_its_amount_times_its_fit(yuan: int, points: int, worth: int) -> None:
    assert worth_of(Money.of(yuan), points) == worth

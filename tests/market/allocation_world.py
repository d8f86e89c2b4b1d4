"""What the tests of plans share: a frozen list of three firms, needs that can be matched, products with quotas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from matchmaking.domain.identifiers import uscc_from
from matchmaking.domain.money import Money
from matchmaking.foundation.storage import remove_session, run_in_unit_of_work, session
from matchmaking.market.allocations import commands
from matchmaking.market.allocations.gathering import question_of
from matchmaking.market.allocations.models import AllocationPlan
from matchmaking.market.allocations.queries import plan_by_key
from matchmaking.market.allocations.solving import answer
from matchmaking.market.batches.commands import fill_batch, freeze_batch, start_batch
from matchmaking.market.batches.facts import MemberTold
from matchmaking.market.batches.queries import batch_by_key
from matchmaking.market.products.models import Product
from matchmaking.market.products.queries import product_by_key
from tests.market.market_world import HANBIN, NOON, TODAY, ZIYANG, World, offer
from tests.market.referral_world import sell, verified

TEA, TOY, WATER = (uscc_from("91", area, serial) for area, serial in ((HANBIN, 1), (HANBIN, 2), (ZIYANG, 3)))
WAN = 1_000_000


def frozen_list(key: str = "list", firms: tuple[str, ...] = (TEA, TOY, WATER), area: str = "*") -> str:
    """A list of ``firms`` that asks for 300 万 each, frozen."""

    def work(inside: Session) -> None:
        batch = start_batch(
            inside, actor="user:1", kind="city", number=key, title="第一批推荐", area_code=area, at=NOON, public_key=key
        )  # fmt: skip
        rows = [MemberTold(code, Money(300 * WAN), confirmed=True) for code in firms]
        fill_batch(inside, actor="user:1", batch=batch, version=1, rows=rows, on=TODAY, at=NOON)
        freeze_batch(inside, actor="user:1", batch=batch, version=batch.version, on=TODAY, at=NOON)

    run_in_unit_of_work(work)
    return key


def stocked(world: World, *, quota_wan: int = 5_000) -> tuple[str, str]:
    """Needs of the tea firm and the water firm (300 万 each), and one product at each bank; keys of the products."""
    verified(world)
    verified(world, login="water", organisation=world.far)
    told = offer(quota=Money(quota_wan * WAN))
    return sell(world.bank, "茶业贷", told), sell(world.rival, "农商贷", told)


def do(command: Callable[..., Any], key: str, **given: Any) -> Any:
    """One command on the plan as it is now."""

    def work(inside: Session) -> Any:
        plan = plan_by_key(inside, key)
        assert plan is not None
        return command(inside, **{"actor": "user:1", "plan": plan, "version": plan.version, "at": NOON, **given})

    return run_in_unit_of_work(work)


def planned(key: str = "plan", batch: str = "list", count_most: int = 20) -> str:
    """A plan over the list, not yet solved."""

    def work(inside: Session) -> None:
        found = batch_by_key(inside, batch)
        assert found is not None
        commands.start_plan(
            inside, actor="user:1", batch=found, count_most=count_most, on=TODAY, at=NOON, public_key=key
        )  # fmt: skip

    run_in_unit_of_work(work)
    return key


def solved(key: str = "plan", seconds: int = 0) -> AllocationPlan:
    """The plan solved as the worker solves it."""
    do(commands.ask_solution, key)
    plan = plan_by_key(session(), key)
    assert plan is not None
    question = question_of(session(), plan, TODAY)
    remove_session()
    found = answer(question, seconds=seconds)
    do(commands.tell_solution, key, question=question, answer=found)
    told = plan_by_key(session(), key)
    assert told is not None
    return told


def product(key: str) -> Product:
    """The product ``key``."""
    found = product_by_key(session(), key)
    assert found is not None
    return found

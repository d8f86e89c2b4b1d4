"""Allocation: plans keep every limit, the proved bound is above the optimum, and brute force and HiGHS agree."""

from __future__ import annotations

from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.matching.allocation import (
    Effort,
    Instance,
    fix,
    instance_of,
    most_served,
    solve,
    solve_covering,
)
from matchmaking.domain.matching.allocation.exact import exact, relaxed
from matchmaking.domain.reasons import Refusal
from tests.properties import examples

QUICK = Effort(rounds=40, cold=4, warm=6, warmings=2)


def chance(seed: int, *, needs: int = 4, products: int = 3, floors: bool = True) -> Instance:
    """A small instance, made by chance; some needs have no edge at all."""
    rng = np.random.default_rng(seed)
    pairs = np.argwhere(rng.random((needs, products)) < 0.7)
    amount = rng.integers(1, 30, needs)
    groups = [rng.random(needs) < 0.5 for _ in range(2)] if floors else []
    found, _ = instance_of(
        need=pairs[:, 0], product=pairs[:, 1], value=rng.integers(0, 100, len(pairs)), use=amount[pairs[:, 0]],
        needs=needs, bank=rng.integers(0, 2, products), count=rng.integers(0, 4, products),
        quota=rng.integers(0, 60, products), groups=groups, least=rng.integers(0, 3, len(groups)).tolist(), per_need=2,
    )  # fmt: skip
    return found


def best_by_hand(instance: Instance) -> int:
    """The greatest worth of every subset of edges that keeps the limits."""
    edges = range(len(instance.need))
    subsets = chain.from_iterable(combinations(edges, size) for size in range(len(instance.need) + 1))
    plans = (np.array(subset, np.int64) for subset in subsets)
    return max(instance.worth(plan) for plan in plans if not instance.broken(plan))


@given(seed=st.integers(0, 10**9))
@examples(25)
def test_plan_keeps_the_limits_and_the_bound_is_above_every_plan(seed: int) -> None:
    instance = chance(seed)
    best = best_by_hand(instance)
    plan = solve(instance, effort=QUICK)
    assert instance.broken(plan.edges) == ()
    assert plan.worth == instance.worth(plan.edges) <= best <= plan.bound


@pytest.mark.parametrize("seed", range(12))
def test_highs_agrees_with_brute_force_and_stands_between_plan_and_bound(seed: int) -> None:
    instance = chance(seed)
    verdict = exact(instance)
    assert verdict.optimal and verdict.worth == best_by_hand(instance) <= verdict.bound


@pytest.mark.parametrize("seed", range(8))
def test_between_plan_and_bound_stands_what_highs_proves(seed: int) -> None:
    instance = chance(seed + 100, needs=30, products=9)
    plan = solve(instance, effort=QUICK)
    verdict = exact(instance, start=plan.edges, seconds=20)
    assert verdict.optimal and verdict.worth is not None
    assert plan.worth <= verdict.worth <= min(plan.bound, relaxed(instance).bound)
    assert instance.broken(plan.edges) == ()


@given(seed=st.integers(0, 10**9))
@examples(8)
def test_nobody_is_left_out_whom_a_plan_could_serve(seed: int) -> None:
    instance = chance(seed, needs=5, products=3, floors=False)
    most = max(
        len(np.unique(instance.need[list(subset)]))
        for size in range(6)
        for subset in combinations(range(len(instance.need)), size)
        if not instance.broken(np.array(subset, np.int64))
    )
    edges, bound = most_served(instance)
    found = solve_covering(instance)
    assert len(edges) <= most <= bound
    assert found.served == most == len(np.unique(instance.need[found.plan.edges]))


def test_coverage_comes_before_value() -> None:
    # the large need alone is worth more than the two small ones that fit in its place
    instance, _ = instance_of(
        need=[0, 1, 2], product=[0, 0, 0], value=[100, 10, 10], use=[20, 10, 10], needs=3, bank=[0], count=[3],
        quota=[20],
    )  # fmt: skip
    assert solve(instance).edges.tolist() == [0]
    assert solve_covering(instance).plan.edges.tolist() == [1, 2]


def test_a_floor_is_met_at_a_price_and_said_where_it_cannot_be() -> None:
    columns = {"need": [0, 1], "product": [0, 0], "value": [50, 40], "use": [1, 1], "needs": 2, "bank": [0]}
    one = instance_of(**columns, count=[1], quota=[9], groups=[[False, True]], least=[1])[0]
    met = solve(one)
    assert (met.edges.tolist(), met.short.tolist(), met.value) == ([1], [0], 40)
    two = instance_of(**columns, count=[1], quota=[9], groups=[[False, True]], least=[2])[0]
    assert solve(two).short.tolist() == [1]


def test_the_price_of_a_quota_is_what_one_more_would_bring() -> None:
    instance, _ = instance_of(
        need=range(9), product=[0] * 9, value=[90, 80, 70, 60, 50, 40, 30, 20, 10], use=[1] * 9, needs=9, bank=[0],
        count=[4], quota=[100],
    )  # fmt: skip
    plan = solve(instance)
    assert plan.value == plan.bound == 300
    assert 50 <= plan.price_count[0] / plan.scale <= 60 and plan.price_use[0] == 0


def test_plain_and_compiled_loops_give_one_plan() -> None:
    instance = chance(7, needs=40, products=12)
    plain, compiled = solve(instance, effort=QUICK, compiled=False), solve(instance, effort=QUICK, compiled=True)
    assert plain.edges.tolist() == compiled.edges.tolist() and plain.bound == compiled.bound
    assert plain.price_use.tolist() == compiled.price_use.tolist()


@given(seed=st.integers(0, 10**9))
@examples(15)
def test_pinned_pairs_stand_and_forbidden_ones_do_not(seed: int) -> None:
    instance = chance(seed, needs=8, products=4)
    free = solve(instance, effort=QUICK)
    forbidden = free.edges[:1]
    pinned = np.setdiff1d(free.edges, forbidden)[:2]
    rest = fix(instance, pinned, forbidden)
    whole = rest.whole(solve(rest.instance, effort=QUICK).edges)
    assert instance.broken(whole) == ()
    assert set(pinned) <= set(whole) and not set(forbidden) & set(whole)


def test_pins_that_break_a_limit_are_refused() -> None:
    instance, _ = instance_of(
        need=[0, 1], product=[0, 0], value=[1, 1], use=[5, 5], needs=2, bank=[0], count=[1], quota=[9]
    )
    with pytest.raises(Refusal, match="allocation_pins_break"):
        fix(instance, np.array([0, 1]), np.array([], np.int64))
    with pytest.raises(Refusal, match="allocation_pinned_forbidden"):
        fix(instance, np.array([0]), np.array([0]))


def test_an_instance_without_edges_has_an_empty_plan() -> None:
    instance, _ = instance_of(need=[], product=[], value=[], use=[], needs=3, bank=[0], count=[2], quota=[5])
    found = solve_covering(instance)
    assert (found.plan.edges.tolist(), found.served, found.served_bound, found.plan.bound) == ([], 0, 0, 0)


@pytest.mark.parametrize(
    "wrong", [{"need": [0, 0], "product": [0, 0]}, {"value": [-1, 1]}, {"need": [0, 9]}, {"product": [0, 7]}]
)
def test_columns_that_make_no_sense_are_refused(wrong: dict[str, list[int]]) -> None:
    sound = {"need": [0, 1], "product": [0, 0], "value": [1, 1], "use": [1, 1]}
    with pytest.raises(ValueError, match="."):
        instance_of(**{**sound, **wrong}, needs=2, bank=[0], count=[1], quota=[9])

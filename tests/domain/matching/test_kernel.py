"""The kernel against the explanation on every pair, and its lists against plain sorting."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.matching import codes as c
from matchmaking.domain.matching import engine
from matchmaking.domain.matching.catalogue import Need, Product
from matchmaking.domain.matching.explain import explain
from matchmaking.domain.matching.index import Catalogue
from matchmaking.domain.matching.kernel import Match, match, misses
from matchmaking.domain.matching.points import LINES
from matchmaking.domain.matching.policy import Policy
from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Refusal
from matchmaking.rulebook import matching
from tests.domain.matching.markets import (
    AMOUNTS,
    ON,
    POLICY,
    RATES,
    TERMS,
    WAN,
    keyed,
    need,
    needs,
    policies,
    product,
    products,
)
from tests.properties import examples

MARKETS = st.tuples(st.lists(needs(), max_size=6), st.lists(products(), max_size=9))


@examples(60)
@given(MARKETS, policies(), st.integers(1, 4))
def test_the_kernel_says_what_the_explanation_says_on_every_pair(
    market: tuple[list[Need], list[Product]], policy: Policy, k: int
) -> None:
    asked, offered = keyed(market[0], "n"), keyed(market[1], "p")
    found = match(asked, offered, policy, ON, per_need=k, per_product=k)
    told = [[explain(one, other, policy, ON) for other in offered] for one in asked]
    assert found.eligible.tolist() == [[pair.eligible for pair in row] for row in told]
    assert found.eligible_count == sum(pair.eligible for row in told for pair in row)
    fitting = [Match(pair.need, pair.product, pair.points) for row in told for pair in row if pair.eligible]
    for place, one in enumerate(asked):
        by_key = {other.key: (other.lowest_rate_ppm, hurry(other), other.key) for other in offered}
        best = sorted((m for m in fitting if m.need == one.key), key=lambda m: (-m.points, by_key[m.product]))
        assert found.of_need(place) == tuple(best[:k])
    for place, other in enumerate(offered):
        best = sorted((m for m in fitting if m.product == other.key), key=lambda m: (-m.points, m.need))
        assert found.of_product(place) == tuple(best[:k])


LATEST, *EARLIER = sorted(matching.policies(), key=lambda policy: (-len(policy.weights), policy.version))


def test_the_latest_policy_has_every_line() -> None:
    assert set(LATEST.weights) == {line.code for line in LINES} > {code for one in EARLIER for code in one.weights}


@pytest.mark.parametrize(
    "policy", [LATEST, *(pytest.param(one, marks=pytest.mark.release) for one in EARLIER)], ids=lambda one: one.version
)
def test_the_lines_of_the_house_compile_and_give_the_same(policy: Policy) -> None:
    """Every line of a policy, on a batch past a word and a block; ties settled alike.

    The latest has all lines. Those of earlier policies are the same functions, fewer of them, compiled anew: that
    takes as long, and is done before a release.
    """
    r = Random(7)
    asked = keyed([need(amount=Money(r.choice(AMOUNTS)), term_months=r.choice(TERMS), first_loan=r.random() < 0.5,
                        rate_ceiling_ppm=r.choice([None, *RATES]), guarantee_preferred=r.choice([None, c.MORTGAGE]),
                        needed_by=r.choice([None, ON]), industry=r.choice(["C1521", "0164", None]))
                   for _ in range(300)], "n")  # fmt: skip
    offered = keyed([product(amount_max=r.choice(AMOUNTS), term_min=r.choice(TERMS), lowest_rate_ppm=r.choice(RATES),
                             promised_days=r.choice([None, 3, 9]), specialities=frozenset(r.choice([[], ["15"]])),
                             quota_left=r.choice([None, Money(50 * WAN)])) for _ in range(70)], "p")  # fmt: skip
    plain = match(asked, offered, policy, ON, per_need=5, per_product=5)
    fast = match(asked, offered, policy, ON, per_need=5, per_product=5, executor=engine.NUMBA)
    for name in ("packed", "counts", "need_best", "need_points", "product_best", "product_points"):
        np.testing.assert_array_equal(getattr(plain, name), getattr(fast, name), err_msg=name)
    assert 0 < plain.eligible_count == plain.eligible.sum() < 300 * 70


def test_a_run_need_not_keep_its_pairs() -> None:
    found = match([need()], [product()], POLICY, ON, pairs=False)
    assert found.eligible_count == 1
    with pytest.raises(ValueError, match="kept no pairs"):
        _ = found.eligible


@examples(60)
@given(MARKETS, policies())
def test_misses_are_the_pairs_that_fail_just_one_criterion(
    market: tuple[list[Need], list[Product]], policy: Policy
) -> None:
    asked, offered = keyed(market[0], "n"), keyed(market[1], "p")
    catalogue = Catalogue(offered)
    found = {(miss.need, miss.product): miss for miss in misses(catalogue.meet(asked, ON), policy)}
    for i, one in enumerate(asked):
        for j, other in enumerate(offered):
            told = explain(one, other, policy, ON)
            assert ((i, j) in found) == (len(told.failing) == 1)
            if (i, j) in found:
                assert catalogue.criteria[found[i, j].criterion].code == told.failing[0].criterion
                assert found[i, j].points == told.points


@examples(60)
@given(needs(), products(), policies())
def test_points_lie_between_nothing_and_full(asked: Need, offered: Product, policy: Policy) -> None:
    told = explain(asked, offered, policy, ON)
    assert all(0 <= line.points <= line.full for line in told.lines)
    scored = [line for line in LINES if line.stated(asked) and policy.weights.get(line.code)]
    assert sum(line.full for line in told.lines) == (100_000 if scored else 0)
    assert told.points == sum(line.points for line in told.lines)
    whole = told.whole_points()
    assert sum(whole) == (told.points + 500) // 1000
    assert all(0 <= points * 1000 <= line.full for points, line in zip(whole, told.lines, strict=True))
    assert told.degree == (sum(whole) if told.eligible else None)


def hurry(offered: Product) -> int:
    """Days promised; no promise stands last."""
    return 10**9 if offered.promised_days is None else offered.promised_days


def test_ties_go_by_rate_then_promise_then_key() -> None:
    silent = need(rate_ceiling_ppm=None, needed_by=None)
    offered = [
        product("a"), product("b", promised_days=9), product("c", promised_days=2),
        product("d", lowest_rate_ppm=30_000), product("e", promised_days=2),
    ]  # fmt: skip
    found = match([silent], offered, POLICY, ON).of_need(0)
    assert len({m.points for m in found}) == 1
    assert [m.product for m in found] == ["d", "c", "e", "b", "a"]


def test_ties_go_by_key() -> None:
    asked = [need("b"), need("a"), need("c")]
    offered = [product("z"), product("x"), product("y")]
    found = match(asked, offered, POLICY, ON, per_need=2, per_product=2)
    assert [m.product for m in found.of_need(0)] == ["x", "y"]
    assert [m.need for m in found.of_product(0)] == ["a", "b"]


def test_the_order_of_rows_does_not_matter() -> None:
    asked = keyed([need(term_months=months) for months in (6, 12, 24, 36)], "n")
    offered = keyed([product(term_max=months, lowest_rate_ppm=30_000 + months) for months in (12, 24, 60)], "p")
    found = match(asked, offered, POLICY, ON)
    turned = match(asked[::-1], offered[::-1], POLICY, ON)
    assert [found.of_need(place) for place in range(4)] == [turned.of_need(3 - place) for place in range(4)]
    assert [found.of_product(place) for place in range(3)] == [turned.of_product(2 - place) for place in range(3)]


@pytest.mark.parametrize(("asked", "offered"), [([], []), ([need()], []), ([], [product()])])
def test_nobody_and_nothing(asked: list[Need], offered: list[Product]) -> None:
    found = match(asked, offered, POLICY, ON)
    assert found.eligible.shape == (len(asked), len(offered))
    assert found.eligible_count == 0
    assert [found.of_need(place) for place in range(len(asked))] == [()] * len(asked)
    assert [found.of_product(place) for place in range(len(offered))] == [()] * len(offered)


def test_only_eligible_pairs_are_listed() -> None:
    found = match([need()], [product("low", amount_max=1), product("fits")], POLICY, ON)
    assert [m.product for m in found.of_need(0)] == ["fits"]
    assert found.of_product(0) == ()
    assert found.policy_version == POLICY.version


def test_a_catalogue_serves_many_days() -> None:
    catalogue = Catalogue([product(months_in_business_min=24)])
    assert match([need()], catalogue, POLICY, ON).eligible_count == 0
    assert match([need()], catalogue, POLICY, ON.replace(year=2027)).eligible_count == 1


def test_currencies_are_not_mixed_and_keys_not_doubled() -> None:
    dollars = replace(need("usd"), amount=Money(1, "USD"), revenue=None, debt=None)
    with pytest.raises(Refusal) as caught:
        match([dollars], [product()], POLICY, ON)
    assert caught.value.reason.code == "currency_mismatch"
    with pytest.raises(Refusal):
        match([need(), dollars], [], POLICY, ON)
    with pytest.raises(ValueError, match="one key"):
        match([need(), need()], [product()], POLICY, ON)
    with pytest.raises(ValueError, match="one key"):
        Catalogue([product(), product()])

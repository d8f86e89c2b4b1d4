"""Kept up to date is reckoned anew: after every change of a need or a product, what stands is what a run would find."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.matching.catalogue import Need, Product
from matchmaking.domain.matching.kernel import match
from matchmaking.domain.matching.policy import Policy
from matchmaking.domain.matching.standing import Standing, same
from tests.domain.matching.markets import ON, POLICY, keyed, need, needs, policies, product, products
from tests.properties import examples

PLACES = st.integers(0, 100)
CHANGES = st.lists(
    st.tuples(st.just("need"), PLACES, needs()) | st.tuples(st.just("product"), PLACES, products()),
    min_size=1,
    max_size=5,
)


@examples(100)
@given(st.lists(needs(), min_size=1, max_size=6), st.lists(products(), min_size=1, max_size=6), CHANGES, policies(),
       st.integers(1, 3))  # fmt: skip
def test_every_change_leaves_what_a_run_would_find(
    asked: list[Need], offered: list[Product], changes: list[tuple[str, int, Need | Product]], policy: Policy, k: int
) -> None:
    standing = Standing(keyed(asked, "n"), keyed(offered, "p"), policy, ON, per_need=k, per_product=k)
    for what, place, changed in changes:
        if isinstance(changed, Need):
            at = place % len(standing.needs)
            standing.change_need(at, replace(changed, key=standing.needs[at].key))
        else:
            at = place % len(standing.products)
            standing.change_product(at, replace(changed, key=standing.products[at].key))
        found = match(standing.needs, standing.products, policy, ON, per_need=k, per_product=k)
        assert same(standing, found), what


def test_who_gets_worse_makes_room_and_nobody_else_is_touched() -> None:
    offered = keyed([product(lowest_rate_ppm=30_000 + 100 * place) for place in range(6)], "p")
    asked = keyed([need() for _ in range(4)], "n")
    standing = Standing(asked, offered, POLICY, ON, per_need=2, per_product=2)
    first = int(standing.of_needs.best[0, 0])
    standing.change_product(first, replace(offered[first], lowest_rate_ppm=31_000))
    assert standing.remade == 4
    assert first not in standing.of_needs.best
    standing.change_product(first, replace(offered[first], lowest_rate_ppm=20_000))
    assert standing.remade == 4
    assert (standing.of_needs.best[:, 0] == first).all()
    assert same(standing, match(standing.needs, standing.products, POLICY, ON, per_need=2, per_product=2))


def test_another_key_is_another_need() -> None:
    standing = Standing([need()], [product()], POLICY, ON)
    with pytest.raises(ValueError, match="is not"):
        standing.change_need(0, need("other"))
    with pytest.raises(ValueError, match="is not"):
        standing.change_product(0, product("other"))

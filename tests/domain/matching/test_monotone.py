"""A better offer never scores lower, line by line and in whole batches; whatever lines there are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.matching.catalogue import Need, Product
from matchmaking.domain.matching.explain import explain
from matchmaking.domain.matching.index import Catalogue
from matchmaking.domain.matching.policy import Policy
from tests.domain.matching.markets import ON, needs, policies, products
from tests.domain.matching.test_points import better
from tests.properties import examples


def improved(asked: Need, offered: Product, by: int) -> list[Product]:
    """Offers that are better for this need: those better for anybody, a promise where none was, what it would bring."""
    found = better(offered, by)
    if offered.promised_days is None:
        found.append(replace(offered, promised_days=by % 90))
    modes = offered.codes("guarantees")
    if modes and asked.guarantee_preferred:
        found.append(replace(offered, rules={**offered.rules, "guarantees": modes | {asked.guarantee_preferred}}))
    return found


@examples(60)
@given(needs(), products(), policies(), st.integers(1, 20_000))
def test_no_line_falls_with_a_better_offer(asked: Need, offered: Product, policy: Policy, by: int) -> None:
    before = {line.line: line.points for line in explain(asked, offered, policy, ON).lines}
    for offer in improved(asked, offered, by):
        after = {line.line: line.points for line in explain(asked, offer, policy, ON).lines}
        assert all(after[line] >= points for line, points in before.items()), (before, after)


@examples(40)
@given(needs(), products(), policies(), st.integers(1, 20_000))
def test_no_better_offer_scores_lower_in_a_batch(asked: Need, offered: Product, policy: Policy, by: int) -> None:
    offers = [replace(one, key=f"{place}") for place, one in enumerate([offered, *improved(asked, offered, by)])]
    batch = Catalogue(offers).meet([asked], ON)
    points = batch.points(np.zeros(len(offers), np.intp), np.arange(len(offers)), policy)
    assert (points >= points[0]).all(), points.tolist()
    fits = batch.eligible(slice(0, 1))[0]
    assert fits.all() or not fits[0]

"""A batch against a catalogue in the engine's columns, and what the engine found in the order of the caller."""

from __future__ import annotations

import numpy as np

from matchmaking.domain.matching.engine.bits import unpacked
from matchmaking.domain.matching.engine.columns import NOBODY, Column, Found, Market, Mask, Places, Term
from matchmaking.domain.matching.index import Batch
from matchmaking.domain.matching.policy import Policy


def market_of(batch: Batch, policy: Policy) -> Market:
    """Both sides in the order of their ranks, which is how the engine settles ties."""
    terms = terms_of(batch, policy)
    market = Market(len(batch.needs), len(batch.catalogue.products), batch.meetings, terms, policy.numbers, np.int64)
    orders = batch.order, batch.catalogue.order
    # sides that stand in that order already are not copied
    return market if all(map(is_sorted, orders)) else market.taken(*map(by_rank, orders))


def is_sorted(ranks: Places) -> bool:
    """Whether every place is its own rank."""
    return bool((ranks == np.arange(len(ranks))).all())


def terms_of(batch: Batch, policy: Policy) -> list[Term]:
    """The lines that have a weight, each with its whole points for every need."""
    pattern, weights = batch.weights(policy)
    return [
        Term(line.fit, batch.need_figures[place], batch.product_figures[place], weights[pattern, place],
             batch.overlaps[place])
        for place, line in enumerate(batch.catalogue.lines) if policy.weights.get(line.code)
    ]  # fmt: skip


def by_rank(ranks: Places) -> Places:
    """The place of each rank."""
    found = np.empty_like(ranks)
    found[ranks] = np.arange(len(ranks))
    return found


def placed(found: Found, needs: Places, products: Places) -> Found:
    """The same by places of the caller. ``needs``, ``products``: rank of each place."""
    theirs, mine = by_rank(products), by_rank(needs)
    need_best, need_score = _listed(found.need_best, found.need_score, theirs)
    product_best, product_score = _listed(found.product_best, found.product_score, mine)
    return Found(
        found.eligible[needs], need_best[needs], need_score[needs], product_best[products], product_score[products],
        None if found.words is None else found.words[needs],
    )  # fmt: skip


def mask_of(found: Found, products: Places) -> Mask:
    """(n, m) eligible pairs by places of the caller, from bits by rank."""
    assert found.words is not None  # noqa: S101  asked only of what kept them
    return unpacked(found.words, len(products))[:, products]


def _listed(best: Column, score: Column, places: Places) -> tuple[Column, Column]:
    nobody = best == NOBODY
    if not len(places):
        return best, np.full(best.shape, NOBODY, np.int32)
    return np.where(nobody, NOBODY, places[best]).astype(np.int32), np.where(nobody, NOBODY, score).astype(np.int32)

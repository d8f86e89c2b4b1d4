"""Made-up markets in columns, and the plainest possible answer to them."""

from __future__ import annotations

from typing import Any

import numpy as np

from matchmaking.domain.matching.engine.columns import NOBODY, Found, Market, Range, Table, Term, Wanted
from matchmaking.domain.matching.engine.lists import lowest


def near(need: Any, product: Any, meets: Any, s: Any) -> Any:
    """Two figures of the need, one of the product."""
    return abs(need[0] - product[0]) // s[0] + need[1]


def met(need: Any, product: Any, meets: Any, s: Any) -> Any:
    """Whether the two sets meet."""
    return meets * 3 + (product[0] > product[1])


def made(
    seed: int, needs: int, products: int, *, loose: float = 0.5, coarse: bool = False, dtype: Any = np.int64
) -> Market:
    """Ranges and tables; ``loose`` 1 lets everything pass, 0 nothing. Scores tie where ``coarse``."""
    r = np.random.default_rng(seed)
    span = 1000
    low = r.integers(0, max(int(span * (1 - loose)), 1), products) if loose else np.full(products, 2 * span)
    high = low + int(span * loose) + (loose == 1) * span
    open_end, everything = np.full(products, 2**60), np.full(products, -(2**60))
    tables = [
        Table(r.integers(0, keys, needs), r.random((keys, products)) < loose ** 0.5 if loose < 1 else
              np.ones((keys, products), np.bool_)) for keys in (3, 7)
    ]  # fmt: skip
    ranges = [
        Range(r.integers(0, span, needs), low, high),
        Range(r.integers(0, 5, needs), r.integers(0, 2 if loose < 1 else 1, products), open_end),
        Range(r.integers(0, 5, needs), everything, r.integers(3 if loose < 1 else 4, 6, products)),
    ]
    figures = [r.integers(0, 3 if coarse else 10**6, size).astype(dtype) for size in (needs, needs, products)]
    sets = Table(r.integers(0, 4, needs), r.random((4, products)) < 0.5)
    terms = [
        Term(near, (figures[0], figures[1]), (figures[2],), r.integers(0, 3 if coarse else 50, needs).astype(dtype)),
        Term(met, (), (figures[2], figures[2][::-1].copy()), 7, sets),
    ]  # fmt: skip
    return Market(needs, products, [*ranges, *tables], terms, (2, 5), dtype)


def plainly(market: Market, wanted: Wanted) -> Found:
    """One pair after another, and sorting."""
    whole = slice(0, market.needs)
    passes = [predicate.block(whole) for predicate in market.predicates]
    scores: dict[tuple[int, int], Any] = {}
    for i in range(market.needs):
        for j in range(market.products):
            if all(mask[i, j] for mask in passes):
                scores[i, j] = sum(_one(term, i, j, market.settings) for term in market.terms)
    best = [_best([(s, j) for (one, j), s in scores.items() if one == i], wanted.per_need) for i in range(market.needs)]
    theirs = [
        _best([(s, i) for (i, one), s in scores.items() if one == j], wanted.per_product)
        for j in range(market.products)
    ]
    counts = np.array([sum((i, j) in scores for j in range(market.products)) for i in range(market.needs)], np.int32)
    return Found(counts, *_lists(best, wanted.per_need, market), *_lists(theirs, wanted.per_product, market))


def _one(term: Term, i: int, j: int, settings: Any) -> Any:
    mine, theirs = tuple(column[i].item() for column in term.need), tuple(column[j].item() for column in term.product)
    meets = bool(term.meets.table[term.meets.keys[i], j]) if term.meets else False
    weight = term.weight[i].item() if isinstance(term.weight, np.ndarray) else term.weight
    return weight * term.fit(mine, theirs, meets, settings)


def _best(pairs: list[tuple[Any, int]], k: int) -> list[tuple[Any, int]]:
    return sorted(pairs, key=lambda pair: (-pair[0], pair[1]))[:k]


def _lists(found: list[list[tuple[Any, int]]], k: int, market: Market) -> tuple[Any, Any]:
    best, scores = (
        np.full((len(found), k), NOBODY, np.int32),
        np.full((len(found), k), lowest(market.dtype), market.dtype),
    )
    for row, pairs in enumerate(found):
        for nth, (score, place) in enumerate(pairs):
            best[row, nth], scores[row, nth] = place, score
    return best, scores


def same(left: Found, right: Found) -> None:
    """The same in every count, place and score."""
    for name in ("eligible", "need_best", "need_score", "product_best", "product_score"):
        np.testing.assert_array_equal(getattr(left, name), getattr(right, name), err_msg=name)

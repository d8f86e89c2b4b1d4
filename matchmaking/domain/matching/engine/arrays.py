"""The engine with NumPy alone: rows of bits ANDed in blocks, then scored pair by pair or, where many are eligible,
whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from matchmaking.domain.matching.engine.bits import packed, unpacked, width
from matchmaking.domain.matching.engine.columns import Column, Found, Market, Mask, Wanted, Words, score_of
from matchmaking.domain.matching.engine.lists import BestOfProducts, best_of, lowest, worth_sorting
from matchmaking.domain.matching.engine.tables import merged, rows_of

PLAIN = 2**17
"""Up to so many pairs, comparing every one costs less than making tables."""
CELLS, DENSE_CELLS = 2**19, 2**17
"""Pairs in one block of bits, and in one that is scored whole: its arrays stay in the second-level cache."""
DENSE_TENTHS = 3
"""From so many tenths eligible, scoring every pair costs less than picking pairs out."""

Masks = Callable[[slice], Mask]


def run(market: Market, wanted: Wanted) -> Found:
    """Every need with every product."""
    masks = plain(market) if market.needs * market.products <= PLAIN else _tabled(market)
    products = BestOfProducts(market.products, wanted.per_product, market.dtype)
    found = [_block(market, rows, masks(rows), wanted, products) for rows in runs(market.needs, market.products, CELLS)]
    products.settle()
    found = found or [_nobody(market, wanted)]
    parts = list(zip(*found, strict=True))
    counts, best, scores = (np.concatenate(part) for part in parts[:3])
    words = np.concatenate(parts[3]).reshape(market.needs, width(market.products)) if wanted.bits else None
    return Found(counts, best, scores, products.best, products.scores, words)


def runs(needs: int, products: int, cells: int) -> Iterator[slice]:
    """Runs of needs of about ``cells`` pairs each."""
    rows = max(cells // max(products, 1), 1)
    return (slice(start, min(start + rows, needs)) for start in range(0, needs, rows))


def plain(market: Market) -> Masks:
    """Every predicate of every pair."""

    def mask(rows: slice) -> Mask:
        found: Mask = np.ones((rows.stop - rows.start, market.products), np.bool_)
        for predicate in market.predicates:
            found &= predicate.block(rows)
        return found

    return mask


def _tabled(market: Market) -> Masks:
    tables = merged([rows_of(predicate) for predicate in market.predicates], market.products, market.needs)

    def mask(rows: slice) -> Mask:
        if not tables:
            return np.ones((rows.stop - rows.start, market.products), np.bool_)
        words = tables[0].words[tables[0].keys[rows]]
        for table in tables[1:]:
            words &= table.words[table.keys[rows]]
        return unpacked(words, market.products)

    return mask


def _block(
    market: Market, rows: slice, mask: Mask, wanted: Wanted, products: BestOfProducts
) -> tuple[NDArray[np.int32], NDArray[np.int32], Column, Words]:
    counts = np.count_nonzero(mask, axis=1).astype(np.int32)
    words = packed(mask) if wanted.bits else np.zeros((0, 0), np.uint64)
    if int(counts.sum()) * 10 < mask.size * DENSE_TENTHS:
        return counts, *_pairs(market, rows, mask, wanted.per_need, products), words
    parts = [
        _whole(market, slice(rows.start + part.start, rows.start + part.stop), mask[part], wanted.per_need, products)
        for part in runs(len(mask), market.products, DENSE_CELLS)
    ]
    best, scores = zip(*parts, strict=True)
    return counts, np.concatenate(best), np.concatenate(scores), words


def _pairs(
    market: Market, rows: slice, mask: Mask, k: int, products: BestOfProducts
) -> tuple[NDArray[np.int32], Column]:
    """Where few are eligible: those pairs alone."""
    mine, theirs = _places(mask)
    scores = score_of(market, mine + rows.start, theirs)
    products.feed(theirs, mine + rows.start, scores)
    return best_of(len(mask), k, mine, theirs, scores)


def _whole(
    market: Market, rows: slice, mask: Mask, k: int, products: BestOfProducts
) -> tuple[NDArray[np.int32], Column]:
    """Where many are: every pair of the block, without gathering."""
    part = market if rows == slice(0, market.needs) else market.taken(rows)
    scores = score_of(part, np.arange(len(mask))[:, None], np.arange(market.products)[None, :])
    np.copyto(scores, lowest(market.dtype), where=~mask)
    if products.best.size:
        mine, theirs = _places(scores > products.floor)
        products.feed(theirs, mine + rows.start, scores[mine, theirs])
    mine, theirs = _places(worth_sorting(scores, mask, k))
    return best_of(len(mask), k, mine, theirs, scores[mine, theirs])


def _places(mask: Mask) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of what is true."""
    flat = np.flatnonzero(mask)
    mine = flat // max(mask.shape[1], 1)
    return mine, flat - mine * mask.shape[1]


def _nobody(market: Market, wanted: Wanted) -> tuple[NDArray[np.int32], NDArray[np.int32], Column, Words]:
    """What is found where nobody asks."""
    nothing = np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0, market.dtype)
    return np.zeros(0, np.int32), *best_of(0, wanted.per_need, *nothing), np.zeros((0, 0), np.uint64)

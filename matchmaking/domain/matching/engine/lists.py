"""The best k of each row out of many pairs, with NumPy: score downward, then whoever came first."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaking.domain.matching.engine.columns import NOBODY, Column, Mask, Places

GROUPS = 64
"""Of so many group maxima the k-th best is a bound that few pairs of a row reach."""


def lowest(dtype: Any) -> Any:
    """What every score of this type is above."""
    dtype = np.dtype(dtype)
    return dtype.type(-np.inf) if dtype.kind == "f" else np.iinfo(dtype).min


def highest(dtype: Any) -> Any:
    """What no score of this type is above."""
    dtype = np.dtype(dtype)
    return dtype.type(np.inf) if dtype.kind == "f" else np.iinfo(dtype).max


def in_order(rows: Places, scores: Column) -> Places:
    """Places of pairs by row, then score downward, then as they came. One sort of packed numbers where they fit."""
    code, bits = _downward(scores)
    low = len(rows).bit_length()
    if not len(rows) or int(rows.max()).bit_length() + bits + low > 63:
        return np.lexsort((-scores, rows))
    keys = rows.astype(np.int64)
    keys <<= bits
    keys |= code
    keys <<= low
    keys |= np.arange(len(rows))
    keys.sort()
    keys &= (1 << low) - 1
    return keys


def best_of(count: int, k: int, rows: Places, places: Places, scores: Column) -> tuple[NDArray[np.int32], Column]:
    """(count, k) the best places and scores of each row; ``NOBODY`` where there are fewer."""
    best = np.full((count, k), NOBODY, np.int32)
    kept = np.full((count, k), lowest(scores.dtype), scores.dtype)
    order = in_order(rows, scores)
    many = np.bincount(rows, minlength=count)
    starts = np.cumsum(many) - many
    there = np.arange(k) < many[:, None]
    chosen = order[(starts[:, None] + np.arange(k))[there]]
    best[there], kept[there] = places[chosen], scores[chosen]
    return best, kept


def worth_sorting(scores: Column, mask: Mask, k: int) -> Mask:
    """(r, m) pairs that may be among the k best of their row; ineligible ones have the lowest score."""
    rows, products = scores.shape
    size = products // GROUPS
    if size < 4 or k > GROUPS // 2:
        return mask
    tops = scores[:, : size * GROUPS].reshape(rows, size, GROUPS).max(axis=1)
    bound = np.partition(tops, GROUPS - k, axis=1)[:, GROUPS - k, None]
    found: Mask = scores >= bound
    found &= mask
    return found


class BestOfProducts:
    """The k best needs of each product, fed block by block in the order of needs; what cannot enter is dropped."""

    def __init__(self, products: int, k: int, dtype: Any) -> None:
        self.best = np.full((products, k), NOBODY, np.int32)
        self.scores = np.full((products, k), lowest(dtype), dtype)
        self._waiting: list[tuple[Places, Places, Column]] = []
        self._held = 0

    @property
    def floor(self) -> Column:
        """(m,) what a later need has to be above; nothing is, where no lists are wanted."""
        size, k = self.scores.shape
        return self.scores[:, -1] if k else np.full(size, highest(self.scores.dtype), self.scores.dtype)

    def feed(self, products: Places, needs: Places, scores: Column) -> None:
        """Pairs of one block."""
        if not self.best.size:
            return
        enters = np.flatnonzero(scores > self.floor[products])
        self._waiting.append((products[enters], needs[enters], scores[enters]))
        self._held += len(enters)
        if self._held > 2 * self.best.size:
            self.settle()

    def settle(self) -> None:
        """Bring the lists up to date with what was fed."""
        size, k = self.best.shape
        if not self._held:
            return
        there = np.flatnonzero(self.best.ravel() != NOBODY)
        products = np.concatenate([there // max(k, 1), *(products for products, _, _ in self._waiting)])
        needs = np.concatenate([self.best.ravel()[there], *(needs for _, needs, _ in self._waiting)])
        scores = np.concatenate([self.scores.ravel()[there], *(scores for _, _, scores in self._waiting)])
        self.best, self.scores = best_of(size, k, products, needs, scores)
        self._waiting, self._held = [], 0


def _downward(scores: Column) -> tuple[Column, int]:
    """Numbers that rise as scores fall, and how many bits they have; 64 where they do not fit."""
    if scores.dtype.kind == "f":
        if scores.dtype.itemsize != 4:
            return scores, 64
        bits = (scores + 0).view(np.int32)  # + 0: there is one zero
        code = np.where(bits < 0, bits & 0x7FFFFFFF, -1 - bits).astype(np.int64)
        return code + 2**31, 33
    most = int(scores.max(initial=0))
    return most - scores.astype(np.int64), (most - int(scores.min(initial=0))).bit_length()

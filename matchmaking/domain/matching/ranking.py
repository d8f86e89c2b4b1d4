"""The best k of each need and of each product: points downward, then by rank, so that ties are settled.

Points and the rank go into one int64, ``points × size + (size − 1 − rank)``: no two pairs of a
list are equal.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matchmaking.domain.matching.sets import Places

Figures = NDArray[np.int64]
NOBODY = -1
DENSE = 8
"""From one pair in so many, picking out of whole rows is cheaper than sorting the pairs."""


def marks(points: Figures, ranks: Places, size: int) -> Figures:
    """One comparable number per pair; the greater is the better."""
    return points * size + (size - 1 - ranks)


def unmark(found: Figures, order: Places) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Places and points again; ``NOBODY`` where a list is shorter. ``order``: rank of each place."""
    size = len(order)
    by_rank = np.empty(size + 1, np.int32)
    by_rank[order] = np.arange(size)
    by_rank[size] = NOBODY
    ranks = np.where(found < 0, size, size - 1 - found % max(size, 1))
    points = np.where(found < 0, NOBODY, found // max(size, 1))
    return by_rank[ranks], points.astype(np.int32)


def best_of_rows(shape: tuple[int, int], rows: Places, places: Places, found: Figures, k: int) -> Figures:
    """(r, k) best marks of each row, best first. Sorting the pairs is cheaper where few are eligible."""
    if len(rows) * DENSE < shape[0] * shape[1]:
        return _best(np.full((shape[0], k), NOBODY, np.int64), rows, found)
    dense = np.full(shape, NOBODY, np.int64)
    dense[rows, places] = found
    if shape[1] > k:
        dense = np.partition(dense, shape[1] - k, axis=1)[:, shape[1] - k :]
    best = np.full((shape[0], k), NOBODY, np.int64)
    best[:, : dense.shape[1]] = np.sort(dense, axis=1)[:, ::-1]
    return best


def _best(best: Figures, places: Places, found: Figures) -> Figures:
    """Writes the best marks of each place into its row of ``best``, best first."""
    order = np.lexsort((-found, places))
    places, found = places[order], found[order]
    starts = np.searchsorted(places, np.arange(len(best)))
    nth = np.arange(len(places)) - starts[places]
    kept = nth < best.shape[1]
    best[places[kept], nth[kept]] = found[kept]
    return best


class BestOfColumns:
    """The k best marks of each column, fed block by block; what cannot enter a full list is dropped at once."""

    def __init__(self, size: int, k: int) -> None:
        self._best = np.full((size, k), NOBODY, np.int64)
        self._waiting: list[tuple[Places, Figures]] = []
        self._held = 0

    def feed(self, places: Places, found: Figures) -> None:
        """Pairs of one block: column and mark."""
        enters = found > self._best[places, -1]
        self._waiting.append((places[enters], found[enters]))
        self._held += int(np.count_nonzero(enters))
        if self._held > 4 * self._best.size:
            self._settle()

    def done(self) -> Figures:
        """(m, k) best marks, best first."""
        self._settle()
        return self._best

    def _settle(self) -> None:
        size, k = self._best.shape
        places = np.concatenate([np.repeat(np.arange(size), k), *(places for places, _ in self._waiting)])
        found = np.concatenate([self._best.ravel(), *(found for _, found in self._waiting)])
        _best(self._best, places, found)
        self._waiting, self._held = [], 0

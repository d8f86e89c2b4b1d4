"""How many like loans each lender made, recent ones counting more; the share that follows, shrunk to a wider one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matchmaking.domain.matching.learning.keys import UNKNOWN, Codes

Figures = NDArray[np.float64]


def fading(days: Codes, on: int, half_life: float | None) -> Figures:
    """What each loan counts on day ``on``: one, or half as much for every ``half_life`` days that passed."""
    return np.ones(len(days)) if half_life is None else 0.5 ** ((on - days) / half_life)


def half_life_of(days: Codes, part: float) -> float:
    """In how many days the last ``part`` of the loans (days in order) was lent; a day at least."""
    first = min(int(len(days) * (1 - part)), len(days) - 1)
    return float(max(days[-1] - days[first], 1))


def totals(lenders: Codes, weights: Figures, size: int) -> Figures:
    """(1, lenders): what every lender's loans count together."""
    return np.bincount(lenders, weights, size).astype(np.float64)[None, :]


class Counts:
    """Faded loans of each (key, lender), sparse by key: what a lender made among the loans alike."""

    def __init__(self, codes: Codes, lenders: Codes, weights: Figures, keys: int, size: int) -> None:
        known = codes != UNKNOWN
        pairs, inverse = np.unique(codes[known] * size + lenders[known], return_inverse=True)
        self._loans = np.bincount(inverse, weights[known], len(pairs))
        self._lenders = pairs % size
        self._starts = np.searchsorted(pairs // size, np.arange(keys + 1))
        self._size = size

    def of(self, codes: Codes) -> Figures:
        """(n, lenders): nothing for a key unknown."""
        wanted, inverse = np.unique(codes, return_inverse=True)
        dense = np.zeros((len(wanted), self._size))
        begins, ends = self._starts[wanted], self._starts[wanted + 1]
        lengths = np.where(wanted == UNKNOWN, 0, ends - begins)
        rows = np.repeat(np.arange(len(wanted)), lengths)
        nth = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        places = begins[rows] + nth
        dense[rows, self._lenders[places]] = self._loans[places]
        return dense[inverse]


def shrunk(loans: Figures, towards: Figures, strength: float) -> Figures:
    """(n, lenders) shares: with no loan alike ``towards``, with many their own; ``strength`` is how many weigh even."""
    return (loans + strength * towards) / (loans.sum(axis=1, keepdims=True) + strength)

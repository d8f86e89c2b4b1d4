"""How well lists of lenders did: Hit@k, mean reciprocal rank, intervals by resampling, predicted share against seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ranks = NDArray[np.int64]
"""Place of the lender that really lent, 1 the best; 0 where the list does not name it."""
HITS = (1, 3, 5, 10)
RESAMPLED, LOW, HIGH, SEED = 1_000, 2.5, 97.5, 20
"""A percentile interval of 95 %; the seed is fixed, so that a figure comes out the same again."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def beyond_error(self) -> bool:
        """Whether the interval (of a difference) leaves out zero."""
        return self.low > 0 or self.high < 0


def scores_of(ranks: Ranks) -> dict[str, NDArray[np.float64]]:
    """``hit1`` … ``hit10`` and ``mrr`` of each query."""
    listed = ranks > 0
    found = {f"hit{k}": (listed & (ranks <= k)).astype(np.float64) for k in HITS}
    return found | {"mrr": np.where(listed, 1 / np.maximum(ranks, 1), 0.0)}


def measured(ranks: Ranks) -> dict[str, Measured]:
    """Every figure with its interval; nothing for no query."""
    return {name: _interval(values) for name, values in scores_of(ranks).items()} if len(ranks) else {}


def difference(ranks: Ranks, others: Ranks) -> dict[str, Measured]:
    """How much better the first lists are than the others, query by query (paired)."""
    if not len(ranks):
        return {}
    mine, theirs = scores_of(ranks), scores_of(others)
    return {name: _interval(mine[name] - theirs[name]) for name in mine}


def _interval(values: NDArray[np.float64]) -> Measured:
    chance = np.random.default_rng(SEED)
    many = len(values)
    # by values, not by queries: few values differ, and then resampling is one draw of how often each comes
    distinct, often = np.unique(values, return_counts=True)
    drawn = chance.multinomial(many, often / many, RESAMPLED) @ distinct / many
    low, high = np.percentile(drawn, (LOW, HIGH))
    return Measured(float(values.mean()), float(low), float(high))


@dataclass(frozen=True, slots=True)
class Decile:
    """One tenth of the (query, lender) pairs by the share that was expected of them."""

    pairs: int
    expected: float
    seen: float


def calibration(expected: Sequence[NDArray[np.float64]], seen: Sequence[NDArray[np.bool_]]) -> tuple[Decile, ...]:
    """Expected against seen by tenths, smallest first. Pairs are those among the ten lenders named first."""
    shares, lent = (np.concatenate([part.ravel() for part in told]) for told in (expected, seen))
    order = np.argsort(shares, kind="stable")
    tenths = [part for part in np.array_split(order, 10) if len(part)]
    return tuple(Decile(len(part), float(shares[part].mean()), float(lent[part].mean())) for part in tenths)

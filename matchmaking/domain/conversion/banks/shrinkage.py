"""How far a bank's own share is believed: beta-binomial shrinkage towards what was expected of it.

With r observed over n cases and e expected, the bank's true share is given the prior Beta(m·e, m·(1 − e)); afterwards
it is Beta(m·e + n·r, m·(1 − e) + n·(1 − r)): no cases leave what was expected, many leave what was seen. How much banks
differ beyond chance is itself known only roughly from a dozen of them, so ``m`` is no single number: every m between
the rulebook's bounds weighs in by how well it explains the squared gaps of all banks (a single m by moments covered
89.6 % where it said 95 %). n counts for more than its cases where shares within a bank scatter less than
all-or-nothing payments would. Sources: Kleinman 1973 (moments); Gelman 2006 (flat in the spread between groups).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST_SCATTER = 0.2
"""Scatter within banks is never believed to be less than this part of all-or-nothing."""
STEPS, POINTS, TAIL = 24, 8001, 20.0
"""Weights of the prior that are tried; points of the curve of belief; how far its tails are followed."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Seen:
    """One bank: what was paid of each case and what was expected of it, shares between 0 and 1, same order."""

    paid: Floats
    expected: Floats

    @property
    def observed(self) -> float:
        """Its mean share, one voice per case."""
        return float(self.paid.mean())

    @property
    def awaited(self) -> float:
        """The mean of what was expected."""
        return float(self.expected.mean())

    @property
    def spread(self) -> float:
        """Mean variance of one case if payments were all or nothing."""
        return float((self.expected * (1.0 - self.expected)).mean())


def scatter(banks: Sequence[Seen]) -> float:
    """Variance within banks as a part of all-or-nothing payments', between :data:`LEAST_SCATTER` and one."""
    many = [one for one in banks if len(one.paid) > 1]
    if not many:
        return 1.0
    gap = [one.paid - one.expected - (one.observed - one.awaited) for one in many]
    seen = _sum([float((each**2).sum()) for each in gap])
    possible = _sum([one.spread * (len(one.paid) - 1) for one in many])
    return min(max(seen / possible, LEAST_SCATTER), 1.0)


def weight(one: Seen, within: float) -> float:
    """The bank's cases as so many all-or-nothing cases of its mean expectation."""
    return len(one.paid) * one.awaited * (1.0 - one.awaited) / (one.spread * within)


@dataclass(frozen=True, slots=True)
class Prior:
    """How much of a case the prior weighs: ``m`` in cases, ``weights`` that add up to one."""

    m: Floats
    weights: Floats

    @property
    def cases(self) -> float:
        """One number for it: the m of the mean spread between banks."""
        return float(1.0 / (self.weights @ (1.0 / (1.0 + self.m))) - 1.0)


def prior_of(banks: Sequence[Seen], within: float, least: int, most: int) -> Prior:
    """The prior's weight, learned from every bank's squared gap between seen and expected."""
    spread = np.linspace(1.0 / np.sqrt(1.0 + most), 1.0 / np.sqrt(1.0 + least), STEPS) ** 2
    worth = np.array([_worth(banks, within, float(between)) for between in spread])
    weights = np.exp(worth - worth.max())
    return Prior(1.0 / spread - 1.0, weights / weights.sum())


def _worth(banks: Sequence[Seen], within: float, between: float) -> float:
    """Log likelihood of the gaps when banks differ by ``between``, the normal distribution's."""
    parts = []
    for one in banks:
        even = one.awaited * (1.0 - one.awaited)
        variance = even * (between + (1.0 - between) / weight(one, within))
        parts.append(-0.5 * ((one.observed - one.awaited) ** 2 / variance + float(np.log(variance))))
    return _sum(parts)


def _sum(parts: Sequence[float]) -> float:
    # in an order of their own, so that the order of banks changes no last bit
    return float(np.sum(np.sort(np.array(parts, dtype=np.float64))))


@dataclass(frozen=True, slots=True)
class Belief:
    """What is believed of a bank's true share: a mixture of Beta(``more``, ``less``) by ``weights``."""

    more: Floats
    less: Floats
    weights: Floats

    @property
    def mean(self) -> float:
        """The shrunk estimate."""
        return float(self.weights @ (self.more / (self.more + self.less)))

    def quantiles(self, *levels: float) -> tuple[float, ...]:
        """Shares below which the belief is ``levels``, by the trapezium rule on log odds (where each has one hump)."""
        top, wide = np.log(self.more / self.less), 12.0 * np.sqrt(1.0 / self.more + 1.0 / self.less)
        low, high = (top - wide - TAIL / self.more).min(), (top + wide + TAIL / self.less).max()
        odds = np.linspace(low, high, POINTS)
        height = -np.outer(self.more, np.logaddexp(0.0, -odds)) - np.outer(self.less, np.logaddexp(0.0, odds))
        dense = np.exp(height - height.max(axis=1, keepdims=True))
        dense = (self.weights / dense.sum(axis=1)) @ dense
        below = np.concatenate(([0.0], np.cumsum((dense[1:] + dense[:-1]) / 2.0)))
        found = np.interp(np.array(levels) * below[-1], below, odds)
        return tuple(float(1.0 / (1.0 + np.exp(-each))) for each in found)


def belief(one: Seen, within: float, prior: Prior) -> Belief:
    """What is believed of a bank after its cases."""
    n, m = weight(one, within), prior.m
    return Belief(m * one.awaited + n * one.observed, m * (1.0 - one.awaited) + n * (1.0 - one.observed), prior.weights)

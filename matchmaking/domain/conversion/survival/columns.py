"""Curves of many groups from millions of spells at once: one histogram by group, outcome and day, then its sums.

Floats of double precision, because these are statistics: equal to the exact curves of ``competing`` and ``curves`` to
twelve digits (tested). No money passes through here, and nothing exact reads it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Real = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Columns:
    """Groups × days, the days from 0 on; ``events`` and ``shares`` are groups × outcomes × days.

    ``at_risk``: still in sight when the day begins. ``waiting``: share that had no outcome by the end of the day;
    ``shares``: share that had each. ``greenwood``: Σ d ÷ n(n − d), infinite once nobody is left.
    """

    at_risk: Whole
    events: Whole
    waiting: Real
    shares: Real
    greenwood: Real

    @property
    def medians(self) -> Real:
        """First day by which at most half of each group still waits, between two days where it rests on one half.

        NaN where a group's curve never falls that far. For one outcome these are R's medians.
        """
        # what rests on one half up to rounding rests on it
        near = np.isclose(self.waiting, 0.5, rtol=0.0, atol=1e-12)
        below = (self.waiting < 0.5) & ~near
        first, under = np.argmax(below | near, axis=1), np.argmax(below, axis=1)
        rests = np.take_along_axis(near, first[:, None], axis=1)[:, 0]
        ever, falls = (below | near).any(axis=1), below.any(axis=1)
        found = np.where(rests & falls, (first + under) / 2.0, first.astype(np.float64))
        return np.where(ever, found, np.nan)

    def restricted_means(self, until: int) -> Real:
        """Mean days waited by each group, counting no more than ``until`` of anybody."""
        days = self.waiting.shape[1]
        held = self.waiting[:, :until].sum(axis=1)
        return held + self.waiting[:, -1] * max(0, until - days)


def columns_of(group: Whole, days: Whole, cause: Whole, *, groups: int, causes: int = 1) -> Columns:
    """The curves of spells given as columns of one length.

    ``group``: 0 … groups − 1; ``days`` ≥ 0; ``cause``: 1 … causes, 0 where the wait was cut off (for one outcome a
    column of booleans will do). Raises ``ValueError`` for anything else.
    """
    span = int(days.max()) + 1 if days.size else 1
    kinds = causes + 1
    if days.size and (days.min() < 0 or group.min() < 0 or group.max() >= groups or cause.max() > causes):
        raise ValueError("a spell lies outside its groups, outcomes or days")
    key = (group.astype(np.int64) * kinds + cause) * span + days
    told = np.bincount(key, minlength=groups * kinds * span).reshape(groups, kinds, span)
    at_risk = np.cumsum(told.sum(axis=1)[:, ::-1], axis=1)[:, ::-1]
    events = told[:, 1:]
    gone = events.sum(axis=1)
    some = np.maximum(at_risk, 1)
    waiting = np.cumprod((some - gone) / some, axis=1)
    before = np.concatenate([np.ones((groups, 1)), waiting[:, :-1]], axis=1)
    shares = np.cumsum((before / some)[:, None, :] * events, axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        growth = np.where(gone > 0, gone / (some * (some - gone).astype(np.float64)), 0.0)
    return Columns(at_risk, events, waiting, shares, np.cumsum(growth, axis=1))

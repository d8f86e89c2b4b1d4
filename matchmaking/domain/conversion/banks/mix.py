"""The share that a kind of contract may be expected to be paid: an additive logistic model, held back by a ridge.

log odds = base + one effect per level of each factor. The penalised quasi-likelihood is concave, so Newton's method
with halved steps finds its one maximum; nothing is drawn by chance. A level that was never seen has no effect.
Sources: Papke & Wooldridge 1996 (shares in a logit); Hoerl & Kennard 1970 (ridge).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaking.domain.conversion.banks.cases import FACTORS, WHOLE, Kind, Tally

BASE_HOLD = 0.02
"""How weakly the base is held to even odds: it is finite even where all or nothing was paid."""
STEPS, CLOSE = 200, 1e-10
FLOOR = 0.005
"""No share is expected to be nearer to nothing or everything than this."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Mix:
    """A fitted model: ``base`` and ``effects`` in log odds."""

    base: float
    effects: Mapping[tuple[str, str], float]

    def expected(self, kind: Kind) -> float:
        """The expected share of ``kind``, between :data:`FLOOR` and one less it."""
        return _share(self.base + sum(self.effects.get(level, 0.0) for level in _levels(kind)))

    def shifts(self, kind: Kind) -> tuple[float, ...]:
        """Of each factor: the share with this level alone, less the base share. They need not add up."""
        base = _share(self.base)
        return tuple(_share(self.base + self.effects.get(level, 0.0)) - base for level in _levels(kind))


def fitted(tallies: Mapping[Kind, Tally], ridge: int) -> Mix:
    """The model of ``tallies``; with none of them even odds."""
    if not tallies:
        return Mix(0.0, {})
    levels = sorted({level for kind in tallies for level in _levels(kind)})
    place = {level: at for at, level in enumerate(levels, start=1)}
    design = np.zeros((len(tallies), len(levels) + 1))
    design[:, 0] = 1.0
    for row, kind in enumerate(tallies):
        design[row, [place[level] for level in _levels(kind)]] = 1.0
    count = np.array([held.count for held in tallies.values()], dtype=np.float64)
    paid = np.array([held.paid / WHOLE for held in tallies.values()], dtype=np.float64)
    hold = np.full(len(levels) + 1, float(ridge))
    hold[0] = BASE_HOLD
    found = _newton(design, count, paid, hold)
    return Mix(float(found[0]), {level: float(found[at]) for level, at in place.items()})


def _newton(design: Floats, count: Floats, paid: Floats, hold: Floats) -> Floats:
    now = np.zeros(design.shape[1])
    best = _likelihood(now, design, count, paid, hold)
    for _ in range(STEPS):
        share = 1.0 / (1.0 + np.exp(-design @ now))
        slope = design.T @ (paid - count * share) - hold * now
        bend = (design * (count * share * (1.0 - share))[:, None]).T @ design + np.diag(hold)
        step = np.linalg.solve(bend, slope)
        worth = _likelihood(now + step, design, count, paid, hold)
        while worth < best and float(np.abs(step).max()) > CLOSE:
            step = step / 2.0
            worth = _likelihood(now + step, design, count, paid, hold)
        now, best = now + step, worth
        if float(np.abs(step).max()) <= CLOSE:
            break
    return now


def _likelihood(now: Floats, design: Floats, count: Floats, paid: Floats, hold: Floats) -> float:
    odds = design @ now
    return float(paid @ odds - count @ np.logaddexp(0.0, odds) - 0.5 * hold @ now**2)


def _levels(kind: Kind) -> list[tuple[str, str]]:
    return list(zip(FACTORS, kind, strict=True))


def _share(odds: float) -> float:
    share = float(1.0 / (1.0 + np.exp(-odds)))
    return min(max(share, FLOOR), 1.0 - FLOOR)

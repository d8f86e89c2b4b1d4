"""Weights of a card: a conditional (multinomial) logit over the candidate lenders of each loan, no weight below zero.

McFadden (1974), *Conditional logit analysis of qualitative choice behavior*. The likelihood is concave, so Newton steps
that each solve for the lowest point of its curve within the bounds come to the one answer; the same loans give the same
weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Figures = NDArray[np.float32]
Weights = NDArray[np.float64]
RIDGE = 1e-4
"""Pull of every weight to where the ridge stands, beside a likelihood per loan: lines that say the same share work."""
MOST_STEPS, MOST_ROUNDS, ENOUGH = 60, 500, 1e-7
LEAST_SCORE = -700.0
"""Below it an odd is nothing; a place that stands for no candidate has a score of minus infinity."""


@dataclass(frozen=True, slots=True)
class Choices:
    """``figures``: (loans, candidates, figures). ``chosen``: which candidate lent. ``ridge``: pull of every weight.

    ``closed``: (loans, candidates) places that stand for no candidate, where loans have more and fewer of them.
    ``counts``: how much each loan counts, above zero; all the same unless given."""

    figures: Figures
    chosen: NDArray[np.int64]
    ridge: float = RIDGE
    closed: NDArray[np.bool_] | None = None
    counts: Weights | None = None

    def loss(self, weights: Weights, towards: Weights) -> float:
        """Minus the mean log-likelihood, with the ridge."""
        scores = self._scores(weights)
        taken = scores[np.arange(len(scores)), self.chosen]
        pull = self.ridge * float(((weights - towards) ** 2).sum())
        return float((np.log(np.exp(scores).sum(axis=1)) - taken) @ self._parts()) + pull

    def slopes(self, weights: Weights, towards: Weights) -> tuple[Weights, Weights]:
        """Gradient and Hessian of :meth:`loss`."""
        odds = np.exp(self._scores(weights))
        odds /= odds.sum(axis=1, keepdims=True)
        mean = np.einsum("ncf,nc->nf", self.figures, odds, optimize=True)
        lent = self.figures[np.arange(len(odds)), self.chosen]
        parts = self._parts()
        spread = (self.figures * np.sqrt(odds * parts[:, None])[:, :, None]).reshape(-1, self.figures.shape[2])
        hessian = spread.T @ spread - (mean * parts[:, None]).T @ mean
        slope = parts @ (mean - lent) + 2 * self.ridge * (weights - towards)
        return slope, hessian.astype(np.float64) + 2 * self.ridge * np.eye(len(weights))

    def _parts(self) -> Weights:
        """What part of the whole each loan is; together one."""
        counts = np.ones(len(self.chosen)) if self.counts is None else self.counts
        return counts / counts.sum()

    def _scores(self, weights: Weights) -> NDArray[np.float64]:
        scores = (self.figures @ weights.astype(np.float32)).astype(np.float64)
        if self.closed is not None:
            scores[self.closed] = -np.inf
        return scores - scores.max(axis=1, keepdims=True)


def fitted(choices: Choices, towards: Weights | None = None) -> Weights:
    """The likeliest weights that are not negative. ``towards``: where the ridge pulls; nothing by default."""
    many = choices.figures.shape[2]
    towards = np.zeros(many) if towards is None else towards
    weights = np.full(many, 1 / many)
    loss = choices.loss(weights, towards)
    for _ in range(MOST_STEPS):
        slope, hessian = choices.slopes(weights, towards)
        step = _lowest(slope - hessian @ weights, hessian, weights) - weights
        moved, reached = _along(choices, towards, weights, step, loss)
        gained, weights, loss = loss - reached, moved, reached
        if gained < ENOUGH:
            break
    return weights


def stretched(choices: Choices, weights: Weights) -> Weights:
    """The weights times the one number that makes the choices likeliest: what comes first stays first, and how likely
    it is said to be is what it was."""
    scores = choices._scores(weights)
    odds = np.exp(scores)
    times = 1.0
    for _ in range(MOST_STEPS):
        powers = odds**times
        powers /= powers.sum(axis=1, keepdims=True)
        mean = np.einsum("nc,nc->n", powers, np.maximum(scores, LEAST_SCORE))
        spread = np.einsum("nc,nc->n", powers, np.maximum(scores, LEAST_SCORE) ** 2) - mean**2
        parts, taken = choices._parts(), scores[np.arange(len(scores)), choices.chosen]
        curve = float(parts @ spread)
        if curve < ENOUGH:
            break
        step = float(parts @ (taken - mean)) / curve
        times = min(max(times + step, times / 2), times * 2)
        if abs(step) < ENOUGH:
            break
    return weights * times


def _lowest(slope: Weights, hessian: Weights, start: Weights) -> Weights:
    """Where ``slope·w + w·hessian·w / 2`` is lowest without a negative weight, one weight after the other in turn."""
    weights = start.copy()
    rest = slope + hessian @ weights
    for _ in range(MOST_ROUNDS):
        farthest = 0.0
        for nth in range(len(weights)):
            moved = max(weights[nth] - rest[nth] / hessian[nth, nth], 0.0) - weights[nth]
            if moved:
                weights[nth] += moved
                rest += moved * hessian[nth]
                farthest = max(farthest, abs(moved))
        if farthest < ENOUGH:
            break
    return weights


def _along(choices: Choices, towards: Weights, start: Weights, step: Weights, loss: float) -> tuple[Weights, float]:
    """The first of ever shorter steps that makes the loss smaller; the start itself where none does."""
    for halvings in range(20):
        moved = np.maximum(start + step * 0.5**halvings, 0)
        reached = choices.loss(moved, towards)
        if reached < loss:
            return moved, reached
    return start, loss

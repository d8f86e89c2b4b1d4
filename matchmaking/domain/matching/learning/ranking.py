"""Lenders for each query, best first, with the share the card expects and the points of each line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaking.domain.matching.learning.card import BLOCK, PER_DOUBLING, Card
from matchmaking.domain.matching.learning.keys import Codes
from matchmaking.domain.matching.learning.lines import Encoded, Memory

LONGEST = 100
"""Lenders named for one query."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A block of queries. ``best``: (n, k) lenders, best first. ``shares``: what the card expects of each."""

    places: Codes
    best: Codes
    shares: NDArray[np.float64]


def ranked(card: Card, memory: Memory, asked: Encoded, most: int = LONGEST) -> Iterator[Ranked]:
    """Block by block, so that a long list needs no more memory than a short one. Equal lenders stand by name."""
    order = _by_name(asked, memory.lenders)
    for first in range(0, len(asked.days), BLOCK):
        places = np.arange(first, min(first + BLOCK, len(asked.days)))
        yield best_of(memory.figures(asked, places) @ card.weights.astype(np.float32), order, places, most)


def best_of(scores: NDArray[np.float32], order: Codes, places: Codes, most: int = LONGEST) -> Ranked:
    """The best ``most`` of (n, lenders) logarithms of odds; ``order`` settles ties."""
    odds = np.exp(scores.astype(np.float64) - scores.max(axis=1, keepdims=True))
    shares = odds / odds.sum(axis=1, keepdims=True)
    best = order[np.argsort(-scores[:, order], axis=1, kind="stable")[:, :most]]
    return Ranked(places, best, np.take_along_axis(shares, best, axis=1))


def points_of(card: Card, memory: Memory, asked: Encoded, place: int) -> Mapping[str, NDArray[np.float64]]:
    """Line → points of every lender for one query. In each line the weakest lender has none; they add up."""
    figures = memory.figures(asked, np.array([place]))[0].astype(np.float64)
    found: dict[str, NDArray[np.float64]] = {line.line: np.zeros(len(figures)) for line in card.layout.lines}
    for nth, level in enumerate(card.levels):
        found[level.line] += figures[:, nth] * card.weights[nth] * PER_DOUBLING / np.log(2)
    return {line: points - points.min() for line, points in found.items()}


def _by_name(asked: Encoded, many: int) -> Codes:
    return np.array(sorted(range(many), key=lambda place: asked.names[place]), np.int64)

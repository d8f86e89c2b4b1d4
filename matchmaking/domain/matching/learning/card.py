"""The card: weights of every figure, what they are in points, and how it is learned from loans in order of their day.

A loan is learned from with what was known before its day: the loans are cut at five days, and the loans after a cut see
the loans before it and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matchmaking.domain.matching.learning.fitting import Choices, Weights, fitted, stretched
from matchmaking.domain.matching.learning.keys import Codes
from matchmaking.domain.matching.learning.layout import Layout
from matchmaking.domain.matching.learning.lines import Encoded, Level, Memory, levels_of
from matchmaking.domain.reasons import Reason, Refusal

PER_DOUBLING = 20
"""Points that double the odds of a lender against another."""
CUTS = (0.5, 0.6, 0.7, 0.8, 0.9)
"""Parts of the loans known at each cut."""
MOST_LEARNED = 900
"""Loans that are learned from at one cut, evenly spread: so many up to the next cut, and so many of all later ones."""
CANDIDATES = 100
"""Lenders a loan is learned against: the likeliest by an even card."""
EVENING = 0.25
"""A loan counts the more the less its lender lent, by this power of its share, so that the card is not learned from the
largest few alone: a loan of one that lends a sixteenth as much counts twice."""
FEWEST = 50
"""Loans below which nothing is learned."""
BLOCK = 100


@dataclass(frozen=True, slots=True)
class Card:
    """Weights of every level, none below zero; ``learned`` counts the loans they come from (0: set by hand)."""

    layout: Layout
    levels: tuple[Level, ...]
    weights: Weights
    learned: int = 0

    def table(self) -> dict[str, float]:
        """Weight of every line, its levels added up, as points for a doubled share."""
        found: dict[str, float] = {line.line: 0.0 for line in self.layout.lines}
        for level, weight in zip(self.levels, self.weights.tolist(), strict=True):
            found[level.line] += PER_DOUBLING * weight
        return found


def by_hand(layout: Layout) -> Card:
    """The card as somebody set it without looking at a loan: a line's weight spread evenly over its levels."""
    levels = levels_of(layout)
    weight = {line.line: line.hand / 100 / len(line.levels) for line in layout.lines}
    return Card(layout, levels, np.array([0.0 if level.fade else weight[level.line] for level in levels]))


def learn(past: Encoded) -> Card:
    """The card fitted on loans in order of their day. Raises :class:`Refusal` ``rank_too_few`` below fifty."""
    if len(past.days) < FEWEST:
        raise Refusal(Reason("rank_too_few", {"count": len(past.days), "least": FEWEST}))
    figures, chosen, counts = zip(*_learned_from(past), strict=True)
    choices = Choices(np.concatenate(figures), np.concatenate(chosen))
    weights = fitted(replace(choices, counts=np.concatenate(counts)))
    # whom it ranks first is learned from all lenders; what share it expects of them, from loans as often as they came
    return Card(past.layout, levels_of(past.layout), stretched(choices, weights), len(choices.chosen))


def _learned_from(past: Encoded) -> Iterator[tuple[NDArray[np.float32], Codes, Weights]]:
    """Figures of the candidates, who lent and how much it counts, loan by loan; a loan whose lender is no candidate
    teaches nothing."""
    lent_by = np.bincount(past.lenders).astype(np.float64)
    parts = cuts(past.days)
    fewest = int(past.lenders[: parts[0][0]].max()) + 1
    for start, end in parts:
        memory = Memory(past, start)
        # what comes at once, and what comes much later: a card for the next day only would trust the last days too much
        soon, later = spread(start, end), spread(start, len(past.days)) if end < len(past.days) else spread(0, 0)
        for at in _blocks(np.concatenate([soon, later])):
            figures = memory.figures(past, at)
            nearest = _likeliest(figures, min(CANDIDATES, fewest))
            lent = nearest == past.lenders[at][:, None]
            known = lent.any(axis=1)
            yield (
                np.take_along_axis(figures[known], nearest[known][:, :, None], axis=1),
                lent[known].argmax(axis=1),
                lent_by[past.lenders[at][known]] ** -EVENING,
            )


def cuts(days: Codes) -> list[tuple[int, int]]:
    """(first, behind the last) loans of each part to learn from; a day is never cut in two."""
    starts = [int(np.searchsorted(days, days[int(len(days) * part)])) for part in CUTS]
    bounds = sorted({start for start in starts if start > 0} | {len(days)})
    found = list(zip(bounds[:-1], bounds[1:], strict=True))
    if not found:
        raise Refusal(Reason("rank_one_day"))
    return found


def spread(start: int, end: int) -> Codes:
    """At most ``MOST_LEARNED`` places from ``start`` to before ``end``, evenly."""
    many = min(MOST_LEARNED, end - start)
    return start + np.arange(many) * (end - start) // max(many, 1)


def _blocks(places: Codes) -> Iterator[Codes]:
    for first in range(0, len(places), BLOCK):
        yield places[first : first + BLOCK]


def _likeliest(figures: NDArray[np.float32], many: int) -> Codes:
    """Places of the ``many`` best lenders of each loan when every figure weighs the same."""
    even = figures.sum(axis=2)
    return np.sort(np.argpartition(-even, many - 1, axis=1)[:, :many], axis=1)

"""The lines of a card in figures: one per line, level and way of counting, for every query and every lender.

A *share* line (place, activity) takes the logarithm of the lender's share among like loans: one more loan of a lender
there, or the same loan later, raises its figure and can lower none, and no weight is negative. A *lift* line takes how
far the share among like loans lies above the lender's share among all, so that a lender is not paid twice for size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaking.domain.matching.learning.keys import Coder, Codes, Key, texts
from matchmaking.domain.matching.learning.layout import Layout, LineLayout
from matchmaking.domain.matching.learning.loans import Loans
from matchmaking.domain.matching.learning.shares import Counts, Figures, fading, half_life_of, shrunk, totals

RECENT = (0.30, 0.05)
"""Ways of counting beside counting all alike: loans fade by half in the days that the last three tenths, and the
last twentieth, of them took. In a rush of weeks the faster one follows single days: such a source asks for one way."""
STRENGTH = {True: 1.0, False: 10.0}
"""How many like loans weigh as much as the wider group: of a share line, of a lift line."""

HalfLives = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """One figure of the card: a line, how narrow, and how fast loans fade (0: they do not)."""

    line: str
    nth: int
    fade: int

    @property
    def name(self) -> str:
        """``place 2 fade 1``."""
        return f"{self.line} {self.nth}" + (f" fade {self.fade}" if self.fade else "")


def levels_of(layout: Layout) -> tuple[Level, ...]:
    """Every figure, in the order in which :meth:`Memory.figures` gives them."""
    return tuple(
        Level(line.line, nth, fade)
        for line in layout.lines
        for fade in (range(line.recent + 1))
        for nth in range(len(line.levels))
    )


class Encoded:
    """Loans of one layout, in order of their day, with a number for every key: worked out once, however often the loans
    are cut. ``like``: loans whose numbers these queries share."""

    def __init__(self, layout: Layout, loans: Loans, like: Encoded | None = None) -> None:
        self.layout, self.days = layout, loans.days
        keys = {key for line in layout.lines for key in (*line.levels, line.within)}
        told = {key: texts(key, loans.columns, len(loans)) for key in keys}
        self.coders: dict[Key, Coder] = like.coders if like else {key: Coder(told[key]) for key in keys}
        self.codes: dict[Key, Codes] = {key: self.coders[key].codes(told[key]) for key in keys}
        # in order of first sight: who lends later changes nothing of what was known earlier
        self.names: tuple[str, ...] = like.names if like else tuple(dict.fromkeys(loans.lenders))
        place = {name: at for at, name in enumerate(self.names)}
        self.lenders: Codes = np.array([place.get(name, -1) for name in loans.lenders], np.int64)


class Memory:
    """What the first ``size`` loans tell: every figure is read from them and from none after them, on the day after the
    last of them (so that a pause before the queries lets nothing fade).

    ``lenders``: how many had lent by then; they are the candidates. ``half_lives``: days, None where nothing fades;
    those of ``RECENT`` unless given."""

    def __init__(self, past: Encoded, size: int, half_lives: HalfLives | None = None) -> None:
        self.layout, self._past, self._size = past.layout, past, size
        days, on = past.days[:size], int(past.days[size - 1]) + 1
        self.half_lives = half_lives or (None, *(half_life_of(days, part) for part in RECENT))
        self._weights = [fading(days, on, life) for life in self.half_lives]
        self._counts: dict[tuple[Key, int], Counts] = {}
        self.lenders = int(past.lenders[:size].max()) + 1
        self._all = [totals(past.lenders[:size], weight, self.lenders) for weight in self._weights]
        even = np.full((1, self.lenders), 1 / self.lenders)
        self._base = [shrunk(loans, even, 1.0) for loans in self._all]

    def figures(self, asked: Encoded, places: Codes) -> NDArray[np.float32]:
        """(n, lenders, figures) of those queries. A line that says nothing of any lender gives all the same figure."""
        found = np.empty((len(places), self.lenders, len(levels_of(self.layout))), np.float32)
        nth = 0
        for line in self.layout.lines:
            for fade in range(line.recent + 1):
                for figure in self._line(line, fade, asked, places):
                    found[:, :, nth] = figure
                    nth += 1
        return found

    def _line(self, line: LineLayout, fade: int, asked: Encoded, places: Codes) -> Iterator[Any]:
        base = self._base[fade] if line.is_share else self._among(line, fade, asked, places)
        share, strength = base, STRENGTH[line.is_share]
        for key in line.levels:
            share = shrunk(self._loans(key, fade, asked, places), share, strength) if key else share
            yield np.log(share) if line.is_share else np.log(share / base)

    def _among(self, line: LineLayout, fade: int, asked: Encoded, places: Codes) -> Figures:
        """(n, lenders) shares among all the loans that a lift line compares among."""
        if not line.within:
            return self._base[fade]
        return shrunk(self._loans(line.within, fade, asked, places), self._base[fade], STRENGTH[False])

    def _loans(self, key: Key, fade: int, asked: Encoded, places: Codes) -> Figures:
        if not key:
            return np.broadcast_to(self._all[fade], (len(places), self.lenders))
        counts = self._counts.get((key, fade))
        if counts is None:
            past, size = self._past, self._size
            codes, keys = past.codes[key][:size], len(past.coders[key])
            counts = Counts(codes, past.lenders[:size], self._weights[fade], keys, self.lenders)
            self._counts[key, fade] = counts
        return counts.of(asked.codes[key][places])

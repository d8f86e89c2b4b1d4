"""How many needs, how many firms, how much money: what every what-if counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaking.domain.matching.catalogue import Need
from matchmaking.domain.matching.sets import Mask, Places

_HALF = 32
"""Amounts are added up in two halves: 10,000 of the largest would run over one int64."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Needs, the firms behind them, each once, and what they ask for in minor units of the market's currency."""

    needs: int = 0
    firms: int = 0
    minor: int = 0


NOTHING = Tally()


@dataclass(frozen=True, slots=True, eq=False)
class Asking:
    """The needs in columns: (n,) whose each is, and how much it asks for in minor units."""

    firm: NDArray[np.intp]
    minor: NDArray[np.int64]

    @classmethod
    def of(cls, needs: Sequence[Need], firms: Mapping[str, str] | None = None) -> Asking:
        """``firms``: key of a need → its firm; a need nobody names is a firm of its own."""
        known: dict[str, int] = {}
        names = [(firms or {}).get(need.key, f"need {need.key}") for need in needs]
        codes = [known.setdefault(name, len(known)) for name in names]
        return cls(np.array(codes, np.intp), np.array([need.amount.minor for need in needs], np.int64))

    def tally(self, chosen: Mask | Places) -> Tally:
        """Of the needs ``chosen``: a mask over all of them, or their places, each once."""
        minor = self.minor[chosen]
        high, low = int((minor >> _HALF).sum()), int((minor & (1 << _HALF) - 1).sum())
        return Tally(len(minor), len(np.unique(self.firm[chosen])), (high << _HALF) + low)

    def all(self) -> Tally:
        """Of every need."""
        return self.tally(np.ones(len(self.minor), np.bool_))

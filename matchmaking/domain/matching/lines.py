"""What a soft line is, and the integer arithmetic lines share, for one pair and for whole columns alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from matchmaking.domain.matching.catalogue import Need, Product
from matchmaking.domain.matching.sets import Overlap
from matchmaking.domain.reasons import Reason

FULL = 1_000
"""Full marks of a line before its weight."""

Figure = Any
"""An ``int`` or an int64 array."""
Figures = tuple[Figure, ...]
Settings = Any
"""The policy's numbers by name (``Policy.numbers``), a named tuple, so that a ``fit`` can also be compiled."""


def lesser(left: Figure, right: Figure) -> Figure:
    """The smaller, for ints and arrays alike."""
    return left + (right - left) * (right < left)


def bounded(figure: Figure) -> Figure:
    """``figure`` held within 0 … FULL."""
    return lesser(figure * (figure > 0), FULL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One soft line. ``settings``: names of the policy's numbers it uses. ``fit(need, product, meets, settings)``.

    ``stated``: whether the need says what the line is about. ``later``: numbers that came after the first policy, with
    the value by which older versions keep giving what they gave.
    """

    code: str
    need: Callable[[Need, date], tuple[int, ...]]
    product: Callable[[Product], tuple[int, ...]]
    fit: Callable[[Figures, Figures, Figure, Settings], Figure]
    words: Callable[[Need, Product, date, bool, Settings], Reason]
    overlap: Overlap | None = None
    settings: tuple[str, ...] = ()
    stated: Callable[[Need], bool] = lambda need: True
    later: Mapping[str, int] = field(default_factory=dict, hash=False)

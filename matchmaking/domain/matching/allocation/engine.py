"""The loops compiled or plain. Numba is imported when first asked for, by the worker or the shell, never by a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from matchmaking.domain.matching.allocation import loops
from matchmaking.domain.matching.allocation.instance import Ints

COMPILE_FROM = 2_000
"""Edges from which compiling (a second once, then read from the cache) is worth it."""


@dataclass(frozen=True, slots=True)
class Engine:
    """The three loops, and how arrays are handed to them and read back."""

    respond: Callable[..., tuple[int, int]]
    fill: Callable[..., None]
    improve: Callable[..., int]
    compiled: bool

    def give(self, column: Ints) -> Any:
        """As the loops want it: a list runs four times as fast in plain Python."""
        return np.ascontiguousarray(column) if self.compiled else column.tolist()


def engine(compiled: bool) -> Engine:
    """The compiled loops, or the plain ones."""
    return _compiled() if compiled else Engine(loops.respond, loops.fill, loops.improve, False)


@cache
def _compiled() -> Engine:
    from numba import njit

    jit = njit(cache=True, nogil=True)
    return Engine(jit(loops.respond), jit(loops.fill), jit(loops.improve), True)

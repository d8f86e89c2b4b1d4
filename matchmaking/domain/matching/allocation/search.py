"""From prices to a plan: greedy in the order of reduced values, then local search that never gives up what it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from matchmaking.domain.matching.allocation.engine import Engine
from matchmaking.domain.matching.allocation.instance import Instance, Ints
from matchmaking.domain.matching.allocation.loops import MOST_OUT
from matchmaking.domain.matching.allocation.prices import Prices

HEAT = 20
"""A warm move may lose a twentieth of a pick's mean value."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to look. ``rounds`` of prices; ``cold`` tries per edge that only gain, then ``warm`` tries per edge in
    each of ``warmings`` that may lose for a while. Edges are worth trying whose reduced value is above minus one
    part in ``core`` of a pick's mean value."""

    rounds: int = 150
    cold: int = 3
    warm: int = 0
    warmings: int = 0
    core: int = 4


class Search:
    """A plan being changed in place, as the loops hold it."""

    def __init__(self, instance: Instance, engine: Engine, seed: int = 1) -> None:
        self.instance, self.engine, self.seed = instance, engine, seed
        give, needs, products = engine.give, len(instance.limit), len(instance.bank)
        self._edges = tuple(map(give, (instance.start, instance.need, instance.product, instance.bank)))
        self._value, self._use = give(instance.value), give(instance.use)
        self._limits = tuple(map(give, (instance.limit, instance.fresh, instance.count, instance.quota)))
        self._groups = give(instance.group_start), give(instance.group)
        self._least = give(instance.least)
        self._slot_start = give(instance.slot_start)
        self._room = tuple(give(np.zeros(size, np.int64)) for size in (len(instance.least), *(2 * MOST_OUT + 3,) * 2))
        self._sizes = (needs, products)
        self.set_out(np.zeros(0, np.int64))

    def set_out(self, plan: Ints) -> None:
        """Begin from ``plan``."""
        needs, products = self._sizes
        give, edges = self.engine.give, len(self.instance.need)
        slots = int(self.instance.slot_start[-1])
        sizes = (edges, slots, edges, products, products, needs, len(self.instance.least), 1)
        chosen, slots_, where, *rest = (give(np.zeros(size, np.int64)) for size in sizes)
        self._state: tuple[Any, ...] = (chosen, self._slot_start, slots_, where, *rest)
        self.fill(plan)

    @property
    def plan(self) -> Ints:
        """The edges chosen now, ascending."""
        return np.flatnonzero(np.asarray(self._state[0])).astype(np.int64)

    def fill(self, order: Ints) -> None:
        """Take edges in ``order`` wherever they still fit."""
        columns = (*self._edges, self._use, *self._limits, *self._groups)
        self.engine.fill(self.engine.give(order), *columns, *self._state)

    def improve(self, tries: int, heat: int, core: Ints, floor_weight: int = 0) -> int:
        """``tries`` moves; what they gained."""
        if not len(core):
            return 0
        here = self.instance
        self.seed = (self.seed * 7919 + 1) % (2**31 - 2) + 1
        return int(self.engine.improve(
            tries, heat, self.seed, self.engine.give(core), *self._edges, self._value, self._use, *self._limits,
            *self._groups, self._least, floor_weight or here.floor_weight, here.served_least, here.cover_weight,
            *self._state, *self._room,
        ))  # fmt: skip


def search(instance: Instance, prices: Prices, engine: Engine, effort: Effort) -> Ints:
    """The best plan found, as ascending edges."""
    reduced = prices.reduced(instance)
    held = Search(instance, engine)
    order = np.argsort(-reduced, kind="stable")
    good = order[reduced[order] > 0]
    held.fill(good)
    picks = max(len(held.plan), 1)
    pick = int(instance.value[held.plan].sum()) // picks
    near = order[reduced[order] > -prices.scale * pick // effort.core]
    held.fill(order)
    held.improve(effort.cold * len(near), 0, near)
    best = held.plan
    for _ in range(effort.warmings):
        # floors soft for a while: hard ones leave no way from one good plan to another
        held.improve(effort.warm * len(near), max(pick // HEAT, 1), near, floor_weight=max(pick, 1))
        held.improve(effort.cold * len(near), 0, near)
        if instance.worth(held.plan) > instance.worth(best):
            best = held.plan
        else:
            held.set_out(best)
    return best

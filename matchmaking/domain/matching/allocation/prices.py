"""Prices of quotas, floors and coverage by subgradient ascent, and the bound that they prove.

The Lagrangian dual: for any prices ≥ 0, what every need would take for itself at these prices, plus the prices times
the limits, is at least the worth of every plan. The prices are integers over ``scale`` and so is the sum, so the bound
is exact and needs no margin for rounding. Where it is least it equals the linear relaxation's optimum (Geoffrion 1974:
the inner problem is integral). Steps fall geometrically; the direction is smoothed (Camerini, Fratta, Maffioli 1975).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matchmaking.domain.matching.allocation.engine import Engine
from matchmaking.domain.matching.allocation.instance import Instance, Ints

MOST_BITS, WIDTH = 20, 61
"""Binary digits after the point of a price, and how wide a sum may become in int64."""
MILLION = 1_000_000
"""Steps are in ppm."""
FIRST_STEP, LAST_STEP = 400_000, 1_000
KEPT = 700_000
"""Share of the last direction that is kept."""


@dataclass(slots=True, eq=False)
class Prices:
    """Integers over ``scale``; see ``instance.Plan``."""

    scale: int
    count: Ints
    use: Ints
    floor: Ints
    cover: int

    def copy(self) -> Prices:
        """Another one that may be changed."""
        return Prices(self.scale, self.count.copy(), self.use.copy(), self.floor.copy(), self.cover)

    def reduced(self, instance: Instance) -> Ints:
        """(E) value less prices, over ``scale``; coverage left out."""
        extra = np.concatenate([[0], np.cumsum(self.floor[instance.group])])
        credit = extra[instance.group_start[1:]] - extra[instance.group_start[:-1]]
        paid = self.count[instance.product] + self.use[instance.product] * instance.use
        return np.asarray(instance.value * self.scale - paid + credit[instance.need], np.int64)


@dataclass(slots=True, eq=False)
class Response:
    """What needs would take at some prices: ``total`` with the limits' own worth, over ``scale``."""

    total: int
    count: Ints
    use: Ints
    groups: Ints
    served: int


def scale_of(instance: Instance) -> int:
    """The finest power of two at which no sum leaves int64. ``ValueError`` where even whole numbers would."""
    most = int(instance.limit.max(initial=0)) + 1
    weights = instance.floor_weight * (int(instance.least.sum()) + 1) + instance.cover_weight * instance.served_least
    largest = most * int(instance.value.sum() + 1) + 4 * weights
    bits = WIDTH - largest.bit_length()
    if bits < 0:
        raise ValueError("values and floors are too large for exact prices")
    return int(1 << min(bits, MOST_BITS))


def price(instance: Instance, engine: Engine, rounds: int) -> tuple[Prices, int]:
    """The best prices of ``rounds`` steps, and the bound they prove in value."""
    walk = _Walk(instance, engine)
    best, least = walk.prices.copy(), walk.answer().total
    fall, step = _fall(rounds), FIRST_STEP
    for _ in range(rounds):
        walk.step(step)
        total = walk.answer().total
        if total < least:
            best, least = walk.prices.copy(), total
        step = max(step * fall // MILLION, 1)
    return best, least // best.scale


def _fall(rounds: int) -> int:
    """Ppm by which a step is multiplied so that ``rounds`` of them lead from the first to the last."""
    low, high = 0, MILLION
    while high - low > 1:
        middle, step = (low + high) // 2, FIRST_STEP
        for _ in range(rounds):
            step = step * middle // MILLION
        low, high = (middle, high) if step < LAST_STEP else (low, middle)
    return high


class _Walk:
    """Prices on their way, with the columns handed to the loops once."""

    def __init__(self, instance: Instance, engine: Engine) -> None:
        self.instance, self.engine = instance, engine
        zeros = np.zeros(len(instance.bank), np.int64)
        floors = np.zeros(len(instance.least), np.int64)
        self.prices = Prices(scale_of(instance), zeros, zeros.copy(), floors, 0)
        give = engine.give
        scaled = instance.value * self.prices.scale
        self._columns = tuple(map(give, (
            instance.start, instance.product, instance.bank, scaled, instance.use, instance.limit,
            instance.fresh, instance.group_start, instance.group,
        )))  # fmt: skip
        most = int(instance.limit.max(initial=0)) + 1
        self._room = give(np.zeros(most, np.int64)), give(np.zeros(most, np.int64))
        self._direction: list[Ints] = [zeros.copy(), zeros.copy(), floors.copy(), np.zeros(1, np.int64)]
        self._last = self.answer()
        picks = max(int(self._last.count.sum()), 1)
        # what one pick, and one unit of use, is worth on average: the measure of every step
        self._pick = max(self._last.total // picks, 1)
        self._unit = max(self._last.total // max(int(self._last.use.sum()), 1), 1)

    def answer(self) -> Response:
        """What needs take at the present prices."""
        here, now, give = self.instance, self.prices, self.engine.give
        products, groups = len(here.bank), len(here.least)
        count, use, took = (give(np.zeros(size, np.int64)) for size in (products, products, groups))
        total, served = self.engine.respond(
            *self._columns, give(now.count), give(now.use), give(now.floor), now.cover, count, use, took, *self._room
        )
        worth = sum(p * c for p, c in zip(now.count.tolist(), here.count.tolist(), strict=True))
        worth += sum(p * q for p, q in zip(now.use.tolist(), here.quota.tolist(), strict=True))
        worth -= sum(p * f for p, f in zip(now.floor.tolist(), here.least.tolist(), strict=True))
        worth -= now.cover * here.served_least
        told = [np.asarray(column, np.int64) for column in (count, use, took)]
        self._last = Response(int(total) + worth, told[0], told[1], told[2], int(served))
        return self._last

    def step(self, ppm: int) -> None:
        """Dearer where more was taken than there is, cheaper where less; by ``ppm`` of what a pick is worth."""
        here, now, took = self.instance, self.prices, self._last
        most_floor, most_cover = here.floor_weight * now.scale, here.cover_weight * now.scale
        lacking = _over(np.array([here.served_least - took.served]), np.array([here.served_least]))
        wanted = (
            _over(took.count - here.count, here.count), _over(took.use - here.quota, here.quota),
            _over(here.least - took.groups, here.least), lacking,
        )  # fmt: skip
        self._direction = [
            (old * KEPT + new * (MILLION - KEPT)) // MILLION for old, new in zip(self._direction, wanted, strict=True)
        ]
        count, use, floor, cover = self._direction
        pick, unit = self._pick * ppm // MILLION, self._unit * ppm // MILLION
        now.count = np.maximum(0, now.count + _stride(pick, count))
        now.use = np.maximum(0, now.use + _stride(unit, use))
        now.floor = np.clip(now.floor + _stride(pick, floor), 0, most_floor)
        now.cover = min(max(0, now.cover + int(_stride(pick, cover)[0])), most_cover)


def _over(excess: Ints, limit: Ints) -> Ints:
    """By what share of the limit it is passed, ppm, at most twice."""
    return np.clip(excess * MILLION // np.maximum(limit, 1), -2 * MILLION, 2 * MILLION)


def _stride(base: int, direction: Ints) -> Ints:
    """``base`` times ppm without leaving int64."""
    if base < 2**40:
        return base * direction // MILLION
    return base // MILLION * direction

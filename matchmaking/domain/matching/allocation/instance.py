"""What is to be allocated: candidate pairs as columns, the limits, the floors; and a plan over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
PER_NEED = 3
"""Products one need goes to, at most."""
UNLIMITED = 2**40
"""A count or an amount that binds nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """Candidate edges sorted by need; no pair stands twice.

    ``need``, ``product`` (E): places; ``value`` (E) ≥ 0: what the pair is worth; ``use`` (E) ≥ 0: what it takes of the
    product's quota, mostly the need's amount, or what this product needs for it (generalised assignment).
    ``limit`` (n): products per need. ``bank`` (m): at most one product of a bank per need. ``count``, ``quota`` (m):
    how many picks, and how much use, a product takes. ``group_start`` (n + 1), ``group``: the groups that needs belong
    to, as compressed rows; ``least`` (G): picks that each group has to get, a floor. ``fresh`` (n): 1 where serving the
    need counts for coverage, 0 where it is served already; ``served_least``: fresh needs that have to get a product.
    Floors and coverage bend where they cannot be met: every pick short costs ``floor_weight``, every need short
    ``cover_weight``, both far above any value.
    """

    need: Ints
    product: Ints
    value: Ints
    use: Ints
    limit: Ints
    bank: Ints
    count: Ints
    quota: Ints
    group_start: Ints
    group: Ints
    least: Ints
    fresh: Ints
    served_least: int = 0

    @property
    def start(self) -> Ints:
        """(n + 1) where the edges of each need begin."""
        return np.searchsorted(self.need, np.arange(len(self.limit) + 1)).astype(np.int64)

    @property
    def slot_start(self) -> Ints:
        """(m + 1) where the picks of each product begin, with room for as many as it can ever take."""
        room = np.minimum(self.count, np.bincount(self.product, minlength=len(self.bank)))
        return np.concatenate([[0], np.cumsum(room)]).astype(np.int64)

    @property
    def floor_weight(self) -> int:
        """What a pick short of a floor costs: more than any chain of moves that would win it."""
        return 1 + 100 * int(self.value.max(initial=0))

    @property
    def cover_weight(self) -> int:
        """What a need short of ``served_least`` costs: being served comes before every floor."""
        return 100 * self.floor_weight

    def worth(self, plan: Ints) -> int:
        """The value of the edges in ``plan``, less what floors and coverage lack at their weights."""
        short, unserved = self.short(plan)
        return int(self.value[plan].sum()) - self.floor_weight * int(short.sum()) - self.cover_weight * unserved

    def short(self, plan: Ints) -> tuple[Ints, int]:
        """(G) picks that each floor lacks under ``plan``, and needs lacking to ``served_least``."""
        picks = np.bincount(self.need[plan], minlength=len(self.limit))
        groups = np.bincount(self.group, np.repeat(picks, np.diff(self.group_start)), minlength=len(self.least))
        short = np.maximum(0, self.least - groups.astype(np.int64))
        return short, max(0, self.served_least - int(self.fresh[picks > 0].sum()))

    def broken(self, plan: Ints) -> tuple[str, ...]:
        """Which limits ``plan`` breaks: ``limit``, ``bank``, ``count``, ``quota``, ``twice``; none for a sound plan."""
        need, product = self.need[plan], self.product[plan]
        count = np.bincount(product, minlength=len(self.bank))
        use = np.zeros(len(self.bank), np.int64)
        np.add.at(use, product, self.use[plan])
        pairs = need * (int(self.bank.max(initial=0)) + 1) + self.bank[product]
        found = {
            "twice": len(np.unique(plan)) != len(plan),
            "limit": bool((np.bincount(need, minlength=len(self.limit)) > self.limit).any()),
            "bank": len(np.unique(pairs)) != len(pairs),
            "count": bool((count > self.count).any()),
            "quota": bool((use > self.quota).any()),
        }
        return tuple(name for name, wrong in found.items() if wrong)

    def covering(self, served_least: int) -> Instance:
        """The same with ``served_least`` needs to be served."""
        return replace(self, served_least=served_least)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A plan with its proof. ``edges``: chosen edges, ascending; ``value``: what they are worth together.

    ``short`` (G), ``unserved_short``: what floors and coverage lack. ``bound``: no plan is worth more (as ``worth``
    counts, so no plan that meets floors and coverage has more value). Prices are fractions over ``scale``:
    ``price_count`` (m) of one more pick, ``price_use`` (m) of one more unit of quota, ``price_floor`` (G) of one pick
    less demanded, ``price_cover`` of one need less.
    """

    edges: Ints
    value: int
    worth: int
    short: Ints
    unserved_short: int
    bound: int
    scale: int
    price_count: Ints
    price_use: Ints
    price_floor: Ints
    price_cover: int


def instance_of(
    *,
    need: Any,
    product: Any,
    value: Any,
    use: Any,
    needs: int,
    bank: Any,
    count: Any,
    quota: Any,
    groups: Sequence[Any] = (),
    least: Sequence[int] = (),
    per_need: int = PER_NEED,
    served_least: int = 0,
) -> tuple[Instance, Ints]:
    """Columns in any order → an instance, and where each of its edges stood. ``groups``: (n) booleans for each floor.

    ``ValueError`` for a pair that stands twice, a negative figure, or a place outside.
    """
    columns = [np.asarray(column, np.int64) for column in (need, product, value, use)]
    bank, count, quota = (np.asarray(column, np.int64) for column in (bank, count, quota))
    order = np.lexsort((columns[1], columns[0]))
    need, product, value, use = (column[order] for column in columns)
    if ((np.diff(need) == 0) & (np.diff(product) == 0)).any():
        raise ValueError("a pair stands twice")
    if any(len(column) and column.min() < 0 for column in (need, product, value, use, count, quota)):
        raise ValueError("places, values, uses and quotas are not negative")
    if len(need) and (need.max() >= needs or product.max() >= len(bank)):
        raise ValueError("an edge names a place that is not there")
    members = np.zeros((needs, len(least)), np.bool_)
    for place, member in enumerate(groups):
        members[:, place] = member
    rows, group = np.nonzero(members)
    found = Instance(
        need, product, value, use, np.full(needs, per_need, np.int64), bank, count, quota,
        np.searchsorted(rows, np.arange(needs + 1)).astype(np.int64), group.astype(np.int64),
        np.asarray(least, np.int64), np.ones(needs, np.int64), served_least,
    )  # fmt: skip
    return found, order


def from_judge(columns: Mapping[str, Any]) -> Instance:
    """The dict of ``allocation.instance()`` (problem P2) as an instance; its edges keep their places.

    Keys: ``n``, ``m``; per edge ``I``, ``J``, ``V``; ``amt`` per need; ``bank``, ``C``, ``Q`` per product; ``grp`` per
    need and its floors ``F``.
    """
    found, order = instance_of(
        need=columns["I"], product=columns["J"], value=columns["V"], use=columns["amt"][columns["I"]],
        needs=columns["n"], bank=columns["bank"], count=columns["C"], quota=columns["Q"],
        groups=[columns["grp"] == place for place in range(len(columns["F"]))], least=columns["F"],
    )  # fmt: skip
    if (np.diff(order) < 0).any():
        raise ValueError("edges come sorted by need and product")
    return found

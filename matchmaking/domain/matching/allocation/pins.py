"""Pairs a person fixed: pinned ones stand in every plan, forbidden ones in none."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from matchmaking.domain.matching.allocation.instance import Instance, Ints
from matchmaking.domain.reasons import Reason, Refusal


@dataclass(frozen=True, slots=True, eq=False)
class Rest:
    """What is left to decide. ``edges`` says which edge of the whole each edge of ``instance`` is; ``pinned`` stand."""

    instance: Instance
    edges: Ints
    pinned: Ints

    def whole(self, plan: Ints) -> Ints:
        """A plan of the rest with the pinned pairs, as edges of the whole."""
        return np.sort(np.concatenate([self.edges[plan], self.pinned]))


def fix(instance: Instance, pinned: Ints, forbidden: Ints) -> Rest:
    """The instance without the pairs already decided, its limits and floors less what the pinned ones take.

    Raises :class:`Refusal` ``allocation_pins_break`` naming the limit (``limit``, ``bank``, ``count``, ``quota``) that
    the pinned pairs alone break, ``allocation_pinned_forbidden`` for a pair that is both.
    """
    if len(np.intersect1d(pinned, forbidden)):
        raise Refusal(Reason("allocation_pinned_forbidden"))
    broken = instance.broken(pinned)
    if broken:
        raise Refusal(Reason("allocation_pins_break", {"limit_word": f"allocation_limit_{broken[0]}"}))
    need, product, use = instance.need[pinned], instance.product[pinned], instance.use[pinned]
    banks = int(instance.bank.max(initial=0)) + 1
    closed = np.isin(instance.need * banks + instance.bank[instance.product], need * banks + instance.bank[product])
    closed[forbidden] = True
    left = np.flatnonzero(~closed).astype(np.int64)
    picks = np.bincount(need, minlength=len(instance.limit)).astype(np.int64)
    count = instance.count - np.bincount(product, minlength=len(instance.bank))
    quota = instance.quota.copy()
    np.subtract.at(quota, product, use)
    groups = np.zeros(len(instance.least), np.int64)
    np.add.at(groups, instance.group, np.repeat(picks, np.diff(instance.group_start)))
    rest = replace(
        instance, need=instance.need[left], product=instance.product[left], value=instance.value[left],
        use=instance.use[left], limit=instance.limit - picks, count=count, quota=quota,
        least=np.maximum(0, instance.least - groups), fresh=np.where(picks > 0, 0, instance.fresh),
        served_least=max(0, instance.served_least - int(instance.fresh[picks > 0].sum())),
    )  # fmt: skip
    return Rest(rest, left, np.sort(pinned))

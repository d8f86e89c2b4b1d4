"""An instance solved: prices, plan, proof. With the coverage rule, first how many can be served at all.

Two objectives are kept apart. ``solve`` maximises value under limits and floors; that is what a benchmark counts.
``solve_covering`` is the rule of a city's plan: *no eligible firm is left out if any feasible plan serves it*. It first
looks for the most needs that can be served (one product each, value aside), then for the greatest value among the plans
that serve as many, with coverage as one more priced limit; floors come after coverage and before value.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from matchmaking.domain.matching.allocation.engine import COMPILE_FROM, Engine, engine
from matchmaking.domain.matching.allocation.instance import Instance, Ints, Plan, instance_of
from matchmaking.domain.matching.allocation.prices import Prices, price
from matchmaking.domain.matching.allocation.search import Effort, search

CITY, TOWN, LARGE = Effort(150, 3, 20, 10, core=2), Effort(150, 2, 8, 1), Effort(120, 1, 1, 1)
"""How long to look at a city's batch, at five thousand needs, and at fifty thousand."""
TOWN_FROM, LARGE_FROM = 20_000, 200_000
"""Edges from which less has to do."""
MOST_EXACT, SECONDS = 5_000, 5
"""Edges up to which the exact solver is worth asking, and for how long."""


@dataclass(frozen=True, slots=True)
class Covered:
    """A plan under the coverage rule. ``served_bound``: no plan serves more."""

    plan: Plan
    served: int
    served_bound: int


def solve(
    instance: Instance, *, effort: Effort | None = None, compiled: bool | None = None, start: Ints | None = None
) -> Plan:
    """The best plan found with its bound and prices. ``start``: a sound plan to do better than.

    ``compiled``: by Numba or plain; None decides by size. The same plan either way.
    """
    used = effort or _effort(len(instance.need))
    loops = _loops(instance, compiled)
    prices, bound = price(instance, loops, used.rounds)
    edges = search(instance, prices, loops, used)
    if start is not None and instance.worth(start) > instance.worth(edges):
        edges = np.sort(start)
    return plan_of(instance, edges, prices, bound)


def solve_verified(instance: Instance, *, seconds: int = SECONDS, compiled: bool | None = None) -> Plan:
    """As :func:`solve`; up to ``MOST_EXACT`` edges :func:`verify` goes on, and the lesser bound holds. Prices stay
    those of the Lagrangian. Imports highspy: for the worker and the shell."""
    plan = solve(instance, compiled=compiled)
    if not seconds or not 0 < len(instance.need) <= MOST_EXACT:
        return plan
    edges, bound = verify(instance, plan.edges, seconds)
    short, unserved = instance.short(edges)
    return replace(
        plan, edges=edges, value=int(instance.value[edges].sum()), worth=instance.worth(edges), short=short,
        unserved_short=unserved, bound=max(min(plan.bound, bound), instance.worth(edges)),
    )  # fmt: skip


def verify(instance: Instance, plan: Ints, seconds: int) -> tuple[Ints, int]:
    """A plan at least as good, by HiGHS part by part and then on the whole for ``seconds``; and the bound it proves."""
    from matchmaking.domain.matching.allocation.exact import exact
    from matchmaking.domain.matching.allocation.polish import polish

    plan = polish(instance, plan)
    found = exact(instance, start=plan, seconds=seconds)
    if found.edges is not None and found.worth is not None and found.worth > instance.worth(plan):
        plan = found.edges
    return plan, found.bound


def solve_covering(
    instance: Instance, *, effort: Effort | None = None, compiled: bool | None = None, start: Ints | None = None
) -> Covered:
    """The best plan found among those that serve as many needs as can be served."""
    most, bound = most_served(instance, effort=effort, compiled=compiled)
    aimed = instance.covering(bound)
    plan = solve(aimed, effort=effort, compiled=compiled, start=most if start is None else start)
    served = _served(instance, plan.edges)
    if _served(instance, most) > served:
        served = _served(instance, most)
        plan = solve(instance.covering(served), effort=effort, compiled=compiled, start=most)
    if served < bound:
        plan = solve(instance.covering(served), effort=effort, compiled=compiled, start=plan.edges)
    return Covered(plan, _served(instance, plan.edges), bound)


def most_served(instance: Instance, *, effort: Effort | None = None, compiled: bool | None = None) -> tuple[Ints, int]:
    """A plan of one product each that serves as many needs as was found, and how many no plan exceeds."""
    single = replace(
        instance,
        value=instance.fresh[instance.need],
        limit=np.minimum(instance.limit, 1),
        least=np.zeros_like(instance.least),
        served_least=0,
    )
    plan = solve(single, effort=effort, compiled=compiled)
    fits = instance.use <= instance.quota[instance.product]
    edges, bound = plan.edges, min(plan.bound, int(instance.fresh[np.unique(instance.need[fits])].sum()))
    if _served(instance, edges) < bound and 0 < len(instance.need) <= MOST_EXACT:
        # nobody may be left out because a search gave up: what it could not settle is settled exactly
        from matchmaking.domain.matching.allocation.exact import exact

        found = exact(single, start=edges, seconds=SECONDS)
        if found.edges is not None and _served(instance, found.edges) > _served(instance, edges):
            edges = np.sort(found.edges)
        bound = max(min(bound, found.bound), _served(instance, edges))
    return edges, bound


def plan_of(instance: Instance, edges: Ints, prices: Prices, bound: int) -> Plan:
    """The plan with everything that is said of it."""
    short, unserved = instance.short(edges)
    return Plan(
        edges=edges, value=int(instance.value[edges].sum()), worth=instance.worth(edges), short=short,
        unserved_short=unserved, bound=bound, scale=prices.scale, price_count=prices.count, price_use=prices.use,
        price_floor=prices.floor, price_cover=prices.cover,
    )  # fmt: skip


def _effort(edges: int) -> Effort:
    return LARGE if edges >= LARGE_FROM else TOWN if edges >= TOWN_FROM else CITY


def _served(instance: Instance, edges: Ints) -> int:
    return int(instance.fresh[np.unique(instance.need[edges])].sum())


def _loops(instance: Instance, compiled: bool | None) -> Engine:
    return engine(len(instance.need) >= COMPILE_FROM if compiled is None else compiled)


def warm_up() -> None:
    """Compile the loops, or read them from Numba's cache, on an instance of two needs."""
    two = np.arange(2)
    tiny, _ = instance_of(need=two, product=two, value=two + 1, use=two + 1, needs=2, bank=two, count=two, quota=two)
    solve(tiny, effort=Effort(2, 1, 1, 1), compiled=True)

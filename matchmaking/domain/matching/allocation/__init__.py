"""Spreading a batch of needs over products (N35): prices with their proof, a plan, and HiGHS beside it.

``solve_verified(from_judge(columns))`` takes the dict of a benchmark's ``instance()`` and returns the chosen edges
(``edges``), the proved ``bound`` and the prices; ``warm_up()`` compiles the loops first; ``solve`` is the same without
the exact solver, which is asked for small instances only. ``solve_covering`` is the rule of a city's plan.
"""

from matchmaking.domain.matching.allocation.instance import UNLIMITED, Instance, Plan, from_judge, instance_of
from matchmaking.domain.matching.allocation.pins import Rest, fix
from matchmaking.domain.matching.allocation.search import Effort
from matchmaking.domain.matching.allocation.solve import (
    Covered,
    most_served,
    solve,
    solve_covering,
    solve_verified,
    warm_up,
)

__all__ = [
    "UNLIMITED",
    "Covered",
    "Effort",
    "Instance",
    "Plan",
    "Rest",
    "fix",
    "from_judge",
    "instance_of",
    "most_served",
    "solve",
    "solve_covering",
    "solve_verified",
    "warm_up",
]

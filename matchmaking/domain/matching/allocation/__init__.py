"""Spreading a batch of needs over products (N35): prices with their proof, a plan, and HiGHS beside it.

``solve(from_judge(columns))`` takes the dict of a benchmark's ``instance()`` and returns the chosen edges, the proved
bound and the prices; ``warm_up()`` compiles the loops first. ``solve_covering`` is the rule of a city's plan.
"""

from matchmaking.domain.matching.allocation.instance import UNLIMITED, Instance, Plan, from_judge, instance_of
from matchmaking.domain.matching.allocation.pins import Rest, fix
from matchmaking.domain.matching.allocation.search import Effort
from matchmaking.domain.matching.allocation.solve import Covered, most_served, solve, solve_covering, warm_up

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
    "warm_up",
]

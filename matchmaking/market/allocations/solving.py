"""From a question to an answer: the instance built, solved under the coverage rule, verified by HiGHS where it is small.

No session here: the worker solves outside every transaction. ``seconds`` of the exact solver 0 leaves it out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from matchmaking.domain.matching.allocation import UNLIMITED, Instance, Plan, Rest, fix, instance_of, solve_covering
from matchmaking.domain.matching.allocation.instance import Ints
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.market.allocations.facts import (
    COUNTY,
    FIRST_LOAN,
    FULL,
    MICRO,
    YUAN,
    Answer,
    Applicant,
    Floor,
    Question,
    worth_of,
)

MILLION = 1_000_000
MILLI = 1_000
MOST_EXACT = 5_000
"""Candidate pairs up to which the exact solver is asked too."""


@dataclass(frozen=True, slots=True)
class _Group:
    kind: str
    area: str
    members: tuple[bool, ...]
    """By place of the applicant; only those with a candidate."""
    least: int


def answer(question: Question, *, seconds: int) -> Answer:
    """The best plan found for ``question``.

    Raises :class:`Refusal` ``allocation_pin_gone`` where a pinned pair is not eligible any more, and what
    ``allocation.fix`` raises.
    """
    groups = tuple(_groups(question))
    instance, order = _instance(question, groups)
    pinned, forbidden = _wished(question, order)
    rest = fix(instance, pinned, forbidden)
    covered = solve_covering(_unserved(rest, instance))
    bound, bound_by, edges = covered.plan.bound, "prices", covered.plan.edges
    if seconds and 0 < len(rest.edges) <= MOST_EXACT:
        bound, bound_by, edges = _verified(_unserved(rest, instance), covered.plan, seconds)
    return _told(question, groups, instance, order, rest, edges, covered.plan, bound, bound_by, covered.served_bound)

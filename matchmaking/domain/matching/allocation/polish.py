"""A city's plan made better part by part: a few products freed, the rest kept, the part solved exactly by HiGHS.

On 231 needs × 50 products one part takes a few hundredths of a second; forty-five of them gain more than ten seconds of
HiGHS on the whole. Which products are freed is chosen by the same generator as the moves of the local search.
"""

from __future__ import annotations

import numpy as np

from matchmaking.domain.matching.allocation.exact import exact
from matchmaking.domain.matching.allocation.instance import Instance, Ints
from matchmaking.domain.matching.allocation.loops import MODULUS, MULTIPLIER
from matchmaking.domain.matching.allocation.pins import fix

PARTS, FREED, SECONDS = 45, 10, 2
"""Parts tried, products freed in each, and seconds that one may take."""


def polish(instance: Instance, plan: Ints, *, parts: int = PARTS, seed: int = 1) -> Ints:
    """The plan after ``parts`` parts; never worth less. Where freeing would free all, one part is all."""
    products, state = len(instance.bank), seed
    for _ in range(parts if products > FREED else 1):
        freed = np.arange(products)
        for place in range(min(FREED, products)):
            state = state * MULTIPLIER % MODULUS
            other = place + state % (products - place)
            freed[place], freed[other] = freed[other], freed[place]
        plan = _part(instance, plan, freed[:FREED])
    return plan


def _part(instance: Instance, plan: Ints, products: Ints) -> Ints:
    """The plan with the picks of ``products`` chosen anew."""
    free, chosen = np.isin(instance.product, products), np.zeros(len(instance.need), np.bool_)
    chosen[plan] = True
    rest = fix(instance, np.flatnonzero(chosen & ~free), np.flatnonzero(~chosen & ~free))
    if not len(rest.edges):
        return plan
    found = exact(rest.instance, start=np.flatnonzero(chosen[rest.edges]), seconds=SECONDS)
    if found.edges is None:
        return plan
    whole = rest.whole(found.edges)
    return whole if instance.worth(whole) > instance.worth(plan) else plan

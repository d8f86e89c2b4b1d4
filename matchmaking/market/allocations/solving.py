"""From a question to an answer: the instance built, solved under the coverage rule, verified by HiGHS where small.

No session here: the worker solves outside every transaction. ``seconds`` of the exact solver 0 leaves it out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from matchmaking.domain.matching.allocation import UNLIMITED, Covered, Instance, fix, instance_of, solve_covering
from matchmaking.domain.matching.allocation.instance import Ints
from matchmaking.domain.matching.allocation.solve import MOST_EXACT
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.market.allocations.facts import (
    COUNTY,
    FIRST_LOAN,
    MICRO,
    MILLI,
    MILLION,
    POINT,
    YUAN,
    Answer,
    Applicant,
    Candidate,
    Floor,
    Question,
    worth_of,
)


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
    rest = fix(instance, *_wished(question, order))
    covered = solve_covering(rest.instance)
    proof = _proof(rest.instance.covering(covered.served), covered)
    if seconds and 0 < len(rest.edges) <= MOST_EXACT:
        proof = _verified(rest.instance, covered, proof, seconds)
    whole = rest.whole(proof.edges)
    placed = len(np.unique(instance.need[whole]))
    return Answer(
        chosen=tuple(order[whole].tolist()),
        unplaced=dict(_unplaced(question, instance, whole)),
        per_wan=_prices(covered.plan.price_use, covered.plan.scale, 10_000),
        per_firm=_prices(covered.plan.price_count, covered.plan.scale, 1),
        floors=tuple(
            Floor(group.kind, group.area, sum(group.members), group.least, _got(instance, group, whole))
            for group in groups
        ),
        value=int(instance.value[whole].sum()),
        bound=proof.bound + int(instance.value[rest.pinned].sum()),
        bound_by=proof.by,
        placed=placed,
        placed_most=proof.served_most + len(np.unique(instance.need[rest.pinned])),
        candidates=len(np.unique(instance.need)),
    )


def _groups(question: Question) -> Iterator[_Group]:
    has = {candidate.applicant for candidate in question.candidates}
    told = list(enumerate(question.applicants))
    areas = sorted({one.area_code for place, one in told if place in has})
    protected = [
        (MICRO, "", tuple(place in has and one.micro for place, one in told)),
        (FIRST_LOAN, "", tuple(place in has and one.first_loan for place, one in told)),
        *((COUNTY, area, tuple(place in has and one.area_code == area for place, one in told)) for area in areas),
    ]
    for kind, area, members in protected:
        if any(members):
            yield _Group(kind, area, members, -(-sum(members) * question.shares[kind] // MILLION))


def _instance(question: Question, groups: tuple[_Group, ...]) -> tuple[Instance, Ints]:
    """The columns of the question; the second says which candidate each edge is."""
    pairs = question.candidates
    amounts = [_amount(question.applicants[pair.applicant]) for pair in pairs]
    banks: dict[int, int] = {}
    return instance_of(
        need=[pair.applicant for pair in pairs],
        product=[pair.offering for pair in pairs],
        value=[
            worth_of(question.applicants[pair.applicant].amount, pair.points)  # type: ignore[arg-type]
            for pair in pairs
        ],
        use=amounts,
        needs=len(question.applicants),
        bank=[banks.setdefault(one.bank_id, len(banks)) for one in question.offerings],
        count=[question.count_most] * len(question.offerings),
        quota=[UNLIMITED if one.quota_minor is None else one.quota_minor // YUAN for one in question.offerings],
        groups=[group.members for group in groups],
        least=[group.least for group in groups],
        per_need=question.per_need,
    )


def _amount(applicant: Applicant) -> int:
    """Whole yuan, rounded up."""
    return 0 if applicant.amount is None else -(-applicant.amount.minor // YUAN)


def _wished(question: Question, order: Ints) -> tuple[Ints, Ints]:
    """Edges that are pinned, and those that are forbidden."""
    pairs = [question.candidates[place] for place in order.tolist()]
    keys = [(question.applicants[p.applicant].need_key, question.offerings[p.offering].product_id) for p in pairs]
    gone = question.pinned - {(need or "", product) for need, product in keys}
    if gone:
        raise Refusal(Reason("allocation_pin_gone", {"count": len(gone)}))
    return tuple(  # type: ignore[return-value]
        np.array([place for place, key in enumerate(keys) if key in wished], np.int64)
        for wished in (question.pinned, question.forbidden)
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Proof:
    """A plan of the rest; no plan that serves as many and lacks no more of the floors is worth more than ``bound``."""

    edges: Ints
    bound: int
    by: str
    served_most: int


def _proof(aimed: Instance, covered: Covered) -> _Proof:
    plan = covered.plan
    return _Proof(plan.edges, plan.bound + _lacking(aimed, plan.edges), "prices", covered.served_bound)


def _lacking(aimed: Instance, plan: Ints) -> int:
    """What the bound counts against a plan that lacks something, and the value does not."""
    short, unserved = aimed.short(plan)
    return aimed.floor_weight * int(short.sum()) + aimed.cover_weight * unserved


def _verified(instance: Instance, covered: Covered, held: _Proof, seconds: int) -> _Proof:
    """The better plan and the lesser bound after the exact solver started from what is held.

    It is asked to serve as many as the bound of prices allows, so that one more is found where there is one.
    """
    from matchmaking.domain.matching.allocation.exact import exact
    from matchmaking.domain.matching.allocation.polish import polish

    aimed = instance.covering(covered.served_bound)
    begun = polish(aimed, held.edges)
    found, plan = exact(aimed, start=begun, seconds=seconds), begun
    if found.edges is not None and found.worth is not None and found.worth > aimed.worth(plan):
        plan = found.edges
    bound = found.bound + _lacking(aimed, plan)
    most = int(instance.fresh[np.unique(instance.need[plan])].sum()) if found.optimal else held.served_most
    # of a run that ran out of time the bound speaks of plans that serve more, unless this one serves as many
    told = found.optimal or aimed.short(plan)[1] == 0
    better = told and (bound < held.bound or plan is not held.edges)
    return _Proof(plan, bound, "solver", most) if better else _Proof(plan, held.bound, held.by, most)


def _prices(column: Ints, scale: int, units: int) -> tuple[int, ...]:
    """Of ``units`` more, in thousandths of a point; a point is 10,000 yuan at full fit."""
    return tuple(price * units * MILLI // (scale * POINT) for price in column.tolist())


def _got(instance: Instance, group: _Group, plan: Ints) -> int:
    return int(np.asarray(group.members)[instance.need[plan]].sum())


def _unplaced(question: Question, instance: Instance, plan: Ints) -> Iterator[tuple[int, str]]:
    """Place of every applicant without a product, and why."""
    placed = set(instance.need[plan].tolist())
    mine: dict[int, list[Candidate]] = {}
    for pair in question.candidates:
        mine.setdefault(pair.applicant, []).append(pair)
    for place, one in enumerate(question.applicants):
        if place not in placed:
            yield place, one.barred or _why(question, one, mine.get(place, []))


def _why(question: Question, applicant: Applicant, pairs: list[Candidate]) -> str:
    if not pairs:
        return "no_eligible"
    offered = [question.offerings[pair.offering] for pair in pairs]
    left = [one for one in offered if (applicant.need_key or "", one.product_id) not in question.forbidden]
    if not left:
        return "forbidden"
    amount = _amount(applicant)
    fits = any(one.quota_minor is None or amount <= one.quota_minor // YUAN for one in left)
    return "quota_full" if fits else "over_quota"

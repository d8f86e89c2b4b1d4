"""One product: what each of its rules shuts out, alone and with others, and what a change of one would open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from matchmaking.domain.matching.catalogue import Need, Product
from matchmaking.domain.matching.criteria import CRITERIA, Criterion
from matchmaking.domain.matching.verdicts import Verdict
from matchmaking.domain.matching.whatif.counting import Asking, Tally
from matchmaking.domain.matching.whatif.masks import Bits, bits_of, met
from matchmaking.domain.matching.whatif.relaxing import asks, steps_of

Places = NDArray[np.intp]
FAR = 2**40
"""Steps: beyond every rule; what no step measures comes last."""


@dataclass(frozen=True, slots=True)
class Held:
    """What one rule keeps out. ``alone``: needs that fail nothing else; ``jointly``: needs that fail it and others;
    ``step``: what one step opens, None for a rule that has no step left. ``alone`` is what taking it away opens."""

    criterion: str
    alone: Tally
    jointly: Tally
    step: Tally | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rules together. ``just``: needs that fail exactly these two; ``both``: what comes in without the two."""

    criteria: tuple[str, str]
    just: Tally
    both: Tally


@dataclass(frozen=True, slots=True)
class Near:
    """A need that fails exactly one rule; ``steps`` of that rule would let it in, None where no step measures it."""

    need: Need
    verdict: Verdict
    steps: int | None


@dataclass(frozen=True, slots=True)
class Trial:
    """A product as it is and as changed: what fits before and after, and which needs the change lets in."""

    before: Tally
    after: Tally
    opened: Tally
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ProductGaps:
    """``bits``: (n,) the criteria each need fails. ``rules``: those that keep somebody out, most money alone first."""

    product: Product
    needs: tuple[Need, ...]
    criteria: tuple[Criterion, ...]
    bits: Bits
    asked: Tally
    fitting: Tally
    rules: tuple[Held, ...]
    pairs: tuple[Pair, ...]

    def failing_only(self, code: str = "") -> Places:
        """Places of needs that fail exactly one criterion: that one, or any."""
        single = (self.bits != 0) & (self.bits & (self.bits - 1) == 0)
        if code:
            single &= self.bits == _bit(self.criteria, code)
        return np.flatnonzero(single)

    def near(self, on: date, code: str = "") -> tuple[Near, ...]:
        """Needs that fail exactly one rule, those the fewest steps away first, then the smallest share missing, then
        the larger amount."""
        return tuple(sorted((self._near(place, on) for place in self.failing_only(code)), key=_nearness))

    def _near(self, place: np.intp, on: date) -> Near:
        need, criterion = self.needs[place], self.criteria[int(self.bits[place]).bit_length() - 1]
        verdict = criterion.verdict(need, self.product, on)
        return Near(need, verdict, steps_of(criterion, verdict))


def product_gaps(
    needs: Sequence[Need],
    product: Product,
    on: date,
    *,
    firms: Mapping[str, str] | None = None,
    criteria: Sequence[Criterion] = CRITERIA,
) -> ProductGaps:
    """What ``product`` keeps out of ``needs`` on ``on``. ``firms``: key of a need → its firm, each counted once.

    Raises :class:`Refusal` ``currency_mismatch``.
    """
    stepped = [criterion.stepped(product) for criterion in criteria]
    bits = bits_of(met(needs, _variants(product, stepped), on, criteria))
    now, asking = bits[:, 0], Asking.of(needs, firms)
    rules = [
        _held(asking, now, bits[:, place + 1] if changed != product else None, 1 << place, criterion.code)
        for place, (criterion, changed) in enumerate(zip(criteria, stepped, strict=True))
    ]
    kept = [rule for rule in rules if rule.alone.needs or rule.jointly.needs]
    return ProductGaps(
        product, tuple(needs), tuple(criteria), now, asking.all(), asking.tally(now == 0),
        tuple(sorted(kept, key=_weight)), _pairs(asking, now, criteria),
    )  # fmt: skip


def trial(
    needs: Sequence[Need],
    product: Product,
    changed: Product,
    on: date,
    *,
    firms: Mapping[str, str] | None = None,
    criteria: Sequence[Criterion] = CRITERIA,
) -> Trial:
    """``product`` and what was made of it, both matched with ``needs``."""
    bits, asking = bits_of(met(needs, _variants(product, [changed]), on, criteria)), Asking.of(needs, firms)
    before, after = (bits[:, place] == 0 for place in (0, 1))
    opened = np.flatnonzero(after & ~before)
    return Trial(
        asking.tally(before),
        asking.tally(after),
        asking.tally(opened),
        tuple(needs[place] for place in opened.tolist()),
    )


def tried(product: Product, codes: Sequence[str], criteria: Sequence[Criterion] = CRITERIA) -> tuple[Criterion, ...]:
    """Rules of ``codes`` that ``product`` has; all that it has without any."""
    return tuple(one for one in criteria if (not codes or one.code in codes) and asks(one, product))


def _variants(product: Product, changed: Sequence[Product]) -> list[Product]:
    return [replace(one, key=f"{place}") for place, one in enumerate([product, *changed])]


def _held(asking: Asking, now: Bits, stepped: Bits | None, bit: int, code: str) -> Held:
    alone = now == bit
    step = None if stepped is None else asking.tally((stepped == 0) & (now != 0))
    return Held(code, asking.tally(alone), asking.tally((now & bit != 0) & ~alone), step)


def _pairs(asking: Asking, now: Bits, criteria: Sequence[Criterion]) -> tuple[Pair, ...]:
    """Pairs of which at least one need fails exactly the two; most money first."""
    found = []
    for (left, one), (right, other) in combinations(enumerate(criteria), 2):
        both = 1 << left | 1 << right
        if (just := now == both).any():
            opened = (now != 0) & (now & ~both == 0)
            found.append(Pair((one.code, other.code), asking.tally(just), asking.tally(opened)))
    return tuple(sorted(found, key=lambda pair: (-pair.both.minor, -pair.both.needs, pair.criteria)))


def _bit(criteria: Sequence[Criterion], code: str) -> int:
    return next((1 << place for place, one in enumerate(criteria) if one.code == code), 0)


def _weight(rule: Held) -> tuple[int, int, int, str]:
    return -rule.alone.minor, -rule.alone.firms, -rule.jointly.minor, rule.criterion


def _nearness(near: Near) -> tuple[int, int, int, str]:
    gap = near.verdict.gap
    steps = FAR if near.steps is None else near.steps
    return steps, gap.share_ppm if gap and near.steps is not None else 0, -near.need.amount.minor, near.need.key

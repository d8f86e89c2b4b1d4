"""A whole catalogue: whom no product serves, which rules are in the way, and which single change would serve most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from matchmaking.domain.matching.catalogue import Need, Product
from matchmaking.domain.matching.criteria import CRITERIA, Criterion
from matchmaking.domain.matching.whatif.counting import NOTHING, Asking, Tally
from matchmaking.domain.matching.whatif.masks import Bits, bits_of, blocks, met
from matchmaking.domain.matching.whatif.one_product import Pair

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class RuleGap:
    """One rule over all products. ``alone``: needs that it keeps out of some product by itself; ``jointly``: needs that
    it keeps out of some product together with others; ``serves``: needs served by nobody that would be, were it taken
    away everywhere; ``step``: those that would be, did every product take one step in it."""

    criterion: str
    alone: Tally
    jointly: Tally
    serves: Tally
    step: Tally


@dataclass(frozen=True, slots=True)
class SingleChange:
    """One rule of one product. Of the needs that no product serves: ``away`` would be served without the rule,
    ``step`` with one step less of it."""

    product: str
    criterion: str
    away: Tally
    step: Tally


@dataclass(frozen=True, slots=True, eq=False)
class Unserved:
    """The needs that no product serves, and how: ``places`` of the needs; ``bits``: (u, m) what each fails where."""

    places: Places
    bits: Bits

    def failing_one(self) -> tuple[Places, Places, Places]:
        """Pairs that fail exactly one criterion: rows of ``places``, products, criteria."""
        rows, products = np.nonzero((self.bits != 0) & (self.bits & (self.bits - 1) == 0))
        # exact: a float holds every power of two
        return rows, products, np.log2(self.bits[rows, products]).astype(np.intp)


@dataclass(frozen=True, slots=True, eq=False)
class CatalogueGaps:
    """``served_by``: (n,) how many products take each need. ``rules``, ``pairs``, ``changes``: what would serve the
    most money first; ``pairs`` and ``changes`` only where they would serve somebody."""

    needs: tuple[Need, ...]
    products: tuple[Product, ...]
    criteria: tuple[Criterion, ...]
    served_by: Places
    asked: Tally
    served: Tally
    nobody: Tally
    unserved: Unserved
    rules: tuple[RuleGap, ...]
    pairs: tuple[Pair, ...]
    changes: tuple[SingleChange, ...]


def catalogue_gaps(
    needs: Sequence[Need],
    products: Sequence[Product],
    on: date,
    *,
    firms: Mapping[str, str] | None = None,
    criteria: Sequence[Criterion] = CRITERIA,
) -> CatalogueGaps:
    """What all ``products`` together keep out of ``needs`` on ``on``. ``firms``: key of a need → its firm.

    Raises :class:`Refusal` ``currency_mismatch``, ``ValueError`` for a key that stands twice.
    """
    asking, seen = Asking.of(needs, firms), _seen(needs, products, on, criteria)
    unserved = Unserved(np.flatnonzero(seen.served_by == 0), seen.left)
    one = unserved.failing_one()
    opened = _stepped(needs, products, on, criteria, unserved, one)
    rules = [
        RuleGap(
            criterion.code, asking.tally(seen.alone[place]), asking.tally(seen.jointly[place]),
            asking.tally(np.unique(unserved.places[one[0][one[2] == place]])),
            asking.tally(np.flatnonzero(_any(opened, len(needs), place))),
        )
        for place, criterion in enumerate(criteria)
    ]  # fmt: skip
    return CatalogueGaps(
        tuple(needs), tuple(products), tuple(criteria), seen.served_by, asking.all(),
        asking.tally(seen.served_by != 0), asking.tally(unserved.places), unserved,
        tuple(sorted((rule for rule in rules if rule.alone.needs or rule.jointly.needs), key=_rule_weight)),
        _pairs(asking, unserved, criteria), _changes(asking, products, criteria, unserved, one, opened),
    )  # fmt: skip


# --- one pass over every pair -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """``alone``, ``jointly``: (c, n) masks; ``left``: the bits of the needs that nobody serves."""

    served_by: Places
    alone: NDArray[np.bool_]
    jointly: NDArray[np.bool_]
    left: Bits


def _seen(needs: Sequence[Need], products: Sequence[Product], on: date, criteria: Sequence[Criterion]) -> _Seen:
    batch = met(needs, products, on, criteria)
    served_by = np.zeros(len(needs), np.intp)
    alone, jointly = (np.zeros((len(criteria), len(needs)), np.bool_) for _ in range(2))
    left = [np.empty((0, len(products)), np.int64)]
    for rows, bits in blocks(batch):
        served_by[rows] = (bits == 0).sum(axis=1)
        single = bits & (bits - 1) == 0
        ones, several = np.where(single, bits, 0), np.where(single, 0, bits)
        by_alone, by_several = (np.bitwise_or.reduce(part, axis=1) for part in (ones, several))
        for place in range(len(criteria)):
            alone[place, rows] = by_alone >> place & 1
            jointly[place, rows] = by_several >> place & 1
        left.append(bits[served_by[rows] == 0])
    return _Seen(served_by, alone, jointly, np.concatenate(left))


# --- changes ------------------------------------------------------------------------------------------------------

_Opened = Mapping[tuple[int, int], Places]
"""(product, criterion) → places of the needs that one step of it serves."""


def _stepped(
    needs: Sequence[Need], products: Sequence[Product], on: date, criteria: Sequence[Criterion], unserved: Unserved,
    one: tuple[Places, Places, Places],
) -> _Opened:  # fmt: skip
    """Every product with one step less of every rule that keeps an unserved need out, matched with those needs."""
    wanted = sorted(set(zip(one[1].tolist(), one[2].tolist(), strict=True)))
    changed = [(at, criteria[at[1]].stepped(products[at[0]])) for at in wanted]
    variants = [(at, product) for at, product in changed if product != products[at[0]]]
    asked = [needs[place] for place in unserved.places]
    found = [replace(product, key=f"{place}") for place, (_, product) in enumerate(variants)]
    if not found:
        return {}
    served = bits_of(met(asked, found, on, criteria)) == 0
    return {at: unserved.places[served[:, place]] for place, (at, _) in enumerate(variants)}


def _any(opened: _Opened, count: int, criterion: int) -> NDArray[np.bool_]:
    found = np.zeros(count, np.bool_)
    for (_, place), needs in opened.items():
        if place == criterion:
            found[needs] = True
    return found


def _changes(
    asking: Asking, products: Sequence[Product], criteria: Sequence[Criterion], unserved: Unserved,
    one: tuple[Places, Places, Places], opened: _Opened,
) -> tuple[SingleChange, ...]:  # fmt: skip
    rows, where, which = one
    slot = where * len(criteria) + which
    order = np.argsort(slot, kind="stable")
    slots, starts = np.unique(slot[order], return_index=True)
    found = []
    for at, some in zip(slots.tolist(), np.split(rows[order], starts)[1:], strict=True):
        product, criterion = divmod(at, len(criteria))
        step = opened.get((product, criterion))
        step_tally = NOTHING if step is None else asking.tally(step)
        away = asking.tally(unserved.places[some])
        found.append(SingleChange(products[product].key, criteria[criterion].code, away, step_tally))
    return tuple(sorted(found, key=_change_weight))


def _pairs(asking: Asking, unserved: Unserved, criteria: Sequence[Criterion]) -> tuple[Pair, ...]:
    """Two rules taken away everywhere: ``both`` are served then, ``just`` of them not by either alone."""
    few = np.bitwise_count(unserved.bits) <= 2 if len(unserved.places) else np.zeros_like(unserved.bits, np.bool_)
    rows, products = np.nonzero(few)
    bits = unserved.bits[rows, products]
    found = []
    for (left, one), (right, other) in combinations(enumerate(criteria), 2):
        both = 1 << left | 1 << right
        if not (bits == both).any():
            continue
        served, alone = (
            np.unique(rows[mask]) for mask in (bits & ~both == 0, (bits == 1 << left) | (bits == 1 << right))
        )
        just = np.setdiff1d(served, alone)
        if len(just):
            tallies = (asking.tally(unserved.places[some]) for some in (just, served))
            found.append(Pair((one.code, other.code), *tallies))
    return tuple(sorted(found, key=lambda pair: (-pair.both.minor, -pair.both.needs, pair.criteria)))


def _rule_weight(rule: RuleGap) -> tuple[int, int, int, str]:
    return -rule.serves.minor, -rule.alone.minor, -rule.jointly.minor, rule.criterion


def _change_weight(change: SingleChange) -> tuple[int, int, int, str, str]:
    return -change.away.needs, -change.away.minor, -change.step.needs, change.product, change.criterion

"""What the engine works on: columns of both sides, predicates between them, the terms of a score, and what it found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Places = NDArray[np.intp]
Words = NDArray[np.uint64]
Column = NDArray[Any]
NOBODY = -1
PER_NEED, PER_PRODUCT = 10, 20


def within(figure: Any, low: Any, high: Any) -> Any:
    """Whether ``low <= figure <= high``, for ints and for arrays."""
    return (figure >= low) & (figure <= high)


@dataclass(frozen=True, slots=True, eq=False)
class Range:
    """Figures of needs (n,) against the bounds of products (m,), both ends included. int64."""

    figures: Column
    low: Column
    high: Column

    def block(self, rows: slice) -> Mask:
        """(r, m) for a run of needs."""
        found: Mask = within(self.figures[rows, None], self.low, self.high)
        return found

    def pairs(self, needs: Places, products: Places) -> Mask:
        """(p,) for pairs."""
        found: Mask = within(self.figures[needs], self.low[products], self.high[products])
        return found

    def taken(self, needs: Any, products: Any) -> Range:
        """Of these needs and products (places or slices)."""
        return Range(self.figures[needs], self.low[products], self.high[products])


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Needs against products by key: need i meets product j where ``table[keys[i], j]``. ``values``: what each key
    stands for, where that is told."""

    keys: Places
    table: Mask
    values: tuple[Any, ...] = ()

    def block(self, rows: slice) -> Mask:
        """(r, m) for a run of needs."""
        found: Mask = self.table[self.keys[rows]]
        return found

    def pairs(self, needs: Places, products: Places) -> Mask:
        """(p,) for pairs."""
        found: Mask = self.table[self.keys[needs], products]
        return found

    def taken(self, needs: Any, products: Any) -> Table:
        """Of these needs and products (places or slices)."""
        return Table(self.keys[needs], self.table[:, products], self.values)


Predicate = Range | Table


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """One term of the score: ``weight × fit(need, product, meets, settings)``.

    ``fit`` takes tuples of figures and is pure arithmetic on them, so that it does the same to one pair, to columns of
    pairs and when it is compiled. ``weight`` is a number, or one per need (n,).
    """

    fit: Callable[[Any, Any, Any, Any], Any]
    need: tuple[Column, ...]
    product: tuple[Column, ...]
    weight: Any = 1
    meets: Table | None = None

    def taken(self, needs: Any, products: Any) -> Term:
        """Of these needs and products (places or slices)."""
        return replace(
            self,
            need=tuple(column[needs] for column in self.need),
            product=tuple(column[products] for column in self.product),
            weight=self.weight[needs] if isinstance(self.weight, np.ndarray) else self.weight,
            meets=self.meets.taken(needs, products) if self.meets else None,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """``needs`` × ``products``: which pairs are eligible, and what each scores. ``dtype`` is that of the score.

    Among equal scores the lower place comes first: see :func:`ranked` for another order.
    """

    needs: int
    products: int
    predicates: Sequence[Predicate]
    terms: Sequence[Term]
    settings: Any = None
    dtype: Any = np.int64

    def taken(self, needs: Any = slice(None), products: Any = slice(None)) -> Market:
        """The part with these needs and products (places or slices)."""
        return replace(
            self,
            needs=len(range(self.needs)[needs]) if isinstance(needs, slice) else len(needs),
            products=len(range(self.products)[products]) if isinstance(products, slice) else len(products),
            predicates=[predicate.taken(needs, products) for predicate in self.predicates],
            terms=[term.taken(needs, products) for term in self.terms],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """``eligible``: (n,) how many products each need may have. ``need_best``, ``need_score``: (n, k) places and scores,
    best first; ``product_best``, ``product_score`` (m, k) likewise. Where a list is shorter the place is ``NOBODY`` and
    the score means nothing. ``words``: (n, ⌈m/64⌉) the eligible pairs as bits, where they were to be kept."""

    eligible: NDArray[np.int32]
    need_best: NDArray[np.int32]
    need_score: Column
    product_best: NDArray[np.int32]
    product_score: Column
    words: Words | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """How long the lists are, and whether the eligible pairs are kept as bits (n × m / 8 bytes)."""

    per_need: int = PER_NEED
    per_product: int = PER_PRODUCT
    bits: bool = False


def score_of(market: Market, needs: Any, products: Any) -> Column:
    """Scores of pairs of places: (p,), or (r, m) for places that broadcast."""
    shape = np.broadcast_shapes(np.shape(needs), np.shape(products))
    total = np.zeros(shape, market.dtype)
    if not total.size:
        return total
    for term in market.terms:
        mine = tuple(column[needs] for column in term.need)
        theirs = tuple(column[products] for column in term.product)
        meets = term.meets.pairs(needs, products) if term.meets else np.bool_(False)
        fit = term.fit(mine, theirs, meets, market.settings)
        weight = term.weight[needs] if isinstance(term.weight, np.ndarray) else term.weight
        total += weight * fit
    return total

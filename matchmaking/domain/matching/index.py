"""Columns: a catalogue indexed once, a batch of needs set against it, and the points of chosen pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaking.domain.matching.between import OPEN
from matchmaking.domain.matching.catalogue import Need, Product
from matchmaking.domain.matching.criteria import CRITERIA, Criterion
from matchmaking.domain.matching.engine.columns import Mask, Places
from matchmaking.domain.matching.lines import Line
from matchmaking.domain.matching.points import LINES
from matchmaking.domain.matching.policy import Policy
from matchmaking.domain.reasons import Reason, Refusal

Figures = NDArray[np.int64]


class Catalogue:
    """Products in columns, ready to be matched; made anew when a product changes. Holds nothing of any day.

    ``criteria`` and ``lines`` are those of the house unless a caller tries out others. Keys are unique; one currency.
    """

    def __init__(
        self,
        products: Sequence[Product],
        *,
        criteria: Sequence[Criterion] = CRITERIA,
        lines: Sequence[Line] = LINES,
    ) -> None:
        self.products = tuple(products)
        self.criteria = tuple(criteria)
        self.lines = tuple(lines)
        self.currency = only_currency(product.currency for product in self.products)
        self.keys = tuple(product.key for product in self.products)
        self.order = product_order(self.products)
        self._indexes: list[Any] = [criterion.index(self.products) for criterion in self.criteria]
        self._figures = [columns([line.product(product) for product in self.products]) for line in self.lines]
        self._overlaps = [line.overlap.index(self.products) if line.overlap else None for line in self.lines]

    @cached_property
    def alike(self) -> Places:
        """(c, m) for each criterion a number per product: those of one number ask the same."""
        known: list[dict[Any, int]] = [{} for _ in self.criteria]
        rows = [
            [numbers.setdefault(criterion.decides(product), len(numbers)) for product in self.products]
            for criterion, numbers in zip(self.criteria, known, strict=True)
        ]
        return np.array(rows, np.intp).reshape(len(self.criteria), len(self.products))

    @cached_property
    def key_rank(self) -> Places:
        """(m,) the place of each product's key when they are sorted."""
        return key_order(self.keys)

    def meet(self, needs: Sequence[Need], on: date) -> Batch:
        """``needs`` set against it on a day. :class:`Refusal` ``currency_mismatch`` where currencies differ."""
        only_currency([*(need.amount.currency for need in needs), *([self.currency] if self.currency else [])])
        order = key_order([need.key for need in needs])
        meetings = [c.meet(needs, index, on) for c, index in zip(self.criteria, self._indexes, strict=True)]
        figures = [columns([line.need(need, on) for need in needs]) for line in self.lines]
        overlaps = [
            line.overlap.meet(needs, accepted, on) if line.overlap and accepted else None
            for line, accepted in zip(self.lines, self._overlaps, strict=True)
        ]
        stated = np.array([[line.stated(need) for line in self.lines] for need in needs], np.bool_)
        stated = stated.reshape(len(needs), len(self.lines))
        return Batch(self, tuple(needs), order, meetings, figures, overlaps, self._figures, stated, on)

    def meet_again(self, batch: Batch) -> Batch:
        """The needs of ``batch`` set against this one instead, on the same day; nothing of them is read anew."""
        meetings = [
            c.again(met, index) for c, met, index in zip(self.criteria, batch.meetings, self._indexes, strict=True)
        ]
        overlaps = [
            line.overlap.again(met, accepted) if line.overlap and accepted else None
            for line, met, accepted in zip(self.lines, batch.overlaps, self._overlaps, strict=True)
        ]
        return replace(batch, catalogue=self, meetings=meetings, overlaps=overlaps, product_figures=self._figures)


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Needs × products on a day. Masks by runs of needs; points by pairs of places.

    ``stated``: (n, l) which needs say what a line is about.
    """

    catalogue: Catalogue
    needs: tuple[Need, ...]
    order: Places
    meetings: Sequence[Any]
    need_figures: Sequence[tuple[Figures, ...]]
    overlaps: Sequence[Any]
    product_figures: Sequence[tuple[Figures, ...]]
    stated: Mask
    on: date

    def runs(self, cells: int) -> Iterator[slice]:
        """Runs of needs of about ``cells`` pairs each."""
        rows = max(cells // max(len(self.catalogue.products), 1), 1)
        return (slice(start, min(start + rows, len(self.needs))) for start in range(0, len(self.needs), rows))

    def eligible(self, rows: slice) -> Mask:
        """(r, m) pairs that pass every criterion."""
        found: Mask = np.ones((rows.stop - rows.start, len(self.catalogue.products)), np.bool_)
        for meeting in self.meetings:
            found &= meeting.block(rows)
        return found

    def missing_one(self, rows: slice) -> tuple[Places, Places, Places]:
        """(p,) the pairs of a run of needs that fail just one criterion: needs, products, and which criterion."""
        width = len(self.catalogue.products)
        once, more = (np.zeros((rows.stop - rows.start, width), np.bool_) for _ in range(2))
        missing = [~meeting.block(rows) for meeting in self.meetings]
        for missed in missing:
            more |= once & missed
            once |= missed
        flat = np.flatnonzero(once & ~more)
        mine = flat // max(width, 1)
        needs, products = mine + rows.start, flat - mine * width
        which = np.zeros(len(flat), np.intp)
        for place, missed in enumerate(missing):
            which[missed.ravel()[flat]] = place
        return needs, products, which

    def points(self, needs: Places, products: Places, policy: Policy) -> Figures:
        """(p,) thousandths of points of pairs; also of pairs that are not eligible."""
        total = np.zeros(len(needs), np.int64)
        if not len(needs):
            return total
        pattern, weights = self.weights(policy)
        mine = pattern[needs]
        for place, line in enumerate(self.catalogue.lines):
            if policy.weights.get(line.code):
                total += weights[mine, place] * self._fit(place, line, needs, products, policy)
        return total

    def weights(self, policy: Policy) -> tuple[Places, Figures]:
        """(n,) which pattern of stated wishes each need has; (patterns, l) whole points of each line under it."""
        codes = [line.code for line in self.catalogue.lines]
        # a pattern as one number: rows of booleans are slow to tell apart
        numbers = self.stated @ (np.int64(1) << np.arange(len(codes)))
        patterns, pattern = np.unique(numbers, return_inverse=True)
        bits = ((int(row), enumerate(codes)) for row in patterns)
        shared = [policy.shared([code for place, code in each if row >> place & 1]) for row, each in bits]
        weights = np.array([[points.get(code, 0) for code in codes] for points in shared], np.int64)
        return pattern.reshape(-1), weights.reshape(len(patterns), len(codes))

    def _fit(self, place: int, line: Line, needs: Places, products: Places, policy: Policy) -> Any:
        mine = tuple(column[needs] for column in self.need_figures[place])
        theirs = tuple(column[products] for column in self.product_figures[place])
        overlap = self.overlaps[place]
        meets = overlap.pairs(needs, products) if overlap else np.bool_(False)
        return line.fit(mine, theirs, meets, policy.numbers)


def columns(rows: Sequence[tuple[int, ...]]) -> tuple[Figures, ...]:
    """Rows of ints as int64 columns."""
    return tuple(np.array(column, np.int64) for column in zip(*rows, strict=True))


def key_order(keys: Sequence[str]) -> Places:
    """Place of each key when they are sorted. ``ValueError`` for a key that stands twice."""
    ordered = sorted(range(len(keys)), key=keys.__getitem__)
    if len(set(keys)) != len(keys):
        raise ValueError("two needs with one key")
    return _ranks(ordered)


def product_order(products: Sequence[Product]) -> Places:
    """Place of each product where points are equal: the lower rate first, then the faster promise, then the key."""
    keys = [product.key for product in products]
    if len(set(keys)) != len(keys):
        raise ValueError("two products with one key")
    return _ranks(sorted(range(len(keys)), key=lambda place: tie_break(products[place])))


def tie_break(product: Product) -> tuple[int, int, str]:
    """What decides between products of equal points: yearly rate, days promised (none stands last), key."""
    return product.lowest_rate_ppm, OPEN if product.promised_days is None else product.promised_days, product.key


def _ranks(ordered: Sequence[int]) -> Places:
    rank = np.empty(len(ordered), np.intp)
    rank[list(ordered)] = np.arange(len(ordered))
    return rank


def only_currency(found: Any) -> str | None:
    """The one currency of them all, None of nothing."""
    currencies = sorted(set(found))
    if len(currencies) > 1:
        raise Refusal(Reason("currency_mismatch", {"left": currencies[0], "right": currencies[1]}))
    return currencies[0] if currencies else None

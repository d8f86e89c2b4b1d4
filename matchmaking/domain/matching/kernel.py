"""Whole batches: which pairs are eligible, how well they fit, and both ranked lists. Dense NumPy in blocks of needs.

The one interface that an engine has to offer is :func:`match` with :class:`Matches`; whatever is faster takes its place
behind it and is held to the same answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matchmaking.domain.matching.catalogue import Need, Product
from matchmaking.domain.matching.index import Batch, Catalogue
from matchmaking.domain.matching.policy import Policy
from matchmaking.domain.matching.ranking import NOBODY, BestOfColumns, best_of_rows, marks, unmark
from matchmaking.domain.matching.sets import Mask

CELLS = 2**18
"""Pairs in one block: its arrays stay in the second-level cache."""
PER_NEED, PER_PRODUCT = 10, 20


@dataclass(frozen=True, slots=True)
class Match:
    """One eligible pair: keys and thousandths of points."""

    need: str
    product: str
    points: int


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """What a run found, for ``policy_version`` on ``on``. Only eligible pairs are in the lists.

    ``packed``: (n, ⌈m/8⌉) eligible pairs as bits. ``need_best``, ``need_points``: (n, k) places of products and their
    points, best first; ``product_best``, ``product_points``: (m, k) places of needs. −1 where a list is shorter.
    """

    needs: tuple[str, ...]
    products: tuple[str, ...]
    policy_version: str
    on: date
    packed: NDArray[np.uint8]
    need_best: NDArray[np.int32]
    need_points: NDArray[np.int32]
    product_best: NDArray[np.int32]
    product_points: NDArray[np.int32]

    @property
    def eligible(self) -> Mask:
        """(n, m) which pairs pass every criterion."""
        bits = np.unpackbits(self.packed, axis=1, count=len(self.products))
        return bits.astype(np.bool_)

    @property
    def eligible_count(self) -> int:
        """How many pairs pass every criterion."""
        return int(np.bitwise_count(self.packed).sum(dtype=np.int64))

    def of_need(self, place: int) -> tuple[Match, ...]:
        """The best products of the need at ``place``."""
        best, points = self.need_best[place].tolist(), self.need_points[place].tolist()
        found = zip(best, points, strict=True)
        return tuple(Match(self.needs[place], self.products[j], p) for j, p in found if j != NOBODY)

    def of_product(self, place: int) -> tuple[Match, ...]:
        """The best needs of the product at ``place``."""
        best, points = self.product_best[place].tolist(), self.product_points[place].tolist()
        found = zip(best, points, strict=True)
        return tuple(Match(self.needs[i], self.products[place], p) for i, p in found if i != NOBODY)


def match(
    needs: Sequence[Need],
    products: Sequence[Product] | Catalogue,
    policy: Policy,
    on: date,
    *,
    per_need: int = PER_NEED,
    per_product: int = PER_PRODUCT,
) -> Matches:
    """Match every need with every product on ``on``.

    ``products`` may be a :class:`Catalogue`, indexed before. A need's list is ordered by points downward, then by the
    lower rate, the faster promise and the key; a product's list by points downward, then the need's key.
    Raises :class:`Refusal` ``currency_mismatch``, ``ValueError`` for a key that stands twice.
    """
    catalogue = products if isinstance(products, Catalogue) else Catalogue(products)
    batch = catalogue.meet(needs, on)
    columns = BestOfColumns(len(catalogue.products), per_product)
    blocks = [_block(batch, rows, policy, per_need, columns) for rows in batch.runs(CELLS)]
    width = (len(catalogue.products) + 7) // 8
    packed = np.concatenate([np.empty((0, width), np.uint8), *(bits for bits, _ in blocks)])
    best = np.concatenate([np.empty((0, per_need), np.int64), *(best for _, best in blocks)])
    return Matches(
        tuple(need.key for need in batch.needs),
        tuple(product.key for product in catalogue.products),
        policy.version,
        on,
        packed,
        *unmark(best, catalogue.order),
        *unmark(columns.done(), batch.order),
    )


def _block(
    batch: Batch, rows: slice, policy: Policy, k: int, columns: BestOfColumns
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """One run of needs: its eligible pairs as bits and each need's best marks; feeds the products' lists."""
    mask = batch.eligible(rows)
    mine, theirs = np.nonzero(mask)
    points = batch.points(mine + rows.start, theirs, policy)
    order = batch.catalogue.order
    found = marks(points, order[theirs], len(order))
    columns.feed(theirs, marks(points, batch.order[mine + rows.start], len(batch.order)))
    return np.packbits(mask, axis=1), best_of_rows(mask.shape, mine, theirs, found, k)


@dataclass(frozen=True, slots=True)
class Miss:
    """A pair that fails exactly one criterion, by places in the batch and the catalogue; ``points`` as if it passed."""

    need: int
    product: int
    criterion: int
    points: int


def misses(batch: Batch, policy: Policy) -> Iterator[Miss]:
    """Every pair that fails exactly one criterion, in the order of needs and products."""
    for rows in batch.runs(CELLS):
        count, which = batch.failing(rows)
        mine, theirs = np.nonzero(count == 1)
        points = batch.points(mine + rows.start, theirs, policy)
        missed = which[mine, theirs]
        places = ((mine + rows.start).tolist(), theirs.tolist(), missed.tolist(), points.tolist())
        yield from (Miss(*pair) for pair in zip(*places, strict=True))

"""Whole batches: which pairs are eligible, how well they fit, and both ranked lists.

:func:`match` with :class:`Matches` is the one interface; the ``engine`` stands behind it, and a property test holds it
to what the explanation says of every pair.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matchmaking.domain.matching import engine
from matchmaking.domain.matching.catalogue import Need, Product
from matchmaking.domain.matching.engine.columns import NOBODY, PER_NEED, PER_PRODUCT, Column, Wanted
from matchmaking.domain.matching.index import Batch, Catalogue
from matchmaking.domain.matching.market import market_of, mask_of, placed
from matchmaking.domain.matching.policy import Policy
from matchmaking.domain.matching.sets import Mask

CELLS = 2**18
"""Pairs in one block: its arrays stay in the second-level cache."""


@dataclass(frozen=True, slots=True)
class Match:
    """One eligible pair: keys and thousandths of points."""

    need: str
    product: str
    points: int


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """What a run found, for ``policy_version`` on ``on``. Only eligible pairs are in the lists.

    ``packed``: (n, ⌈m/8⌉) eligible pairs as bits, None where they were not to be kept. ``counts``: (n,) how many
    products each need may have. ``need_best``, ``need_points``: (n, k) places of products and their
    points, best first; ``product_best``, ``product_points``: (m, k) places of needs. −1 where a list is shorter.
    """

    needs: tuple[str, ...]
    products: tuple[str, ...]
    policy_version: str
    on: date
    packed: NDArray[np.uint8] | None
    counts: NDArray[np.int32]
    need_best: NDArray[np.int32]
    need_points: NDArray[np.int32]
    product_best: NDArray[np.int32]
    product_points: NDArray[np.int32]

    @property
    def eligible(self) -> Mask:
        """(n, m) which pairs pass every criterion. ``ValueError`` where they were not kept."""
        if self.packed is None:
            raise ValueError("this run kept no pairs")
        bits = np.unpackbits(self.packed, axis=1, count=len(self.products))
        return bits.astype(np.bool_)

    @property
    def eligible_count(self) -> int:
        """How many pairs pass every criterion."""
        return int(self.counts.sum(dtype=np.int64))

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
    executor: engine.Executor = engine.NUMPY,
    threads: int = 1,
    pairs: bool = True,
) -> Matches:
    """Match every need with every product on ``on``.

    ``products`` may be a :class:`Catalogue`, indexed before. A need's list is ordered by points downward, then by the
    lower rate, the faster promise and the key; a product's list by points downward, then the need's key. ``executor``:
    ``numpy``, or ``numba`` in the worker and the shell, or a function that stands in for both; ``pairs``: whether
    every eligible pair is kept as a bit.
    Raises :class:`Refusal` ``currency_mismatch``, ``ValueError`` for a key that stands twice.
    """
    catalogue = products if isinstance(products, Catalogue) else Catalogue(products)
    wanted = {"per_need": per_need, "per_product": per_product}
    return match_batch(
        catalogue.meet(needs, on), policy, executor=executor, threads=threads, pairs=pairs, **wanted
    )  # fmt: skip


def match_batch(
    batch: Batch,
    policy: Policy,
    *,
    per_need: int = PER_NEED,
    per_product: int = PER_PRODUCT,
    executor: engine.Executor = engine.NUMPY,
    threads: int = 1,
    pairs: bool = True,
) -> Matches:
    """As :func:`match`, of needs set against the catalogue before."""
    order, wanted = batch.catalogue.order, Wanted(per_need, per_product, pairs)
    found = engine.match(market_of(batch, policy), wanted, executor=executor, threads=threads)
    found = placed(found, batch.order, order)
    return Matches(
        tuple(need.key for need in batch.needs),
        batch.catalogue.keys,
        policy.version,
        batch.on,
        None if found.words is None else np.packbits(mask_of(found, order), axis=1),
        found.eligible,
        found.need_best,
        found.need_score,
        found.product_best,
        found.product_score,
    )


@dataclass(frozen=True, slots=True)
class Miss:
    """A pair that fails exactly one criterion, by places in the batch and the catalogue; ``points`` as if it passed."""

    need: int
    product: int
    criterion: int
    points: int


def misses(batch: Batch, policy: Policy) -> Iterator[Miss]:
    """Every pair that fails exactly one criterion, in the order of needs and products."""
    for places in missing(batch, policy):
        yield from (Miss(*pair) for pair in zip(*(column.tolist() for column in places), strict=True))


def missing(batch: Batch, policy: Policy) -> Iterator[tuple[Column, Column, Column, Column]]:
    """The same in columns, by runs of needs: needs, products, criteria, points."""
    for needs, products, criteria in missing_one(batch):
        yield needs, products, criteria, batch.points(needs, products, policy)


def missing_one(batch: Batch) -> Iterator[tuple[Column, Column, Column]]:
    """The same without points."""
    return (batch.missing_one(rows) for rows in batch.runs(CELLS))

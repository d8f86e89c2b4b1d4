"""Matches kept up to date: a changed need is a row, a changed product a column; the rest stands.

The row of a changed need is reckoned against the indexed catalogue, the column of a changed product against the needs'
columns, which are not read anew. A list of the other side is mended in place; it is filled up again only where somebody
on a full list got worse, for then whoever stood below may enter. The answer is that of a run from the start: a property
test holds it to that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaking.domain.matching.catalogue import Need, Product
from matchmaking.domain.matching.engine.columns import NOBODY, PER_NEED, PER_PRODUCT
from matchmaking.domain.matching.index import Batch, Catalogue, tie_break
from matchmaking.domain.matching.kernel import Matches, match_batch
from matchmaking.domain.matching.policy import Policy

Mark = tuple[Any, ...]
"""(−points, whatever settles ties): the smaller is the better."""


@dataclass(slots=True)
class Lists:
    """Best places and points of one side, best first, ``NOBODY`` where shorter. ``tie``: place → what settles ties."""

    best: NDArray[np.int32]
    points: NDArray[np.int32]
    tie: Callable[[int], Mark]

    def mend(self, row: int, place: int, points: int | None, was: Mark | None) -> bool:
        """``place`` now scores ``points`` (None: no longer eligible); False where the list must be made anew.

        ``was``: its mark before, where it stood on the list.
        """
        k = self.best.shape[1]
        held = [(-int(p), *self.tie(int(one)), int(one), int(p)) for one, p in
                zip(self.best[row], self.points[row], strict=True) if one not in (NOBODY, place)]  # fmt: skip
        full = len(held) + (was is not None) == k
        last = max([mark[:-2] for mark in held] + ([was] if was is not None else []), default=None)
        mark = None if points is None else (-points, *self.tie(place))
        if full and was is not None and (mark is None or (last is not None and mark > last)):
            return False
        if mark is not None:
            held.append((*mark, place, int(points or 0)))
        held = sorted(held)[:k]
        self.best[row], self.points[row] = NOBODY, NOBODY
        for nth, one in enumerate(held):
            self.best[row, nth], self.points[row, nth] = one[-2], one[-1]
        return True


class Standing:
    """What a run found, kept true while needs and products change. ``remade``: lists that had to be made anew."""

    def __init__(
        self, needs: Sequence[Need], products: Sequence[Product], policy: Policy, on: date, *,
        per_need: int = PER_NEED, per_product: int = PER_PRODUCT,
    ) -> None:  # fmt: skip
        self.needs, self.products = list(needs), list(products)
        self.policy, self.on, self.remade = policy, on, 0
        self._per_need, self._per_product = per_need, per_product
        self._catalogue: Catalogue | None = None
        self._batch: Batch | None = None
        found = match_batch(self._asking(), policy, per_need=self._per_need, per_product=self._per_product)
        self.eligible = found.eligible
        self.of_needs = Lists(found.need_best.copy(), found.need_points.copy(), self._product_tie)
        self.of_products = Lists(found.product_best.copy(), found.product_points.copy(), self._need_tie)

    def change_need(self, place: int, need: Need) -> None:
        """The need at ``place`` is now this one, of the same key. ``ValueError`` for another key."""
        _same(self.needs[place].key, need.key)
        before = {int(j): self._mark_of(self.of_products, int(j), place) for j in np.flatnonzero(self.eligible[place])}
        self.needs[place], self._batch = need, None
        batch = self._offering().meet([need], self.on)
        found = match_batch(batch, self.policy, per_need=self._per_need, per_product=self._per_product)
        self.eligible[place] = found.eligible[0]
        self.of_needs.best[place], self.of_needs.points[place] = found.need_best[0], found.need_points[0]
        now = _points(batch, np.flatnonzero(self.eligible[place]), self.policy, of_need=True)
        for j in sorted({*before, *now}):
            if not self.of_products.mend(j, place, now.get(j), before.get(j)):
                self._remake_product(j)

    def change_product(self, place: int, product: Product) -> None:
        """The product at ``place`` is now this one, of the same key. ``ValueError`` for another key."""
        _same(self.products[place].key, product.key)
        before = {int(i): self._mark_of(self.of_needs, int(i), place) for i in np.flatnonzero(self.eligible[:, place])}
        asking = self._asking()
        self.products[place], self._catalogue = product, None
        batch = Catalogue([product]).meet_again(asking)
        found = match_batch(batch, self.policy, per_need=self._per_need, per_product=self._per_product)
        self.eligible[:, place] = found.eligible[:, 0]
        self.of_products.best[place], self.of_products.points[place] = found.product_best[0], found.product_points[0]
        now = _points(batch, np.flatnonzero(self.eligible[:, place]), self.policy, of_need=False)
        for i in sorted({*before, *now}):
            if not self.of_needs.mend(i, place, now.get(i), before.get(i)):
                self._remake_need(i)

    # --- parts --------------------------------------------------------------------------------------------------

    def _offering(self) -> Catalogue:
        if self._catalogue is None:
            self._catalogue = Catalogue(self.products)
        return self._catalogue

    def _asking(self) -> Batch:
        """The needs' columns; read anew only after a need has changed."""
        if self._batch is None:
            self._batch = self._offering().meet(self.needs, self.on)
        return self._batch

    def _product_tie(self, place: int) -> Mark:
        return tie_break(self.products[place])

    def _need_tie(self, place: int) -> Mark:
        return (self.needs[place].key,)

    def _mark_of(self, lists: Lists, row: int, place: int) -> Mark | None:
        """Where ``place`` stands on a list; None where it does not."""
        nth = np.flatnonzero(lists.best[row] == place)
        return (-int(lists.points[row, nth[0]]), *lists.tie(place)) if len(nth) else None

    def _remake_need(self, place: int) -> None:
        theirs = np.flatnonzero(self.eligible[place])
        some = Catalogue([self.products[int(j)] for j in theirs])
        found = match_batch(
            some.meet([self.needs[place]], self.on), self.policy, per_need=self._per_need, per_product=self._per_product
        )
        self._put(self.of_needs, place, theirs, found.need_best[0], found.need_points[0])

    def _remake_product(self, place: int) -> None:
        mine = np.flatnonzero(self.eligible[:, place])
        some = Catalogue([self.products[place]])
        found = match_batch(
            some.meet([self.needs[int(i)] for i in mine], self.on),
            self.policy,
            per_need=self._per_need,
            per_product=self._per_product,
        )
        self._put(self.of_products, place, mine, found.product_best[0], found.product_points[0])

    def _put(self, lists: Lists, row: int, places: Any, best: Any, points: Any) -> None:
        lists.best[row] = np.where(best == NOBODY, NOBODY, places[best]) if len(places) else NOBODY
        lists.points[row] = points
        self.remade += 1


def same(standing: Standing, found: Matches) -> bool:
    """Whether what stands is what a run found."""
    lists = standing.of_needs, standing.of_products
    told = (found.need_best, found.need_points), (found.product_best, found.product_points)
    listed = all(
        np.array_equal(mine.best, best) and np.array_equal(mine.points, points)
        for mine, (best, points) in zip(lists, told, strict=True)
    )
    return listed and np.array_equal(standing.eligible, found.eligible)


def _points(batch: Batch, places: Any, policy: Policy, *, of_need: bool) -> dict[int, int]:
    nothing = np.zeros(len(places), np.intp)
    points = batch.points(nothing, places, policy) if of_need else batch.points(places, nothing, policy)
    return dict(zip(places.tolist(), points.tolist(), strict=True))


def _same(before: str, now: str) -> None:
    if before != now:
        raise ValueError(f"{before} is not {now}")

"""One pair in full: each criterion with reason and distance, each line of points with its inputs, what would change it.

The same extractors, comparisons and integer arithmetic as the kernel, applied to one pair.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from matchmaking.domain.matching.catalogue import Need, Product
from matchmaking.domain.matching.criteria import CRITERIA, Criterion
from matchmaking.domain.matching.index import Batch, Catalogue
from matchmaking.domain.matching.kernel import missing_one
from matchmaking.domain.matching.lines import FULL, Line
from matchmaking.domain.matching.points import LINES
from matchmaking.domain.matching.policy import Policy
from matchmaking.domain.matching.verdicts import CHANGES, Change, Verdict
from matchmaking.domain.reasons import Reason

NOTE = Reason("match_note", {})
"""Said wherever a degree of fit is shown: not a decision, never a prediction of default."""


@dataclass(frozen=True, slots=True)
class PointLine:
    """Points of one line in thousandths, out of ``full``; ``reason`` shows its inputs.

    ``full`` is 0 where the need states no such wish: the line is not scored, and ``reason`` says so.
    """

    line: str
    points: int
    full: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a product is shown to a need, or is not. ``lines`` add up to ``points``."""

    need: str
    product: str
    version: int
    policy_version: str
    on: date
    verdicts: tuple[Verdict, ...]
    lines: tuple[PointLine, ...]

    @property
    def eligible(self) -> bool:
        """Whether every criterion passes."""
        return not self.failing

    @property
    def failing(self) -> tuple[Verdict, ...]:
        """The criteria that do not pass, unknown facts included: what stands between this need and this product."""
        return tuple(verdict for verdict in self.verdicts if not verdict.passed)

    @property
    def changes(self) -> tuple[Change, ...]:
        """What would change the answer: the nearest change for each failing criterion; all of them are needed."""
        return tuple(verdict.change for verdict in self.failing if verdict.change)

    @property
    def unscored(self) -> tuple[PointLine, ...]:
        """Lines left out because the need states no such wish."""
        return tuple(line for line in self.lines if not line.full)

    @property
    def points(self) -> int:
        """Thousandths of points; of a pair that is not eligible, what it would have."""
        return sum(line.points for line in self.lines)

    @property
    def degree(self) -> int | None:
        """匹配度 0–100, rounded half up; None where the pair is not eligible."""
        return (self.points + FULL // 2) // FULL if self.eligible else None

    def whole_points(self) -> tuple[int, ...]:
        """Points of each line in whole numbers that add up to the rounded total (largest remainders first)."""
        whole = [line.points // FULL for line in self.lines]
        left = (self.points + FULL // 2) // FULL - sum(whole)
        by_rest = sorted(range(len(whole)), key=lambda place: (-(self.lines[place].points % FULL), place))
        return tuple(points + (place in by_rest[:left]) for place, points in enumerate(whole))


def explain(
    need: Need,
    product: Product,
    policy: Policy,
    on: date,
    *,
    criteria: Sequence[Criterion] = CRITERIA,
    lines: Sequence[Line] = LINES,
) -> Explanation:
    """Every criterion and every line for one pair on one day."""
    weights = policy.shared([line.code for line in lines if line.stated(need)])
    return Explanation(
        need.key,
        product.key,
        product.version,
        policy.version,
        on,
        tuple(criterion.verdict(need, product, on) for criterion in criteria),
        tuple(_line(line, need, product, policy, on, weights) for line in lines if policy.weights.get(line.code)),
    )


def _line(line: Line, need: Need, product: Product, policy: Policy, on: date, weights: Mapping[str, int]) -> PointLine:
    if not policy.scores_all and not line.stated(need):
        return PointLine(line.code, 0, 0, Reason(f"match_line_{line.code}_unstated"))
    meets = line.overlap.meets(need, product, on) if line.overlap else False
    fit = line.fit(line.need(need, on), line.product(product), meets, policy.numbers)
    reason = line.words(need, product, on, meets, policy.numbers)
    return PointLine(line.code, weights[line.code] * fit, weights[line.code] * FULL, reason)


def missed(
    need: Need, product: Product, policy: Policy, on: date, *, criteria: Sequence[Criterion] = CRITERIA
) -> Explanation:
    """What one pair fails alone: none of what passes, and no points."""
    verdicts = why_not(need, product, on, criteria=criteria)
    return Explanation(need.key, product.key, product.version, policy.version, on, verdicts, ())


def why_not(need: Need, product: Product, on: date, *, criteria: Sequence[Criterion] = CRITERIA) -> tuple[Verdict, ...]:
    """The verdicts that do not pass; empty for an eligible pair."""
    found = (criterion.verdict(need, product, on) for criterion in criteria if not criterion.passes(need, product, on))
    return tuple(found)


def near_misses(
    needs: Sequence[Need], products: Sequence[Product] | Catalogue, policy: Policy, on: date, *, limit: int = 5
) -> tuple[Explanation, ...]:
    """Pairs that fail exactly one criterion, the nearest first: for one need its products, for one product its needs.

    Nearest: by what it takes (ask differently, fill in, wait, grow, nothing helps), then by the share missing or the
    days to wait, then points downward, then keys.
    """
    catalogue = products if isinstance(products, Catalogue) else Catalogue(products)
    return near_in(catalogue.meet(needs, on), policy, on, limit=limit)


def near_in(batch: Batch, policy: Policy, on: date, *, limit: int = 5, whole: bool = True) -> tuple[Explanation, ...]:
    """As :func:`near_misses`, of needs set against the catalogue before. Unless ``whole``, each says what it fails
    alone; the order is by points in any case."""
    catalogue = batch.catalogue
    found = sorted(_nearest(batch, policy, limit), key=lambda near: near.order(batch))[:limit]

    def told(near: _Near) -> Explanation:
        pair = batch.needs[near.need], catalogue.products[near.product]
        if not whole:
            return missed(*pair, policy, on, criteria=(catalogue.criteria[near.criterion],))
        return explain(*pair, policy, on, criteria=catalogue.criteria, lines=catalogue.lines)

    return tuple(told(near) for near in found)


WIDE = 2**32
"""More than thousandths of points can be."""


@dataclass(frozen=True, slots=True)
class _Near:
    """A near miss by places, and what decides how near: kind of change, share or days missing, points."""

    need: int
    product: int
    criterion: int
    kind: int
    far: int
    points: int

    def order(self, batch: Batch) -> tuple[int, int, int, str, str]:
        """The nearest first."""
        keys = batch.needs[self.need].key, batch.catalogue.keys[self.product]
        return self.kind, self.far, -self.points, *keys


def _nearest(batch: Batch, policy: Policy, limit: int) -> Iterator[_Near]:
    """The nearest of each run of needs. Products that ask alike are judged once."""
    for needs, products, criteria in missing_one(batch):
        if not len(needs):
            continue
        alike = (needs * len(batch.catalogue.criteria) + criteria) * len(batch.catalogue.products)
        alike += batch.catalogue.alike[criteria, products]
        _, first, which = np.unique(alike, return_index=True, return_inverse=True)
        judged = [_nearness(batch, int(needs[one]), int(products[one]), int(criteria[one])) for one in first]
        ordered = sorted(set(judged))
        ranks = {near: rank for rank, near in enumerate(ordered)}
        rank = np.array([ranks[near] for near in judged], np.int64)[which]
        # points decide among the equally near alone, and are reckoned of those that may be among the first
        reached = np.flatnonzero(np.cumsum(np.bincount(rank)) >= limit)
        if len(reached):
            close = rank <= reached[0]
            needs, products, criteria, rank = needs[close], products[close], criteria[close], rank[close]
        points = batch.points(needs, products, policy)
        away = rank * WIDE - points
        if len(away) > limit:
            kept = np.flatnonzero(away <= np.partition(away, limit - 1)[limit - 1])
            # many may be tied: their keys decide, by ranks taken once
            keys = batch.order[needs[kept]], batch.catalogue.key_rank[products[kept]]
            kept = kept[np.lexsort((keys[1], keys[0], away[kept]))[:limit]]
        else:
            kept = np.arange(len(away))
        columns = (column[kept].tolist() for column in (needs, products, criteria, rank, points))
        for need, product, criterion, nearness, score in zip(*columns, strict=True):
            kind, far = ordered[nearness]
            yield _Near(need, product, criterion, kind, far, score)


def _nearness(batch: Batch, need: int, product: int, criterion: int) -> tuple[int, int]:
    verdict = batch.catalogue.criteria[criterion].verdict(
        batch.needs[need], batch.catalogue.products[product], batch.on
    )  # fmt: skip
    change, gap = verdict.change, verdict.gap
    kind = CHANGES.index(change.kind) if change else len(CHANGES)
    days = (change.on - batch.on).days if change and change.on else None
    return kind, days if days is not None else gap.share_ppm if gap else 0

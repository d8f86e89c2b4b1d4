"""One pair in full: each criterion with reason and distance, each line of points with its inputs, what would change it.

The same extractors, comparisons and integer arithmetic as the kernel, applied to one pair.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from matchmaking.domain.matching.catalogue import Need, Product
from matchmaking.domain.matching.criteria import CRITERIA, Criterion
from matchmaking.domain.matching.index import Catalogue
from matchmaking.domain.matching.kernel import Miss, misses
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
    batch = catalogue.meet(needs, on)
    found = sorted(misses(batch, policy), key=lambda miss: _nearness(batch.needs, catalogue, miss, on))[:limit]
    settings = {"criteria": catalogue.criteria, "lines": catalogue.lines}
    return tuple(
        explain(batch.needs[miss.need], catalogue.products[miss.product], policy, on, **settings)  # type: ignore[arg-type]
        for miss in found
    )


def _nearness(needs: Sequence[Need], catalogue: Catalogue, miss: Miss, on: date) -> tuple[int, int, int, str, str]:
    need, product = needs[miss.need], catalogue.products[miss.product]
    verdict = catalogue.criteria[miss.criterion].verdict(need, product, on)
    change, gap = verdict.change, verdict.gap
    kind = CHANGES.index(change.kind) if change else len(CHANGES)
    days = (change.on - on).days if change and change.on else None
    far = days if days is not None else gap.share_ppm if gap else 0
    return kind, far, -miss.points, need.key, product.key

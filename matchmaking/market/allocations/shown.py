"""A plan as a person reads it: points, how near to the limit it is, floors met or by how much short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from matchmaking.domain.money import plain_amount
from matchmaking.foundation.web.words import area_name, w
from matchmaking.market.allocations.facts import MILLI, MILLION
from matchmaking.market.allocations.models import AllocationPlan
from matchmaking.market.allocations.queries import PriceRow


@dataclass(frozen=True, slots=True)
class FloorLine:
    """A floor in words; ``short`` is 0 where it is met."""

    words: str
    firms: int
    least: int
    got: int

    @property
    def short(self) -> int:
        """Recommendations it lacks."""
        return max(0, self.least - self.got)


def floors_of(plan: AllocationPlan) -> list[FloorLine]:
    """Floors of the last run, in their order."""
    told = (plan.floors or {}).get("floors", [])
    return [
        FloorLine(
            w(f"allocation_floor_of_{one['kind']}", area=area_name(one["area"]) if one["area"] else ""),
            one["firms"], one["least"], one["got"],
        )
        for one in told
    ]  # fmt: skip


def points(yuan: int | None) -> str:
    """Yuan at full fit as points: 10,000 yuan are one."""
    return "—" if yuan is None else plain_amount(yuan * 100, "wan", 1)


def gap_ppm(plan: AllocationPlan) -> int | None:
    """By how much the plan may fall short of the best one at most, ppm of the bound, rounded up; None without a run."""
    if plan.value is None or not plan.bound:
        return None
    return max(0, -(-(plan.bound - plan.value) * MILLION // plan.bound))


def price(milli: int) -> str:
    """Thousandths of a point, as a figure."""
    whole, rest = divmod(milli, MILLI)
    return f"{whole:,}.{rest:03d}"


@dataclass(frozen=True, slots=True)
class QuotaLine:
    """A quota and its price. ``full_ppm``: share of the quota that the plan takes; None where no quota is kept."""

    row: PriceRow
    full_ppm: int | None

    @property
    def costs(self) -> bool:
        """Whether more of it would make the plan better."""
        return bool(self.row.price.per_wan or self.row.price.per_firm)


def quota_lines(rows: Sequence[PriceRow]) -> list[QuotaLine]:
    """Quotas of the last run, the dearest first."""
    found = []
    for row in rows:
        quota = row.price.quota_minor
        full = None if not quota else int(Fraction(row.price.used_minor * MILLION, quota))
        found.append(QuotaLine(row, full))
    return found

"""A slip of 10⁴: 元 typed as 万元 or the other way round, seen from figures that do not go together (P11).

It only asks. A firm may well be unusual; then it says so and its figures stand.
"""

from __future__ import annotations

from dataclasses import dataclass

from matchmaking.domain.money import MINOR_PER_MAJOR, Money, plain_amount
from matchmaking.domain.reasons import Reason


@dataclass(frozen=True, slots=True)
class GuardBounds:
    """``per_head_low`` and ``per_head_high``: yuan of revenue a year per employee; ``apart``: how many times revenue
    and assets may differ; ``jump``: how many times a figure may differ from the version before.
    """

    per_head_low: int
    per_head_high: int
    apart: int
    jump: int


@dataclass(frozen=True, slots=True)
class Figures:
    """A year's figures of a firm; None where not told."""

    employees: int | None = None
    revenue: Money | None = None
    assets: Money | None = None


def doubts(now: Figures, before: Figures | None, bounds: GuardBounds) -> tuple[Reason, ...]:
    """Reasons to ask whether a unit slipped; empty where the figures go together.

    Codes ``guard_per_head_low|guard_per_head_high|guard_apart|guard_revenue_jump|guard_assets_jump``; amounts in words
    are in 万元.
    """
    found = [*_per_head(now, bounds), *_apart(now, bounds)]
    if before is not None:
        found += _jump("guard_revenue_jump", before.revenue, now.revenue, bounds)
        found += _jump("guard_assets_jump", before.assets, now.assets, bounds)
    return tuple(found)


def _per_head(now: Figures, bounds: GuardBounds) -> list[Reason]:
    if not now.employees or not now.revenue:
        return []
    yuan = now.revenue.minor // (now.employees * MINOR_PER_MAJOR)
    told: dict[str, str | int | None] = {
        "revenue": _wan(now.revenue), "employees": now.employees, "each": f"{yuan:,}",
    }  # fmt: skip
    if yuan < bounds.per_head_low:
        return [Reason("guard_per_head_low", told)]
    return [Reason("guard_per_head_high", told)] if yuan > bounds.per_head_high else []


def _apart(now: Figures, bounds: GuardBounds) -> list[Reason]:
    if not now.revenue or not now.assets:
        return []
    times = _times(now.revenue, now.assets)
    told: dict[str, str | int | None] = {
        "revenue": _wan(now.revenue), "assets": _wan(now.assets), "times": f"{times:,}",
    }  # fmt: skip
    return [Reason("guard_apart", told)] if times >= bounds.apart else []


def _jump(code: str, before: Money | None, now: Money | None, bounds: GuardBounds) -> list[Reason]:
    if not before or not now:
        return []
    times = _times(before, now)
    told: dict[str, str | int | None] = {"before": _wan(before), "now": _wan(now), "times": f"{times:,}"}
    return [Reason(code, told)] if times >= bounds.jump else []


def _times(one: Money, other: Money) -> int:
    low, high = sorted((one.minor, other.minor))
    return high // low


def _wan(amount: Money) -> str:
    return plain_amount(amount.minor, "wan")

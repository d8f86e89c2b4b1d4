"""The dated numbers of the detectors, handed in as one frozen value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Days, minor units, counts, or parts per million, as each name ends; ``parameters/detectors.toml`` has the
    documents. What each is compared with stands in its detector.
    """

    d1_old_ppm: int
    d2_window_days: int
    d3_before_days: int
    d4_within_days: int
    d4_back_ppm: int
    d4_reporting_days: int
    d4_reporting_ppm: int
    d5_days: int
    d5_share_ppm: int
    d6_window_days: int
    d6_cap_minor: int
    d7_need_ppm: int
    d7_sales_ppm: int
    d8_grace_days: int
    d9_factor_times: int
    d10_last_days: int
    d10_fewest_count: int
    d10_alpha_ppm: int
    d11_fewest_count: int
    d11_alpha_ppm: int
    d11_round_minor: int
    d12_share_ppm: int
    d12_small_ppm: int
    d12_cap_minor: int
    d12_fewest_count: int

    @classmethod
    def read(cls, number: Callable[[str], int]) -> Thresholds:
        """Built from a look-up of the rulebook's names (``detector_<field>``) on one day."""
        return cls(**{each.name: number(f"detector_{each.name}") for each in fields(cls)})


MILLION = 1_000_000


def at_least(part: int, ppm: int, whole: int) -> bool:
    """Whether ``part`` is at least ``ppm`` of ``whole``; exact."""
    return part * MILLION >= ppm * whole

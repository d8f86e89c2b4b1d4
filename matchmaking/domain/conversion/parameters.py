"""The dated numbers that the rules of conversion use, handed in as one frozen value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConversionParameters:
    """Days unless said otherwise; the rulebook's ``parameters/conversion.toml`` holds values and documents.

    ``age_bands`` are the last days of all bands but the open one. ``amount_tolerance`` is in minor units.
    """

    net_new_settle_days: int
    net_new_peak_days: int
    promise_cap_days: int
    age_bands: tuple[int, ...]
    unanswered_days: int
    day_tolerance: int
    amount_tolerance: int

    @classmethod
    def read(cls, number: Callable[[str], int]) -> ConversionParameters:
        """Built from a look-up of the rulebook's names on one day."""
        return cls(
            net_new_settle_days=number("net_new_settle_days"),
            net_new_peak_days=number("net_new_peak_days"),
            promise_cap_days=number("promise_cap_days"),
            age_bands=tuple(number(f"age_band_{band}_days") for band in range(1, 5)),
            unanswered_days=number("confirmation_unanswered_days"),
            day_tolerance=number("match_day_tolerance_days"),
            amount_tolerance=number("match_amount_tolerance_minor"),
        )

    def band(self, days: int) -> str:
        """The age band that ``days`` since signing fall in: ``0-30``, ``31-90`` … ``361+``."""
        first = 0
        for last in self.age_bands:
            if days <= last:
                return f"{first}-{last}"
            first = last + 1
        return f"{first}+"

    @property
    def bands(self) -> tuple[str, ...]:
        """Every band, youngest first."""
        return tuple(self.band(days) for days in (*self.age_bands, self.age_bands[-1] + 1))

"""How long things take: exact summaries of durations, in days, with the quantiles everybody else computes.

Quantiles interpolate linearly between order statistics (the default of NumPy and R's type 7), as exact fractions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import TypeVar

Day = TypeVar("Day", date, datetime)

_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1) // _MICROSECOND


@dataclass(frozen=True, slots=True)
class DurationSummary:
    """Days as exact fractions; None for all but the counts when there is nothing to summarise."""

    n: int
    median: Fraction | None
    mean: Fraction | None
    p25: Fraction | None
    p75: Fraction | None
    p90: Fraction | None
    min: Fraction | None
    max: Fraction | None
    negative: int
    zero: int


def days_between(start: Day, end: Day) -> Fraction:
    """``end`` − ``start`` in days; exact to the microsecond for two datetimes, whole for two dates."""
    return Fraction((end - start) // _MICROSECOND, _DAY)


def quantile(ordered: Sequence[Fraction], share: Fraction) -> Fraction:
    """The ``share`` (0–1) quantile of ``ordered``, which is sorted and not empty."""
    place = (len(ordered) - 1) * share
    low = place.numerator // place.denominator
    part = place - low
    if not part:
        return ordered[low]
    return ordered[low] + (ordered[low + 1] - ordered[low]) * part


def summarise(durations: Iterable[Fraction | int]) -> DurationSummary:
    """The summary of ``durations`` in days."""
    ordered = sorted(Fraction(duration) for duration in durations)
    negative, zero = sum(1 for d in ordered if d < 0), sum(1 for d in ordered if d == 0)
    if not ordered:
        return DurationSummary(0, None, None, None, None, None, None, None, 0, 0)
    return DurationSummary(
        n=len(ordered),
        median=quantile(ordered, Fraction(1, 2)),
        mean=sum(ordered, Fraction(0)) * Fraction(1, len(ordered)),
        p25=quantile(ordered, Fraction(1, 4)),
        p75=quantile(ordered, Fraction(3, 4)),
        p90=quantile(ordered, Fraction(9, 10)),
        min=ordered[0],
        max=ordered[-1],
        negative=negative,
        zero=zero,
    )


def rounded(days: Fraction, places: int) -> str:
    """``days`` with ``places`` decimals, half to even, as plain digits."""
    scaled = round(days * 10**places)
    sign = "-" if scaled < 0 else ""
    head, tail = divmod(abs(scaled), 10**places)
    return f"{sign}{head}.{tail:0{places}d}" if places else f"{sign}{head}"

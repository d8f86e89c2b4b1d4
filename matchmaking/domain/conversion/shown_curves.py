"""A group's curve in whole numbers, as it is stored, printed and drawn: parts per million, days, tenths of days.

A group below the least number of cases gets no figure at all. A day is told only while somebody is still in sight, or
when nobody waits any more: beyond that the data say nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from matchmaking.domain.conversion.survival import LOG_LOG, Outcome, Spell, aalen_johansen, compare, kaplan_meier
from matchmaking.domain.conversion.survival.competing import ALL, Incidence
from matchmaking.domain.conversion.timing import summarise

MARKS = (30, 60, 90, 180, 360)
"""Days on which every curve is told."""
SOON = (5, 10, 20)
"""Days told besides of waits that are over in weeks."""
HORIZON = 360
"""A restricted mean counts no more than this of anybody."""
MILLION = 1_000_000
TENTHS = 10


def group_told(
    outcomes: Sequence[Outcome], main: str, causes: Sequence[str], *, least: int, marks: Sequence[int] = MARKS
) -> dict[str, Any]:
    """What is told of one group; ``main`` is the outcome waited for, ``causes`` all of them in their order.

    ``suppressed`` alone with the number of cases where there are fewer than ``least``.
    """
    if len(outcomes) < least:
        return {"n": len(outcomes), "suppressed": True}
    shares = aalen_johansen(outcomes)
    spells = [Spell(one.days, one.cause == main) for one in outcomes]
    curve = kaplan_meier(spells)
    low, high = curve.median_interval(LOG_LOG)
    until = min(HORIZON, shares.last)
    mean = curve.restricted_mean(until)
    naive = summarise(one.days for one in outcomes if one.cause == main)
    return {
        "n": shares.n,
        "suppressed": False,
        "events": {cause: shares.events.get(cause, 0) for cause in causes},
        "waiting": shares.n - sum(shares.events.values()),
        "last": shares.last,
        "marks": [_mark(day, outcomes, shares, curve.at(day), main, causes) for day in marks],
        "steps": _steps(shares, causes),
        "half_on": shares.median(main),
        "median": {"days": _tenths(curve.median()), "low": _tenths(low), "high": _tenths(high)},
        "naive_median": _tenths(naive.median),
        "mean": {"days": _tenths(mean.days), "error": _tenths(Fraction(mean.error)), "until": until},
    }  # fmt: skip


def difference_told(groups: Sequence[Sequence[Outcome]], main: str) -> Mapping[str, Any] | None:
    """The log-rank test between groups: thousandths of χ², degrees of freedom, p in parts per million."""
    if len(groups) < 2:
        return None
    found = compare([[Spell(one.days, one.cause == main) for one in group] for group in groups])
    if found is None:
        return None
    return {"chi_square": int(round(found.chi_square * 1000)), "freedom": found.freedom, "p": _ppm(found.p)}


def _mark(
    day: int, outcomes: Sequence[Outcome], shares: Incidence, left: Fraction, main: str, causes: Sequence[str]
) -> dict[str, Any]:
    at_risk = sum(one.days >= day for one in outcomes)
    had = Counter(one.cause for one in outcomes if one.days <= day)
    told: dict[str, Any] = {"day": day, "at_risk": at_risk, "events": {cause: had[cause] for cause in causes}}
    if not at_risk and shares.waiting(day):
        return told | {"shares": None}
    return told | {
        "shares": {cause: _ppm(shares.share(cause, day)) for cause in causes},
        "interval": _bounds(shares.interval(main, day)),
        "waiting": _ppm(shares.waiting(day)),
        "waiting_interval": _bounds(shares.interval(ALL, day)),
        "naive": _ppm(1 - left),
    }


def _steps(shares: Incidence, causes: Sequence[str]) -> list[list[int]]:
    """``[day, share of each cause …]``; a row for every day with an outcome, and the last day seen."""
    rows = [[m.days, *(_ppm(Fraction(m.had.get(cause, 0), m.whole)) for cause in causes)] for m in shares.moments]
    if rows and rows[-1][0] < shares.last:
        rows.append([shares.last, *rows[-1][1:]])
    return rows


def _bounds(found: tuple[Decimal, Decimal] | None) -> list[int] | None:
    return None if found is None else [_ppm(found[0]), _ppm(found[1])]


def _ppm(share: Fraction | Decimal) -> int:
    return int(round(share * MILLION))


def _tenths(days: Fraction | int | None) -> int | None:
    return None if days is None else int(round(Fraction(days) * TENTHS))

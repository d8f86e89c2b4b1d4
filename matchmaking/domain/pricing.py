"""A rate as LPR ± basis points: tenor, reference day and spread give the yearly rate and the fixing it stands on.

1 bp = 0.01 % = 100 ppm. The LPR is published on the 20th of each month or the first workday after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from matchmaking.domain.periods import WorkdayCalendar
from matchmaking.domain.reasons import Reason, Refusal

TENORS = ("1Y", "5Y")
"""一年期 and 五年期以上."""

PPM_PER_BP = 100


@dataclass(frozen=True, slots=True)
class Fixing:
    """One publication: its day and the two rates, ppm a year."""

    day: date
    one_year: int
    five_year: int

    def rate(self, tenor: str) -> int:
        """The rate of ``1Y`` or ``5Y`` (five years and over), ppm; ``ValueError`` for another tenor."""
        return (self.one_year, self.five_year)[TENORS.index(tenor)]


@dataclass(frozen=True, slots=True)
class LprTable:
    """Fixings in order of their day, none twice; never empty."""

    fixings: tuple[Fixing, ...]

    def __post_init__(self) -> None:
        days = [fixing.day for fixing in self.fixings]
        if not days or days != sorted(set(days)):
            raise ValueError("fixings ascend by day, none twice")

    def at(self, day: date) -> Fixing:
        """The latest fixing on or before ``day``; a :class:`Refusal` ``lpr_not_yet`` before the first."""
        known = [fixing for fixing in self.fixings if fixing.day <= day]
        if not known:
            first = self.fixings[0].day.isoformat()
            raise Refusal(Reason("lpr_not_yet", {"day": day.isoformat(), "first": first}))
        return known[-1]

    def missing(self, through: date, calendar: WorkdayCalendar) -> tuple[date, ...]:
        """Publication days up to and including ``through`` that the table holds no fixing for.

        Not empty means that a rate of that time stands on an older fixing and may be wrong.
        """
        held = {fixing.day for fixing in self.fixings}
        month, found = self.fixings[0].day.replace(day=1), []
        while (expected := publication_day(month, calendar)) <= through:
            found += [expected] * (expected not in held)
            month = (month + timedelta(days=31)).replace(day=1)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class SpreadBounds:
    """Lowest and highest spread taken, in bp, both inclusive."""

    lowest: int
    highest: int


@dataclass(frozen=True, slots=True)
class Quote:
    """``rate_ppm`` a year = the fixing's rate of ``tenor`` + ``spread_bp``."""

    tenor: str
    fixing: Fixing
    spread_bp: int
    rate_ppm: int


def annual_rate(table: LprTable, tenor: str, on: date, spread_bp: int, bounds: SpreadBounds) -> Quote:
    """The yearly rate on reference day ``on``, in ppm, with the fixing used.

    Raises :class:`Refusal`: ``lpr_not_yet``, ``spread_outside``, or ``rate_not_positive`` for a rate of zero or less.
    """
    if tenor not in TENORS:
        raise Refusal(Reason("lpr_tenor", {"tenor": tenor[:10]}))
    if not bounds.lowest <= spread_bp <= bounds.highest:
        figures = {"spread": spread_bp, "lowest": bounds.lowest, "highest": bounds.highest}
        raise Refusal(Reason("spread_outside", figures))
    fixing = table.at(on)
    rate = fixing.rate(tenor) + spread_bp * PPM_PER_BP
    if rate <= 0:
        raise Refusal(Reason("rate_not_positive", {"spread": spread_bp}))
    return Quote(tenor, fixing, spread_bp, rate)


def publication_day(month: date, calendar: WorkdayCalendar) -> date:
    """The day in the month of ``month`` (or just after) on which the LPR is published."""
    day = month.replace(day=20)
    return day if calendar.is_workday(day) else calendar.add(day, 1)

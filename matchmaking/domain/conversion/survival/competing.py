"""Several outcomes that exclude one another: the share that had each of them by a day (Aalen–Johansen).

One minus Kaplan–Meier answers *how many would have, had nothing else ended the wait*; with competing outcomes that is
more than ever will. The share that is still waiting and the shares of all outcomes add up to one, exactly. Shares are
held as whole numbers over one common denominator. Variances are decimals of 28 digits by the delta method
(Gaynor et al. 1993), which with one outcome is Greenwood's. Source: Aalen & Johansen 1978.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

from matchmaking.domain.conversion.survival.curves import DIGITS, HALF, Z95, decimal

ALL = ""
"""Stands for *any outcome*: :meth:`Incidence.interval` of it is that of the share still waiting."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One subject: ``days`` waited, and what ended the wait; ``cause`` None: still waiting when last seen."""

    days: int
    cause: str | None


@dataclass(frozen=True, slots=True)
class Moment:
    """A day with outcomes. ``waiting`` and ``had`` (outcome → number) are over ``whole``."""

    days: int
    at_risk: int
    events: Mapping[str, int]
    waiting: int
    had: Mapping[str, int]
    whole: int

    @property
    def left(self) -> int:
        """Who is still at risk when the day is over, the cut-off ones of the day included."""
        return self.at_risk - sum(self.events.values())


@dataclass(frozen=True, slots=True)
class Incidence:
    """Shares by day of ``n`` subjects; ``causes`` are the outcomes that anybody had, sorted; ``last``: the longest
    wait seen, of anybody."""

    n: int
    last: int
    causes: tuple[str, ...]
    events: Mapping[str, int]
    moments: tuple[Moment, ...]

    def share(self, cause: str, days: int) -> Fraction:
        """Share that had ``cause`` within ``days``."""
        now = self._at(days)
        return Fraction(now.had.get(cause, 0), now.whole) if now else Fraction(0)

    def waiting(self, days: int) -> Fraction:
        """Share that had nothing yet after ``days``."""
        now = self._at(days)
        return Fraction(now.waiting, now.whole) if now else Fraction(1)

    def median(self, cause: str) -> int | None:
        """First day by which at least half of all had ``cause``; None where that never came."""
        return next((m.days for m in self.moments if 2 * m.had.get(cause, 0) >= m.whole), None)

    def variance(self, cause: str, days: int) -> Decimal:
        """Variance of :meth:`share`; of ``ALL``, of :meth:`waiting`."""
        with localcontext(DIGITS):
            return self._greenwood(days) if cause == ALL else self._delta(cause, days)

    def interval(self, cause: str, days: int, z: Decimal = Z95) -> tuple[Decimal, Decimal] | None:
        """Bounds of :meth:`share` (of ``ALL``, of :meth:`waiting`) on the scale ln(−ln); None where it is 0 or 1."""
        share = self.waiting(days) if cause == ALL else self.share(cause, days)
        if share in (0, 1):
            return None
        variance = self.variance(cause, days)
        with localcontext(DIGITS):
            level = decimal(share)
            log = level.ln()
            turn = DIGITS.divide(z * max(variance, Decimal(0)).sqrt(), level * -log)
            return (log * turn.exp()).exp(), (log * (-turn).exp()).exp()

    def _at(self, days: int) -> Moment | None:
        place = bisect_right(self.moments, days, key=lambda moment: moment.days)
        return self.moments[place - 1] if place else None

    def _until(self, days: int) -> Iterator[Moment]:
        return (moment for moment in self.moments if moment.days <= days)

    def _greenwood(self, days: int) -> Decimal:
        total = Decimal(0)
        for moment in self._until(days):
            if not moment.left:
                return Decimal(0)
            total += decimal(Fraction(moment.at_risk - moment.left, moment.at_risk * moment.left))
        return decimal(self.waiting(days)) ** 2 * total

    def _delta(self, cause: str, days: int) -> Decimal:
        share, total, before = decimal(self.share(cause, days)), Decimal(0), Decimal(1)
        for moment in self._until(days):
            n, events = moment.at_risk, moment.events.get(cause, 0)
            still = share - decimal(Fraction(moment.had.get(cause, 0), moment.whole))
            # once nobody is left no share grows any more, so what would divide by nothing counts nothing
            if moment.left:
                total += still * still * decimal(Fraction(n - moment.left, n * moment.left))
            total += before * before * decimal(Fraction(events * (n - events), n**3))
            total -= 2 * still * before * decimal(Fraction(events, n * n))
            before = decimal(Fraction(moment.waiting, moment.whole))
        return total


def aalen_johansen(outcomes: Iterable[Outcome]) -> Incidence:
    """Shares of ``outcomes``; one cut off on the day of an event counts as still waiting that day."""
    leaving: dict[int, Counter[str | None]] = {}
    for outcome in outcomes:
        leaving.setdefault(outcome.days, Counter())[outcome.cause] += 1
    total = sum((gone for gone in leaving.values()), Counter())
    causes = tuple(sorted(cause for cause in total if cause is not None))
    at_risk, waiting, whole, had = total.total(), 1, 1, dict.fromkeys(causes, 0)
    moments = []
    for days in sorted(leaving):
        events = {cause: leaving[days][cause] for cause in causes if leaving[days][cause]}
        if events:
            had = {cause: number * at_risk + waiting * events.get(cause, 0) for cause, number in had.items()}
            waiting, whole = waiting * (at_risk - sum(events.values())), whole * at_risk
            moments.append(Moment(days, at_risk, events, waiting, had, whole))
        at_risk -= leaving[days].total()
    told = {cause: total[cause] for cause in causes}
    return Incidence(total.total(), max(leaving, default=0), causes, told, tuple(moments))


__all__ = ["ALL", "HALF", "Incidence", "Moment", "Outcome", "aalen_johansen"]

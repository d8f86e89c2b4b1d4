"""Time to one outcome with censoring (N6): Kaplan–Meier, Greenwood intervals, medians and restricted means, no floats.

The curve, its variance and its area are exact fractions; intervals and standard errors are decimals of 28 digits.
Sources: Kaplan & Meier 1958; Greenwood 1926; Irwin 1949 for the restricted mean. Medians follow R's ``survfit``: where
the curve rests on one half exactly, the middle of that step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

Z95 = Decimal("1.959963984540054")
"""The 97.5 % point of the normal distribution."""

DIGITS = Context(prec=28)

HALF = Fraction(1, 2)
LOG, LOG_LOG = "log", "log-log"
"""Kinds of interval: on ln S (R's default) or on ln(−ln S)."""


@dataclass(frozen=True, slots=True)
class Spell:
    """One subject: ``days`` waited, and whether the event came (``happened``) or the waiting was cut off."""

    days: int
    happened: bool


@dataclass(frozen=True, slots=True)
class Step:
    """The curve from ``days`` on: still waiting ``survival``; ``greenwood`` is Σ d ÷ n(n − d), None once nobody is
    left.
    """

    days: int
    at_risk: int
    events: int
    survival: Fraction
    greenwood: Fraction | None

    def interval(self, kind: str = LOG_LOG, z: Decimal = Z95) -> tuple[Decimal, Decimal] | None:
        """Lower and upper bound of ``survival``; None where it is 0 or 1 and has no variance of its own."""
        if self.greenwood is None or self.survival in (0, 1):
            return None
        log = decimal(self.survival).ln()
        spread = z * decimal(self.greenwood).sqrt()
        if kind == LOG:
            return (log - spread).exp(), min(Decimal(1), (log + spread).exp())
        turn = DIGITS.divide(spread, -log)
        return (log * turn.exp()).exp(), (log * (-turn).exp()).exp()


@dataclass(frozen=True, slots=True)
class RestrictedMean:
    """Mean days waited, counting no more than ``until`` of anybody: the area under the curve up to there."""

    days: Fraction
    variance: Fraction
    until: int

    @property
    def error(self) -> Decimal:
        """Standard error in days."""
        return decimal(self.variance).sqrt(DIGITS)


@dataclass(frozen=True, slots=True)
class Curve:
    """A Kaplan–Meier curve: ``n`` subjects, ``events`` of them observed, one step per day with an event."""

    n: int
    events: int
    steps: tuple[Step, ...]

    def at(self, days: int) -> Fraction:
        """Share still waiting after ``days``."""
        found = Fraction(1)
        for step in self.steps:
            if step.days > days:
                break
            found = step.survival
        return found

    def median(self) -> Fraction | None:
        """Days by which half had their event; None where the curve never falls that far."""
        return self._crossing(lambda step: step.survival)

    def median_interval(self, kind: str = LOG_LOG) -> tuple[Fraction | None, Fraction | None]:
        """Bounds of the median: where the bounds of the curve cross one half. None where one never does."""
        return self._crossing(lambda step: _bound(step, kind, 0)), self._crossing(lambda step: _bound(step, kind, 1))

    def restricted_mean(self, until: int) -> RestrictedMean:
        """The area under the curve up to ``until`` (≥ 0), with Greenwood's variance of it.

        Asks nothing about what lies beyond the last day observed: the caller chooses an ``until`` within it.
        """
        area = variance = Fraction(0)
        later = until
        for place in reversed(range(len(self.steps))):
            step = self.steps[place]
            if step.days >= until:
                continue
            area += step.survival * (later - step.days)
            later = step.days
            if step.at_risk > step.events:
                variance += area * area * Fraction(step.events, step.at_risk * (step.at_risk - step.events))
        return RestrictedMean(area + later, variance, until)

    def _crossing(self, level: Callable[[Step], Fraction]) -> Fraction | None:
        for place, step in enumerate(self.steps):
            if level(step) < HALF:
                return Fraction(step.days)
            if level(step) == HALF:
                later = self.steps[place + 1].days if place + 1 < len(self.steps) else step.days
                return Fraction(step.days + later, 2)
        return None


def kaplan_meier(spells: Iterable[Spell]) -> Curve:
    """The curve of ``spells``; a spell cut off on the day of an event counts as still waiting that day."""
    told = list(spells)
    events = Counter(spell.days for spell in told if spell.happened)
    leaving = Counter(spell.days for spell in told)
    at_risk, survival, greenwood = len(told), Fraction(1), Fraction(0)
    known = True
    steps = []
    for days in sorted(leaving):
        if died := events[days]:
            survival *= Fraction(at_risk - died, at_risk)
            known = known and at_risk > died
            greenwood += Fraction(died, at_risk * (at_risk - died)) if known else 0
            steps.append(Step(days, at_risk, died, survival, greenwood if known else None))
        at_risk -= leaving[days]
    return Curve(len(told), sum(events.values()), tuple(steps))


def _bound(step: Step, kind: str, side: int) -> Fraction:
    found = step.interval(kind)
    return step.survival if found is None else Fraction(found[side])


def decimal(value: Fraction) -> Decimal:
    """``value`` with 28 digits."""
    return DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))

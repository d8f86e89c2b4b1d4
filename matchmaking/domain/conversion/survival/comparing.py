"""Whether groups differ in how long they wait: the log-rank test of two groups or more, stratified where asked.

Two groups give an exact fraction; more of them, decimals of 40 digits. Sources: Mantel 1966; Peto & Peto 1972.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from fractions import Fraction

from matchmaking.domain.conversion.survival.curves import Spell

FINE = Context(prec=40)
NOTHING = Decimal("1e-20")
"""A pivot below it is none: a group whose risk set never met another's tells nothing."""
PI = Decimal("3.141592653589793238462643383279502884197")
HALF = Decimal("0.5")
MOST_TERMS = 10_000


@dataclass(frozen=True, slots=True)
class Compared:
    """``chi_square`` on ``freedom`` degrees; ``p`` is how often as much or more would come by chance alone."""

    chi_square: Decimal
    freedom: int

    @property
    def p(self) -> Decimal:
        """The upper tail of χ²."""
        return upper_tail(self.chi_square, self.freedom)


def compare(*strata: Sequence[Sequence[Spell]]) -> Compared | None:
    """The log-rank test of the groups, each stratum a list of the same groups in the same order.

    None where no event can tell any two of them apart.
    """
    groups = len(strata[0])
    with localcontext(FINE):
        excess = [Decimal(0)] * groups
        spread = [[Decimal(0)] * groups for _ in range(groups)]
        for stratum in strata:
            _add(stratum, excess, spread)
        # the excesses add up to nothing, so one group is the others' mirror
        return _quadratic(excess[:-1], [row[:-1] for row in spread[:-1]])


def _add(stratum: Sequence[Sequence[Spell]], excess: list[Decimal], spread: list[list[Decimal]]) -> None:
    """Add observed less expected events by group, and their covariance."""
    leaving = [Counter(spell.days for spell in group) for group in stratum]
    died = [Counter(spell.days for spell in group if spell.happened) for group in stratum]
    risk = [len(group) for group in stratum]
    for days in sorted(set().union(*leaving)):
        events, whole = sum(each[days] for each in died), sum(risk)
        if events:
            share = [FINE.divide(number, whole) for number in risk]
            scale = FINE.divide(events * (whole - events), whole - 1) if whole > 1 else Decimal(0)
            for one, mine in enumerate(share):
                excess[one] += died[one][days] - events * mine
                for other, theirs in enumerate(share):
                    spread[one][other] += scale * mine * ((one == other) - theirs)
        risk = [number - gone[days] for number, gone in zip(risk, leaving, strict=True)]


def _quadratic(excess: list[Decimal], spread: list[list[Decimal]]) -> Compared | None:
    """uᵀ V⁻¹ u by elimination; a row that tells nothing is left out and lowers the degrees of freedom."""
    found, freedom = Decimal(0), 0
    for place in range(len(excess)):
        pivot = spread[place][place]
        if abs(pivot) < NOTHING:
            continue
        found, freedom = found + FINE.divide(excess[place] * excess[place], pivot), freedom + 1
        for below in range(place + 1, len(excess)):
            factor = FINE.divide(spread[below][place], pivot)
            excess[below] -= factor * excess[place]
            spread[below] = [a - factor * b for a, b in zip(spread[below], spread[place], strict=True)]
    return Compared(found, freedom) if freedom else None


def upper_tail(chi_square: Decimal, freedom: int) -> Decimal:
    """P(χ² ≥ ``chi_square``) on ``freedom`` ≥ 1 degrees, by the series of the incomplete gamma function."""
    with localcontext(Context(prec=60)) as digits:
        half = chi_square * HALF
        if half > 500:
            return Decimal(0)
        shape = freedom * HALF
        term = digits.divide(half**shape * (-half).exp(), _gamma(freedom + 2))
        lower = Decimal(0)
        for number in range(1, MOST_TERMS):
            lower += term
            term = digits.divide(term * half, shape + number)
            if term < Decimal(1).scaleb(-digits.prec):
                break
        return max(Decimal(0), 1 - lower)


def _gamma(doubled: int) -> Decimal:
    """Γ(``doubled`` ÷ 2)."""
    value, at = (Decimal(1), 2) if doubled % 2 == 0 else (PI.sqrt(), 1)
    while at < doubled:
        value, at = value * at * HALF, at + 2
    return value


def log_rank(first: Sequence[Spell], second: Sequence[Spell]) -> Fraction | None:
    """The log-rank χ² (one degree of freedom) between two groups; None where no event can tell them apart."""
    difference = variance = Fraction(0)
    risk = [sorted(spell.days for spell in group) for group in (first, second)]
    died = [Counter(spell.days for spell in group if spell.happened) for group in (first, second)]
    gone = [0, 0]
    for days in sorted({*died[0], *died[1]}):
        for group in (0, 1):
            while gone[group] < len(risk[group]) and risk[group][gone[group]] < days:
                gone[group] += 1
        ours, all_ = len(risk[0]) - gone[0], len(risk[0]) + len(risk[1]) - sum(gone)
        events = died[0][days] + died[1][days]
        difference += died[0][days] - Fraction(events * ours, all_)
        if all_ > 1:
            variance += Fraction(events * ours * (all_ - ours) * (all_ - events), all_ * all_ * (all_ - 1))
    return Fraction(difference * difference, variance) if variance else None

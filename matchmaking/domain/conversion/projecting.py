"""What a sample says of its whole list (N25): overstatement found, projected, and its upper limit.

Stringer's bound (general knowledge, K. W. Stringer 1963; the usual bound of monetary-unit sampling): each
overstatement found, as a share of its item's book amount (its *tainting*), widens the limit by one step of the Poisson
factors, the largest tainting first. Understatements are told apart and never set off against overstatements.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from matchmaking.domain.conversion.sampling import MILLION, Drawn, FrozenList, Plan, poisson_factor


@dataclass(frozen=True, slots=True)
class Answer:
    """What was confirmed for one item: minor units, or None where nobody could be reached."""

    item: Drawn
    amount: int | None

    @property
    def over(self) -> int:
        """Told too much, minor units; nothing where nobody answered."""
        return 0 if self.amount is None else max(0, self.item.book - self.amount)

    @property
    def under(self) -> int:
        """Told too little, minor units."""
        return 0 if self.amount is None else max(0, self.amount - self.item.book)


@dataclass(frozen=True, slots=True)
class Projection:
    """Overstatement of the whole list, minor units.

    ``found`` is certain and so the lower end; ``likely`` the projection of what was answered; ``upper`` holds with the
    plan's confidence and counts everybody who was not reached as wholly overstated. ``upper`` never exceeds the list.
    """

    items: int
    answered: int
    found: int
    likely: int
    upper: int
    under_found: int
    under_likely: int
    taintings_ppm: tuple[int, ...]

    @property
    def silent(self) -> int:
        """Items that nobody answered for."""
        return self.items - self.answered


def project(listed: FrozenList, plan: Plan, answers: Sequence[Answer]) -> Projection:
    """``answers``: one for every item drawn from ``listed`` under ``plan``."""
    top = [answer for answer in answers if answer.item.top]
    rest = [answer for answer in answers if not answer.item.top]
    top_book = sum(amount for _, amount in listed.rows if amount >= plan.interval)
    worst = sum(answer.item.book if answer.amount is None else answer.over for answer in top)
    taintings = sorted((_tainting(answer) for answer in rest), reverse=True)
    bound = min(_stringer(taintings, plan), Fraction(listed.total - top_book))
    return Projection(
        items=len(answers),
        answered=sum(answer.amount is not None for answer in answers),
        found=sum(answer.over for answer in answers),
        likely=_projected(top, rest, "over", plan.interval),
        upper=worst - (-bound.numerator // bound.denominator),
        under_found=sum(answer.under for answer in answers),
        under_likely=_projected(top, rest, "under", plan.interval),
        taintings_ppm=tuple(round(tainting * MILLION) for tainting in taintings if tainting),
    )


def _tainting(answer: Answer) -> Fraction:
    """Share of the book amount that was not confirmed, 0 to 1."""
    return Fraction(1) if answer.amount is None else Fraction(answer.over, answer.item.book)


def _stringer(taintings: Sequence[Fraction], plan: Plan) -> Fraction:
    """``taintings`` descending, zeros at the end; minor units."""
    factors = [poisson_factor(errors, plan.confidence_ppm) for errors in range(len([t for t in taintings if t]) + 1)]
    steps = (later - earlier for earlier, later in zip(factors, factors[1:], strict=False))
    widened = sum((step * tainting for step, tainting in zip(steps, taintings, strict=False)), Fraction(factors[0]))
    return Fraction(plan.interval, MILLION) * widened


def _projected(top: Sequence[Answer], rest: Sequence[Answer], side: str, interval: int) -> int:
    """Top items speak for themselves, every other for one interval."""
    shares = sum((Fraction(getattr(answer, side), answer.item.book) for answer in rest), Fraction(0))
    return sum(getattr(answer, side) for answer in top) + round(interval * shares)

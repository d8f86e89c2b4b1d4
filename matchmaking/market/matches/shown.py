"""Products as a firm sees them: what one costs at the amount asked for, why it stands where it stands, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from matchmaking.domain.matching.costs import yearly_cost
from matchmaking.domain.matching.explain import Explanation, PointLine
from matchmaking.domain.money import Money
from matchmaking.market.matches.queries import Fit, Recommended
from matchmaking.market.needs.models import Need
from matchmaking.market.products.facts import Rates
from matchmaking.market.products.queries import Offer
from matchmaking.market.products.shown import rate_span

SORTS = ("fit", "cost", "answer")
MOST_COMPARED = 4
CHIEF = 3
"""Reasons on a card before one asks for all."""
_NO_PROMISE = 10_000
"""Workdays: after every promise."""


@dataclass(frozen=True, slots=True)
class Reasoned:
    """A line of points in whole numbers. ``full`` is 0 where it is not scored."""

    line: PointLine
    points: int
    full: int


@dataclass(frozen=True, slots=True)
class Card:
    """One product for one need. ``low``, ``high``: cost of a year at the lowest and highest rate, None without an LPR.

    ``tie``: ``rate``, ``promise`` or ``name``: what put it behind the one before it, where the points are equal.
    """

    offer: Offer
    why: Explanation
    rates: Rates | None
    low: Money | None
    high: Money | None
    lines: tuple[Reasoned, ...]
    tie: str = ""

    @property
    def chief(self) -> tuple[Reasoned, ...]:
        """The lines that decide, in the order of the bar: most points lost first, then most points made."""
        counted = [each for each in self.lines if each.full]
        lost = sorted(counted, key=lambda each: (each.points - each.full, -each.points))[: CHIEF - 1]
        made = [each for each in sorted(counted, key=lambda each: -each.points) if each not in lost]
        kept = [*lost, *made][:CHIEF]
        return tuple(each for each in counted if each in kept)

    @property
    def unscored(self) -> tuple[Reasoned, ...]:
        """Lines the need states no wish for."""
        return tuple(each for each in self.lines if not each.full)


def cards(need: Need, fits: Sequence[Fit], on: date, sort: str = "fit") -> list[Card]:
    """A card for each, ordered by ``sort``: degree of fit as they come, lowest cost, or fastest answer."""
    made = [_card(need, fit, before, on) for fit, before in zip(fits, [None, *fits], strict=False)]
    if sort == "cost":
        return sorted(made, key=lambda card: card.low.minor if card.low else 2**62)
    if sort == "answer":
        return sorted(made, key=lambda card: card.offer.terms.promised_workdays or _NO_PROMISE)
    return made


def side_by_side(need: Need, found: Recommended, wanted: Iterable[str], on: date) -> list[Card]:
    """The products of those keys, at most four; without any the first four that fit."""
    keys = list(dict.fromkeys(wanted))
    named = (found.named(key) for key in keys[: 5 * MOST_COMPARED])
    chosen = [fit for fit in named if fit is not None] if keys else list(found.fits)
    return [_card(need, fit, None, on) for fit in chosen[:MOST_COMPARED]]


def _card(need: Need, fit: Fit, before: Fit | None, on: date) -> Card:
    rates, amount = rate_span(fit.offer.terms, on), Money(need.amount_minor or 0, need.currency)
    whole = zip(fit.why.lines, fit.why.whole_points(), strict=True)
    return Card(
        offer=fit.offer,
        why=fit.why,
        rates=rates,
        low=yearly_cost(amount, rates.low.rate_ppm) if rates else None,
        high=yearly_cost(amount, rates.high.rate_ppm) if rates else None,
        lines=tuple(Reasoned(line, points, line.full // 1000) for line, points in whole),
        tie=_tie(fit, before, on) if before else "",
    )


def _tie(fit: Fit, before: Fit, on: date) -> str:
    if fit.why.points != before.why.points or not fit.why.eligible:
        return ""
    mine, theirs = rate_span(fit.offer.terms, on), rate_span(before.offer.terms, on)
    if mine and theirs and mine.low.rate_ppm != theirs.low.rate_ppm:
        return "rate"
    return "name" if fit.offer.terms.promised_workdays == before.offer.terms.promised_workdays else "promise"

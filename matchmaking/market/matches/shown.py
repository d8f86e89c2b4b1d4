"""Products as a firm sees them: what one costs at the amount asked for, why it stands where it stands, side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from matchmaking.domain.matching.codes import CREDIT, GUARANTEES
from matchmaking.domain.matching.costs import Cost, Fee, cheapest_and_dearest, cost_of, fees_from
from matchmaking.domain.matching.explain import Explanation, PointLine
from matchmaking.domain.matching.schemes import Worth, worths
from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Reason
from matchmaking.market.matches.queries import Fit, Fits, Recommended
from matchmaking.market.matches.told import Mark, Row, Sums, Told
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
    """One product for one need. ``cheap``: at the lowest rate, backed the way that costs least; ``dear``: at the
    highest rate, backed the way that costs most; None without an LPR. ``worths``: schemes that save on ``cheap``.

    ``tie``: ``rate``, ``promise`` or ``name``: what put it behind the one before it, where the points are equal.
    """

    offer: Offer
    why: Explanation
    rates: Rates | None
    cheap: Cost | None
    dear: Cost | None
    lines: tuple[Reasoned, ...]
    worths: tuple[Worth, ...] = ()
    tie: str = ""

    def told(self, say: Callable[[Reason], str]) -> Told:
        """The card in the words of ``say``."""
        rows = {each.line.line: Row(say(each.line.reason), each.line.line, each.points, each.full)
                for each in self.lines}  # fmt: skip
        chief = tuple(rows[each.line.line] for each in self.chief)
        return Told(self.marks, self.degree, self.sums, self.saves, self.tie, chief, tuple(rows.values()))

    @property
    def degree(self) -> int | None:
        """匹配度; None where it is not eligible."""
        return self.why.degree

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The scored lines in the order of the bar."""
        return tuple(
            Mark(each.line.line, each.line.points, each.line.full, each.points, each.full) for each in self.counted
        )

    @property
    def sums(self) -> Sums | None:
        """What it costs, in plain values; None without an LPR."""
        if self.rates is None or self.cheap is None or self.dear is None:
            return None
        cheap, dear = self.cheap, self.dear
        return Sums(
            cheap.yearly, dear.yearly, (cheap.simple_ppm, dear.simple_ppm),
            (cheap.yearly_interest, dear.yearly_interest),
            (self.rates.low.rate_ppm, self.rates.high.rate_ppm), self.charged,
        )  # fmt: skip

    @property
    def saves(self) -> tuple[tuple[str, bool, int], ...]:
        """Each scheme that saves something: its code, whether it is invented, minor units."""
        return tuple((one.scheme.code, one.scheme.demo, one.amount.minor) for one in self.worths)

    @property
    def counted(self) -> tuple[Reasoned, ...]:
        """The lines that are scored."""
        return tuple(each for each in self.lines if each.full)

    @property
    def low(self) -> Money | None:
        """Everything a year costs at least, interest and fees."""
        return self.cheap.yearly if self.cheap else None

    @property
    def high(self) -> Money | None:
        """Everything a year costs at most."""
        return self.dear.yearly if self.dear else None

    @property
    def saved(self) -> Money | None:
        """What all schemes together save on it, never more than it costs."""
        if not self.cheap or not self.worths:
            return None
        whole = sum((one.amount for one in self.worths), Money.zero(self.cheap.amount.currency))
        return min(whole, self.cheap.total)

    @property
    def charged(self) -> tuple[tuple[Fee, Money], ...]:
        """Every fee that may be charged, each once: those of the cheap way first."""
        both = (*(self.cheap.fees if self.cheap else ()), *(self.dear.fees if self.dear else ()))
        return tuple(dict.fromkeys(both))

    @property
    def chief(self) -> tuple[Reasoned, ...]:
        """The lines that decide, in the order of the bar: most points lost first, then most points made."""
        counted = self.counted
        lost = sorted(counted, key=lambda each: (each.points - each.full, -each.points))[: CHIEF - 1]
        made = [each for each in sorted(counted, key=lambda each: -each.points) if each not in lost]
        kept = [*lost, *made][:CHIEF]
        return tuple(each for each in counted if each in kept)

    @property
    def unscored(self) -> bool:
        """Whether the need states no wish for some line."""
        return not all(each.full for each in self.lines)


@dataclass(frozen=True, slots=True)
class Sieve:
    """What a person wants to see of the fitting products; empty shows all. ``answer``: at most so many workdays."""

    bank: str = ""
    guarantee: str = ""
    answer: int | None = None

    def keeps(self, offer: Offer) -> bool:
        """Whether a product passes."""
        modes, promised = offer.terms.guarantees, offer.terms.promised_workdays
        return (
            self.bank in ("", offer.bank)
            and (not self.guarantee or not modes or f",{self.guarantee}," in modes)
            and (self.answer is None or (promised is not None and promised <= self.answer))
        )

    @property
    def told(self) -> dict[str, str | int]:
        """As an address has it."""
        given = {"bank": self.bank, "guarantee": self.guarantee, "answer": self.answer}
        return {name: value for name, value in given.items() if value}


def arranged(found: Recommended, fits: Fits, sieve: Sieve, sort: str) -> Fits:
    """Those that pass the sieve, ordered by ``sort``: degree of fit as they come, lowest cost, or fastest answer.
    Nothing is explained for it."""
    if not sieve.told and sort == SORTS[0]:
        return fits
    offers = fits.offers
    kept = [place for place, offer in enumerate(offers) if sieve.keeps(offer)]
    if sort == "cost":
        plain: dict[int, int] = {}
        kept.sort(key=lambda place: _lowest(found, offers[place], plain))
    if sort == "answer":
        kept.sort(key=lambda place: offers[place].terms.promised_workdays or _NO_PROMISE)
    return fits.chosen(kept)


def _lowest(found: Recommended, offer: Offer, plain: dict[int, int]) -> int:
    """``plain``: what was found for a rate where no fee is charged, which most products share."""
    rates = rate_span(offer.terms, found.on)
    if rates is None:
        return 2**62
    low, free = rates.low.rate_ppm, not offer.terms.fees["rows"]
    if free and low in plain:
        return plain[low]
    minor = _costs(found, offer, rates)[0].yearly.minor
    if free:
        plain[low] = minor
    return minor


def cards(found: Recommended, fits: Sequence[Fit], *, ranked: bool = False) -> list[Card]:
    """A card for each, in their order; ``ranked``: that of the degree of fit, so that a tie is explained."""
    shown = list(fits)
    before: list[Fit | None] = [None, *shown] if ranked else [None] * len(shown)
    return [_card(found, fit, earlier) for fit, earlier in zip(shown, before, strict=False)]


def side_by_side(found: Recommended, wanted: Iterable[str]) -> list[Card]:
    """The products of those keys, at most four; without any the first four that fit."""
    keys = list(dict.fromkeys(wanted))
    named = (found.named(key) for key in keys[: 5 * MOST_COMPARED])
    chosen = [fit for fit in named if fit is not None] if keys else list(found.fits[:MOST_COMPARED])
    return [_card(found, fit, None) for fit in chosen[:MOST_COMPARED]]


def _card(found: Recommended, fit: Fit, before: Fit | None) -> Card:
    rates = rate_span(fit.offer.terms, found.on)
    whole = zip(fit.why.lines, fit.why.whole_points(), strict=True)
    cheap, dear = _costs(found, fit.offer, rates) if rates else (None, None)
    return Card(
        offer=fit.offer,
        why=fit.why,
        rates=rates,
        cheap=cheap,
        dear=dear,
        lines=tuple(Reasoned(line, points, line.full // 1000) for line, points in whole),
        worths=worths(found.schemes, cheap) if cheap else (),
        tie=_tie(fit, before, found.on) if before else "",
    )


def _costs(found: Recommended, offer: Offer, rates: Rates) -> tuple[Cost, Cost]:
    asked = found.asked
    taken = frozenset(offer.terms.criteria.get("guarantees", GUARANTEES))
    at_hand = (asked.guarantees | {CREDIT}) & taken
    few, many = cheapest_and_dearest(fees_from(offer.terms.fees), at_hand, asked.amount, asked.term_months)
    low, high = rates.low.rate_ppm, rates.high.rate_ppm
    return cost_of(asked.amount, asked.term_months, low, few), cost_of(asked.amount, asked.term_months, high, many)


def _tie(fit: Fit, before: Fit, on: date) -> str:
    if fit.why.points != before.why.points or not fit.why.eligible:
        return ""
    mine, theirs = rate_span(fit.offer.terms, on), rate_span(before.offer.terms, on)
    if mine and theirs and mine.low.rate_ppm != theirs.low.rate_ppm:
        return "rate"
    return "name" if fit.offer.terms.promised_workdays == before.offer.terms.promised_workdays else "promise"

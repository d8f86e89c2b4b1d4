"""A card learned up to a day, tried on the loans after it, beside a card set by hand and three plainer rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matchmaking.domain.matching.learning.card import BLOCK, FEWEST, Card, by_hand, learn
from matchmaking.domain.matching.learning.keys import Codes, Key, parse_key
from matchmaking.domain.matching.learning.layout import Layout
from matchmaking.domain.matching.learning.lines import Encoded, Memory
from matchmaking.domain.matching.learning.loans import Loans
from matchmaking.domain.matching.learning.measures import (
    Decile,
    Measured,
    Ranks,
    calibration,
    difference,
    measured,
)
from matchmaking.domain.matching.learning.ranking import Ranked, best_of, ranked
from matchmaking.domain.matching.learning.shares import Counts, Figures, fading, half_life_of, shrunk, totals
from matchmaking.domain.reasons import Reason, Refusal

TOP, FIRST_PART, NAMED = 20, 0.8, 10
"""Lenders called large; part of the loans learned from unless a day is given; lenders whose share is checked."""
CARD, HAND, EVERYWHERE, CITY, RECENT = "card", "hand", "popular", "popular_city", "recent_place"
RIVALS = (HAND, EVERYWHERE, CITY, RECENT)


@dataclass(frozen=True, slots=True)
class Group:
    """Some of the later loans. ``ways``: way → figures. ``gains``: rival → what the card has over it."""

    n: int
    ways: Mapping[str, Mapping[str, Measured]]
    gains: Mapping[str, Mapping[str, Measured]]


@dataclass(frozen=True, slots=True)
class Backtest:
    """``groups``: all, large and other lenders (the twenty that lent most before the day, and the rest)."""

    split: date
    learned: int
    tried: int
    lenders: int
    card: Card
    groups: Mapping[str, Group]
    calibration: tuple[Decile, ...]


def split_day(loans: Loans) -> date:
    """The day before which four fifths of the loans (in order) lie."""
    return date.fromordinal(int(loans.days[min(int(len(loans) * FIRST_PART), len(loans) - 1)]))


def backtest(loans: Loans, layout: Layout, split: date | None = None) -> Backtest:
    """Raises :class:`Refusal` ``rank_split_empty`` where too little lies before the day, or nothing from it on."""
    loans = loans.by_day()
    day = split or split_day(loans)
    size = int(np.searchsorted(loans.days, day.toordinal()))
    if size < FEWEST or size == len(loans):
        raise Refusal(Reason("rank_split_empty", {"day": day.isoformat(), "before": size, "least": FEWEST}))
    past = Encoded(layout, loans.taken(np.arange(size)))
    asked = Encoded(layout, loans.taken(np.arange(size, len(loans))), like=past)
    memory, card = Memory(past, size), learn(past)
    ranks, shares, lent = _tried(ranked(card, memory, asked), asked)
    ways = {CARD: ranks, HAND: _tried(ranked(by_hand(layout), memory, asked), asked)[0]}
    ways |= {way: _tried(_plain(past, asked, levels, part), asked)[0] for way, (levels, part) in _rules(layout).items()}
    large = np.isin(asked.lenders, np.argsort(-np.bincount(past.lenders), kind="stable")[:TOP])
    everyone = np.ones(len(large), np.bool_)
    groups = {name: _group(ways, who) for name, who in (("all", everyone), ("large", large), ("other", ~large))}
    return Backtest(day, card.learned, len(asked.days), memory.lenders, card, groups, calibration(shares, lent))


def _group(ways: Mapping[str, Ranks], who: NDArray[np.bool_]) -> Group:
    told = {way: measured(ranks[who]) for way, ranks in ways.items()}
    gains = {way: difference(ways[CARD][who], ways[way][who]) for way in RIVALS if way in ways}
    return Group(int(who.sum()), told, gains)


def _tried(lists: Iterator[Ranked], asked: Encoded) -> tuple[Ranks, list[NDArray[np.float64]], list[NDArray[np.bool_]]]:
    """Place of the true lender in each list, and the first ten pairs of each with whether they lent."""
    ranks, shares, lent = [], [], []
    for block in lists:
        true = block.best == asked.lenders[block.places][:, None]
        ranks.append(np.where(true.any(axis=1), true.argmax(axis=1) + 1, 0))
        shares.append(block.shares[:, :NAMED])
        lent.append(true[:, :NAMED])
    return np.concatenate(ranks), shares, lent


def _rules(layout: Layout) -> dict[str, tuple[tuple[Key, ...], float | None]]:
    """Popular everywhere; popular in the city; recent loans, city backed off to state. Two need a place to be told."""
    found: dict[str, tuple[tuple[Key, ...], float | None]] = {EVERYWHERE: ((), None)}
    if {"state", "city"} <= {field.name for field in layout.fields}:
        state, city = parse_key("state"), parse_key("state city")
        found |= {CITY: ((city,), None), RECENT: ((state, city), 0.10)}
    return found


def _plain(past: Encoded, asked: Encoded, levels: tuple[Key, ...], part: float | None) -> Iterator[Ranked]:
    """Lenders by their share alone: every level backs off to the wider one with the weight of one loan."""
    on, many = int(past.days[-1]) + 1, len(past.names)
    weights = fading(past.days, on, half_life_of(past.days, part) if part else None)
    base = shrunk(totals(past.lenders, weights, many), np.full((1, many), 1 / many), 1.0)
    counts = [Counts(past.codes[key], past.lenders, weights, len(past.coders[key]), many) for key in levels]
    order = np.array(sorted(range(many), key=past.names.__getitem__), np.int64)
    for first in range(0, len(asked.days), BLOCK):
        places = np.arange(first, min(first + BLOCK, len(asked.days)))
        yield best_of(np.log(_backed_off(base, levels, counts, asked, places)), order, places)


def _backed_off(base: Figures, levels: tuple[Key, ...], counts: list[Counts], asked: Encoded, places: Codes) -> Figures:
    share = np.repeat(base, len(places), axis=0)
    for key, counted in zip(levels, counts, strict=True):
        share = shrunk(counted.of(asked.codes[key][places]), share, 1.0)
    return share

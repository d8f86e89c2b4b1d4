"""Net-new money (N4, B13): what a firm really owes more than before, across banks and signings.

Reckoned per signing over all its valid disbursements together:
min(valid gross not in dispute, balance thirty days after the last of them − highest end-of-day balance of the 183 days
before the first), never below zero. The balance is read on ``as_of`` when that comes first, and is then provisional.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from matchmaking.domain.conversion.parameters import ConversionParameters


@dataclass(frozen=True, slots=True)
class Movement:
    """``change`` minor units of principal owed to ``lender`` on ``day``: positive paid out, negative paid back."""

    day: date
    lender: str
    change: int


@dataclass(frozen=True, slots=True)
class Anchor:
    """``balance`` minor units owed to ``lender`` when ``day`` began."""

    day: date
    lender: str
    balance: int


@dataclass(frozen=True, slots=True)
class Balances:
    """End-of-day principal owed to all lenders: a step function with ``levels[i]`` from ``days[i]`` on, ``before``
    earlier.
    """

    before: int
    days: tuple[date, ...]
    levels: tuple[int, ...]

    def at(self, day: date) -> int:
        """Balance at the end of ``day``."""
        place = bisect_right(self.days, day)
        return self.levels[place - 1] if place else self.before

    def peak(self, first: date, last: date) -> int:
        """Highest end-of-day balance from ``first`` to ``last``, both included."""
        low, high = bisect_right(self.days, first), bisect_right(self.days, last)
        return max((self.at(first), *self.levels[low:high]))


def balances(movements: Iterable[Movement], anchors: Iterable[Anchor]) -> Balances:
    """All lenders' balances of one borrower in one currency.

    A known balance holds from the morning of its day; movements carry it forward and, before the earliest known one,
    back. Before that day the higher of this and of what the movements alone say is taken, so that a repayment nobody
    reported cannot lower a peak. A lender with no known balance owed at least what was paid back to it.
    """
    moves: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    known: dict[str, dict[date, int]] = defaultdict(dict)
    for move in movements:
        moves[move.lender][move.day] += move.change
    for anchor in anchors:
        known[anchor.lender][anchor.day] = max(anchor.balance, known[anchor.lender].get(anchor.day, 0))
    before = 0
    changes: dict[date, int] = defaultdict(int)
    for lender in sorted({*moves, *known}):
        level, steps = _one_lender(moves.get(lender, {}), known.get(lender, {}))
        before += level
        for day, balance in steps:
            changes[day] += balance - level
            level = balance
    days = tuple(sorted(changes))
    levels = tuple(accumulate((changes[day] for day in days), initial=before))[1:]
    return Balances(before, days, levels)


def _one_lender(moves: dict[date, int], known: dict[date, int]) -> tuple[int, list[tuple[date, int]]]:
    """Balance before everything, and (day, balance) for every day on which it may change; never below zero."""
    days = sorted({*moves, *known})
    base = _least_base(moves)
    if not known:
        running = list(accumulate((moves[day] for day in days), initial=base))
        return base, list(zip(days, running[1:], strict=True))
    first = min(known)
    back = known[first] - sum(change for day, change in moves.items() if day < first)
    level, alone = back, base
    steps = []
    for day in days:
        level = known.get(day, level) + moves.get(day, 0)
        alone += moves.get(day, 0)
        steps.append((day, max(0, level, alone if day < first else 0)))
    return max(0, back, base), steps


def _least_base(moves: dict[date, int]) -> int:
    """The least opening balance that keeps every later balance at or above zero."""
    return max(0, -min(accumulate(moves[day] for day in sorted(moves)), default=0))


@dataclass(frozen=True, slots=True)
class NetNew:
    """Net-new of one signing, minor units, with the figures behind it. ``provisional``: the settling day has not
    come.
    """

    amount: int
    balance: int
    balance_on: date
    peak: int
    peak_from: date
    peak_to: date
    provisional: bool


def net_new(
    gross: int,
    first: date,
    last: date,
    owed: Balances,
    *,
    as_of: date,
    known_at: date,
    parameters: ConversionParameters,
) -> NetNew:
    """Net-new money of a signing whose ``gross`` (minor units) was paid between ``first`` and ``last``."""
    settles = last + timedelta(days=parameters.net_new_settle_days)
    read_on = min(settles, as_of)
    since = first - timedelta(days=parameters.net_new_peak_days)
    until = first - timedelta(days=1)
    balance, peak = owed.at(read_on), owed.peak(since, until)
    amount = max(0, min(gross, balance - peak))
    return NetNew(amount, balance, read_on, peak, since, until, min(as_of, known_at) < settles)


@dataclass(frozen=True, slots=True)
class Draw:
    """A counted disbursement: ``amount`` minor units on ``day``."""

    key: str
    day: date
    amount: int


@dataclass(frozen=True, slots=True)
class Payback:
    """Principal paid back on a signing: on draw ``draw`` if named, else on its oldest open one."""

    key: str
    day: date
    amount: int
    draw: str | None = None


@dataclass(frozen=True, slots=True)
class Allotted:
    """Paybacks laid against draws: (draw key, day, amount) pieces, and (day, amount) that found no open draw."""

    pieces: tuple[tuple[str, date, int], ...]
    left_over: tuple[tuple[date, int], ...]


def allot(draws: Sequence[Draw], paybacks: Sequence[Payback]) -> Allotted:
    """Lays each payback against the draw it names, else against the oldest open draw of its day or earlier."""
    ordered = sorted(draws, key=lambda draw: (draw.day, draw.key))
    open_amount = {draw.key: draw.amount for draw in ordered}
    pieces: list[tuple[str, date, int]] = []
    left: list[tuple[date, int]] = []
    for payback in sorted(paybacks, key=lambda p: (p.day, p.draw not in open_amount, p.key)):
        rest = payback.amount
        aims = [payback.draw] if payback.draw in open_amount else [d.key for d in ordered if d.day <= payback.day]
        for key in aims:
            piece = min(rest, open_amount[key])
            if piece:
                pieces.append((key, payback.day, piece))
                open_amount[key] -= piece
                rest -= piece
        if rest:
            left.append((payback.day, rest))
    return Allotted(tuple(pieces), tuple(left))


def peak_drawn(draws: Sequence[Draw], pieces: Iterable[tuple[str, date, int]], keys: frozenset[str]) -> int:
    """Highest simultaneous end-of-day balance of the draws named in ``keys``, minor units (revolving lines)."""
    changes: dict[date, int] = defaultdict(int)
    for draw in draws:
        if draw.key in keys:
            changes[draw.day] += draw.amount
    for key, day, amount in pieces:
        if key in keys:
            changes[day] -= amount
    return max(accumulate((changes[day] for day in sorted(changes)), initial=0))


def drawn_since(draws: Iterable[Draw], day: date) -> int:
    """Minor units drawn on ``day`` or later."""
    return sum(draw.amount for draw in draws if draw.day >= day)


def open_requests(requests: Sequence[Draw], draws: Sequence[Draw], answered: dict[str, str]) -> dict[str, int]:
    """What each draw request still waits for, minor units.

    ``answered`` maps draw key → request key where the bank named it; other draws answer the oldest open request made on
    their day or before.
    """
    waiting = {request.key: request.amount for request in sorted(requests, key=lambda r: (r.day, r.key))}
    days = {request.key: request.day for request in requests}
    for draw in sorted(draws, key=lambda d: (answered.get(d.key) not in waiting, d.day, d.key)):
        rest = draw.amount
        named = answered.get(draw.key)
        aims = [named] if named in waiting else [key for key in waiting if days[key] <= draw.day]
        for key in aims:
            piece = min(rest, waiting[key])
            waiting[key] -= piece
            rest -= piece
    return {key: amount for key, amount in waiting.items() if amount}

"""Cohorts (N2): who a figure is about. A rate divides two quantities of one cohort or is refused."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from matchmaking.domain.conversion.facts import Event, Signing
from matchmaking.domain.money import per_million
from matchmaking.domain.reasons import Reason, Refusal

MEMBER, PRE_EVENT, LATE, OUTSIDE = "member", "pre_event", "late", "outside"
"""Where a signing stands to a scope: in it, 会前存量, 补录, or not concerned."""

AMOUNT, COUNT = "amount", "count"
"""Kinds of quantity: minor units, or papers."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom an audit is about: ``portfolio``, ``event`` (value: its key), ``month`` (``2025-02``) or ``list`` (its
    name).

    The scope of the whole portfolio keeps pre-event stock and late entries apart; a month takes every paper by the day
    on it, so that pre-event stock belongs to its own month.
    """

    kind: str = "portfolio"
    value: str = ""
    keys: frozenset[str] = frozenset()
    frozen_on: date | None = None

    @classmethod
    def event(cls, key: str) -> Scope:
        """What was signed at one event."""
        return cls("event", key)

    @classmethod
    def month(cls, month: str) -> Scope:
        """What was signed in one month, ``YYYY-MM``."""
        return cls("month", month)

    @classmethod
    def frozen_list(cls, name: str, keys: Iterable[str], frozen_on: date) -> Scope:
        """A list frozen on a day, by public keys; papers recorded later stand apart."""
        return cls("list", name, frozenset(keys), frozen_on)

    @property
    def predicate(self) -> str:
        """The scope in words that go into the membership hash."""
        return f"{self.kind}:{self.value}" if self.value else self.kind

    def standing(self, signing: Signing, event: Event | None) -> str:
        """Where ``signing`` stands; ``event`` is the one it names, None where it names none that is known."""
        if self.kind == "month":
            return MEMBER if signing.signed_on.isoformat()[:7] == self.value else OUTSIDE
        if self.kind == "list":
            return self._listed(signing)
        if self.kind == "event" and signing.event != self.value:
            return OUTSIDE
        return event_standing(signing, event)

    def _listed(self, signing: Signing) -> str:
        if signing.key not in self.keys:
            return OUTSIDE
        return LATE if self.frozen_on is not None and signing.recorded_on > self.frozen_on else MEMBER

    def frozen(self, event: Event | None) -> date | None:
        """The day on which membership froze, where it did."""
        return self.frozen_on if event is None else event.frozen_on


def event_standing(signing: Signing, event: Event | None) -> str:
    """A paper older than its event is 会前存量; one entered after the sheet froze is 补录."""
    if event is None:
        return MEMBER
    if signing.signed_on < event.held_on:
        return PRE_EVENT
    if event.frozen_on is not None and signing.recorded_on > event.frozen_on:
        return LATE
    return MEMBER


@dataclass(frozen=True, slots=True)
class Cohort:
    """A fixed set of papers of one grade, one currency and one portfolio. ``members`` are sorted public keys.

    ``digest`` is SHA-256 over the members, predicate, instrument, currency, portfolio and days; database ids never
    enter.
    """

    predicate: str
    instrument: str
    currency: str
    portfolio: str
    frozen_on: date | None
    as_of: date
    members: tuple[str, ...]
    digest: str

    @classmethod
    def of(
        cls,
        members: Iterable[str],
        *,
        predicate: str,
        instrument: str,
        currency: str,
        portfolio: str,
        frozen_on: date | None,
        as_of: date,
    ) -> Cohort:
        """The cohort of ``members`` (public keys, in any order)."""
        keys = tuple(sorted(set(members)))
        words = {
            "as_of": as_of.isoformat(),
            "currency": currency,
            "frozen_on": None if frozen_on is None else frozen_on.isoformat(),
            "instrument": instrument,
            "members": keys,
            "portfolio": portfolio,
            "predicate": predicate,
        }
        text = json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        digest = sha256(text.encode("utf-8")).hexdigest()
        return cls(predicate, instrument, currency, portfolio, frozen_on, as_of, keys, digest)

    @property
    def name(self) -> str:
        """Predicate, grade and the first eight digits of the hash, for refusals and passports."""
        return f"{self.predicate} {self.instrument} {self.digest[:8]}"


@dataclass(frozen=True, slots=True)
class Quantity:
    """``value`` of ``measure`` over ``cohort``: minor units (kind ``amount``) or papers (kind ``count``)."""

    cohort: Cohort
    measure: str
    kind: str
    value: int
    known_at: date


@dataclass(frozen=True, slots=True)
class Rate:
    """``ppm``, or None with the reason why the rate is not applicable (不适用)."""

    numerator: Quantity
    denominator: Quantity
    ppm: int | None
    reason: Reason | None


def rate(numerator: Quantity, denominator: Quantity) -> Rate:
    """One quantity over another of the same cohort, in parts per million.

    Raises :class:`Refusal` naming both cohorts where portfolio, currency, days, kind or membership differ.
    """
    over, under = numerator.cohort, denominator.cohort
    code = _difference(numerator, denominator)
    if code is not None:
        raise Refusal(Reason(code, {"numerator": over.name, "denominator": under.name}))
    if denominator.value <= 0:
        return Rate(numerator, denominator, None, Reason("rate_not_applicable", {"cohort": under.name}))
    return Rate(numerator, denominator, per_million(numerator.value, denominator.value), None)


def _difference(numerator: Quantity, denominator: Quantity) -> str | None:
    over, under = numerator.cohort, denominator.cohort
    if over.portfolio != under.portfolio:
        return "rate_across_portfolios"
    if over.currency != under.currency:
        return "rate_across_currencies"
    if (over.as_of, numerator.known_at) != (under.as_of, denominator.known_at):
        return "rate_across_days"
    if numerator.kind != denominator.kind:
        return "rate_across_kinds"
    return "rate_across_cohorts" if over.digest != under.digest else None

"""The facts matching reads: a firm's need with its profile, and one published version of a bank's product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Reason, Refusal

LARGEST = 10**15
"""Largest amount matched, in minor units (10 万亿元): figures times weights stay within int64."""
LONGEST = 600
"""Longest term matched, in months."""
MILLION = 1_000_000
"""Parts in one whole: a rate of 100 %."""

RuleValue = int | bool | str | frozenset[str]
Rules = Mapping[str, RuleValue]
"""Admission rules by field name (see ``criteria.FIELDS``); an absent field asks nothing."""


@dataclass(frozen=True, slots=True)
class Title:
    """A title a firm holds (专精特新, 高新技术企业 …); valid from ``since`` through ``until``; None is open."""

    code: str
    since: date
    until: date | None = None

    def held(self, on: date) -> bool:
        """Whether it is valid on ``on``, both ends included."""
        return self.since <= on and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True)
class LenderRecord:
    """A lender's agreements with firms of one size class, by the audit: how many were due, their money in minor units,
    and what of it two parties verified as paid by the promised day."""

    size_class: str
    signed_count: int
    signed_minor: int
    verified_minor: int

    def __post_init__(self) -> None:
        _bounded("signed_count", self.signed_count, 1, MILLION)
        _bounded("signed_minor", self.signed_minor, 1, LARGEST)
        _bounded("verified_minor", self.verified_minor, 0, self.signed_minor)

    @property
    def share_ppm(self) -> int:
        """Verified of signed."""
        return self.verified_minor * MILLION // self.signed_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a firm asks for, and what is known of the firm. None means *nobody has said yet*, never zero or no.

    ``rate_ceiling_ppm``, ``guarantee_preferred``, ``needed_by``: None is an answer here, *no wish stated*.
    ``area``: GB/T 2260 code; ``zone``: code of a functional zone (高新区, 恒口) or None; ``industry``: GB/T 4754 code,
    with or without its letter; ``titles``: None unknown, ``()`` none held. ``debt``: what it owes banks already;
    ``park_kind``: one of ``codes.PARK_KINDS`` or ``codes.NO_PARK``; ``answers``: what the need form asks for criteria
    (``criteria.ASKS``) by field name, sorted; a question left out is not answered. ``like_mean_ppm``: share of the
    money signed with firms like this one, by every lender, that was verified as paid in time; None where no audit
    knows of any.
    """

    key: str
    amount: Money
    term_months: int
    loan_kind: str
    guarantees: frozenset[str] = frozenset()
    guarantee_preferred: str | None = None
    rate_ceiling_ppm: int | None = None
    needed_by: date | None = None
    area: str | None = None
    zone: str | None = None
    industry: str | None = None
    founded_on: date | None = None
    revenue: Money | None = None
    size_class: str | None = None
    tax_grade: str | None = None
    titles: tuple[Title, ...] | None = None
    first_loan: bool | None = None
    debt: Money | None = None
    park_kind: str | None = None
    answers: tuple[tuple[str, RuleValue], ...] = ()
    like_mean_ppm: int | None = None

    def __post_init__(self) -> None:
        _bounded("amount", self.amount.minor, 1, LARGEST)
        _bounded("term_months", self.term_months, 1, LONGEST)
        _bounded("rate_ceiling_ppm", self.rate_ceiling_ppm, 0, MILLION)
        _bounded("founded_on", self.founded_on.year if self.founded_on else None, 1, 9_000)
        if self.revenue is not None:
            _bounded("revenue", self.revenue.minor, 0, LARGEST)
            _one_currency(self.amount, self.revenue)
        if self.debt is not None:
            _bounded("debt", self.debt.minor, 0, LARGEST)
            _one_currency(self.amount, self.debt)
        _bounded("like_mean_ppm", self.like_mean_ppm, 0, MILLION)

    def codes(self, name: str) -> frozenset[str]:
        """The answer to a question for several codes; empty where it was left out."""
        value = dict(self.answers).get(name)
        return value if isinstance(value, frozenset) else frozenset()

    def answering(self, name: str, value: RuleValue) -> Need:
        """This need with one more answer, or another one."""
        return replace(self, answers=tuple(sorted({**dict(self.answers), name: value}.items())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One published version of a product. ``rules`` are its admission rules, parsed by ``rules.parse_rules``.

    ``lowest_rate_ppm``: lowest yearly rate on the matching day, from the LPR table and the product's spreads.
    ``promised_days``: calendar days in which the bank promises to answer; None promises nothing. ``quota_left``: what
    the bank has left for this product; None keeps no quota. ``specialities``: GB/T 4754 prefixes it is made for, as
    ``codes.clean_industry`` writes them. ``places``: counties and zones with a branch that serves it; ``city``: the
    four digits of the city they lie in. ``records``: what came of the lender's agreements with each size of firm.
    """

    key: str
    lender: str
    lowest_rate_ppm: int
    version: int = 1
    currency: str = "CNY"
    promised_days: int | None = None
    quota_left: Money | None = None
    specialities: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    city: str = ""
    records: tuple[LenderRecord, ...] = ()
    rules: Rules = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        _bounded("lowest_rate_ppm", self.lowest_rate_ppm, 0, MILLION)
        _bounded("promised_days", self.promised_days, 0, LONGEST * 31)
        if self.quota_left is not None:
            _bounded("quota_left", self.quota_left.minor, 0, LARGEST)
            _one_currency(Money.zero(self.currency), self.quota_left)
        object.__setattr__(self, "rules", MappingProxyType(dict(self.rules)))

    def number(self, name: str) -> int | None:
        """The integer rule ``name``; None where it asks nothing."""
        value = self.rules.get(name)
        return value if isinstance(value, int) else None

    def codes(self, name: str) -> frozenset[str] | None:
        """The set rule ``name``; None where it asks nothing."""
        value = self.rules.get(name)
        return value if isinstance(value, frozenset) else None

    def word(self, name: str) -> str | None:
        """The one-of-several rule ``name``; None where it asks nothing."""
        value = self.rules.get(name)
        return value if isinstance(value, str) else None


def _bounded(name: str, value: int | None, least: int, most: int) -> None:
    """Refuse what int64 arithmetic could not carry."""
    if value is not None and not least <= value <= most:
        raise Refusal(Reason("match_fact_range", {"field": f"fact:{name}", "least": least, "most": most}))


def _one_currency(left: Money, right: Money) -> None:
    if left.currency != right.currency:
        raise Refusal(Reason("currency_mismatch", {"left": left.currency, "right": right.currency}))

"""Rows → the terms of a need, and what matching reads of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from matchmaking.domain.matching import catalogue
from matchmaking.domain.matching.criteria import ASKS
from matchmaking.domain.matching.rules import CHOICE, CHOICES, MONEY, Field, parse_rules
from matchmaking.domain.money import Money, plain_amount
from matchmaking.market.needs.models import Need
from matchmaking.registry.enterprises.facts import FIRST, UNKNOWN, FirmFacts


@dataclass(frozen=True, slots=True)
class Terms:
    """What a firm asks for. Nothing has to be there: drafts are saved as far as they go. ``amount_unit`` is the unit
    the person typed it in, ``wan`` or ``yuan``."""

    amount: Money | None = None
    amount_unit: str = ""
    term_months: int | None = None
    purpose: str = ""
    purpose_words: str = ""
    loan_kind: str = ""
    guarantees: frozenset[str] = frozenset()
    rate_ceiling_ppm: int | None = None
    needed_by: date | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    """Optional questions of ``matching.criteria.ASKS`` as JSON has them."""

    @property
    def answered(self) -> list[tuple[str, list[str]]]:
        """Each optional question that was answered: the code of its label, and its answer."""
        return [(each.label, _words(each, self.answers[each.name])) for each in ASKS if each.name in self.answers]

    def columns(self) -> dict[str, Any]:
        """As the table keeps them."""
        return {
            "amount_minor": self.amount.minor if self.amount else None,
            "amount_unit": self.amount_unit if self.amount else "",
            "term_months": self.term_months,
            "purpose": self.purpose,
            "purpose_words": self.purpose_words,
            "loan_kind": self.loan_kind,
            "guarantees": {"modes": sorted(self.guarantees)},
            "rate_ceiling_ppm": self.rate_ceiling_ppm,
            "needed_by": self.needed_by,
            "answers": dict(self.answers),
        }

    def plain(self) -> dict[str, Any]:
        """As JSON keeps them."""
        return {**self.columns(), "needed_by": self.needed_by.isoformat() if self.needed_by else None}


def _words(field: Field, told: Any) -> list[str]:
    """Codes of words for an answer; figures as they are."""
    if field.kind in (CHOICE, CHOICES):
        return [f"match_{field.vocabulary}_{code}" for code in (told if isinstance(told, list) else [told])]
    return [plain_amount(told, "wan") if field.kind == MONEY else str(told)]


def terms_of(need: Need) -> Terms:
    """The present terms."""
    return Terms(
        amount=None if need.amount_minor is None else Money(need.amount_minor, need.currency),
        amount_unit=need.amount_unit,
        term_months=need.term_months,
        purpose=need.purpose,
        purpose_words=need.purpose_words,
        loan_kind=need.loan_kind,
        guarantees=frozenset(need.guarantees["modes"]),
        rate_ceiling_ppm=need.rate_ceiling_ppm,
        needed_by=need.needed_by,
        answers=need.answers,
    )


def as_asked(need: Need, firm: FirmFacts, on: date) -> catalogue.Need:
    """A complete need with its firm, as matching reads it on ``on``. ``ValueError`` for a draft without an amount."""
    terms = terms_of(need)
    if terms.amount is None or terms.term_months is None:
        raise ValueError(f"need {need.public_key} has no amount or no term")
    asked = catalogue.Need(
        key=need.public_key,
        amount=terms.amount,
        term_months=terms.term_months,
        loan_kind=terms.loan_kind,
        guarantees=terms.guarantees,
        rate_ceiling_ppm=terms.rate_ceiling_ppm,
        needed_by=terms.needed_by,
        area=need.area_code,
        zone=need.zone_code,
        answers=tuple(sorted(parse_rules(terms.answers, ASKS).items())),
    )
    first = firm.first_loan.verdict
    return replace(
        asked,
        industry=firm.industry_code,
        founded_on=firm.founded_on,
        revenue=firm.revenue,
        size_class=firm.size.code,
        tax_grade=firm.tax_grade,
        # the facts hold the titles in force on that very day
        titles=tuple(catalogue.Title(code, on) for code in sorted(firm.titles)),
        first_loan=None if first == UNKNOWN else first == FIRST,
        debt=firm.debt,
        park_kind=firm.park_kind,
    )

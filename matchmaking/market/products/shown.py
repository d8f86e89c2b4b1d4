"""Admission rules and prices in words, for pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from matchmaking.domain.matching import rules as r
from matchmaking.domain.matching.criteria import FIELDS
from matchmaking.domain.matching.rules import Field
from matchmaking.domain.money import percent_text, plain_amount
from matchmaking.domain.reasons import Refusal
from matchmaking.market.products.facts import Rates, rates_on
from matchmaking.market.products.models import ProductTerms
from matchmaking.rulebook import say, words

Naming = Callable[[str, str], str | None]
"""(vocabulary, code) → a name in the page's language; None for what it does not know."""


@dataclass(frozen=True, slots=True)
class Line:
    """One rule: the code of its label, and what it asks."""

    label: str
    said: str


def rule_lines(criteria: Mapping[str, Any], language: str, naming: Naming) -> list[Line]:
    """What a version asks, in the order of the declaration."""
    between = {"zh": "、", "en": ", "}[language]
    return [
        Line(field.label, _said(field, criteria[field.name], language, naming, between))
        for field in FIELDS
        if field.name in criteria
    ]


def rate_span(terms: ProductTerms, on: date) -> Rates | None:
    """The yearly rates on ``on``; None on days before the first LPR."""
    try:
        return rates_on(terms, on)
    except Refusal:
        return None


def spread_text(basis_points: int) -> str:
    """``+55 bp``, ``−20 bp``."""
    sign = "+" if basis_points >= 0 else "−"
    return f"{sign}{abs(basis_points)} bp"


def _said(field: Field, value: Any, language: str, naming: Naming, between: str) -> str:
    if field.kind == r.MONEY:
        return say("product_said_wan", language, amount=plain_amount(value, "wan"))
    if field.kind == r.MONTHS:
        return say("product_said_months", language, months=value)
    if field.kind == r.PPM:
        return f"{percent_text(value)} %"
    if field.kind == r.FLAG:
        return say("product_said_yes", language)
    codes = value if isinstance(value, list) else [value]
    return between.join(_name(field.vocabulary, code, language, naming) for code in codes)


def _name(vocabulary: str, code: str, language: str, naming: Naming) -> str:
    for key in (f"match_{vocabulary}_{code}", f"{vocabulary}_{code}"):
        if key in words():
            return say(key, language)
    return naming(vocabulary, code) or code

"""Whether a product's terms will do: admission rules by their declaration, days, spreads, what to bring."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from matchmaking.domain.matching.costs import MOST_FEES, fees_json
from matchmaking.domain.matching.criteria import FIELDS
from matchmaking.domain.matching.rules import parse_rules, rules_json
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.market.products.facts import OfferTold, rates_on

MOST_WORKDAYS = 250
MOST_DOCUMENTS, LONGEST_DOCUMENT = 30, 60


def checked(told: OfferTold, on: date) -> OfferTold:
    """``told`` with its rules in canonical form, checked on ``on``.

    Raises one :class:`Refusal` with every reason: ``match_rule_…``, ``product_amount_missing``,
    ``product_term_missing``, ``product_day_past``, ``product_spread_crossed``, ``product_promise_range``,
    ``product_documents_many``, ``product_fees_many``, or those of ``pricing.annual_rate``.
    """
    try:
        rules, wrong = rules_json(parse_rules(told.criteria, FIELDS)), []
    except Refusal as refusal:
        rules, wrong = {}, list(refusal.reasons)
    wrong += [*_missing(rules, told, bool(wrong)), *_days(told, on), *_price(told, on), *_rest(told)]
    if wrong:
        raise Refusal(*wrong)
    return replace(told, criteria=rules, documents=tuple(told.documents))


def columns(told: OfferTold) -> dict[str, Any]:
    """As the table keeps checked terms."""
    rules = told.criteria
    return {
        "effective_from": told.effective_from,
        "summary": told.summary,
        "criteria": dict(rules),
        "amount_min_minor": rules.get("amount_min", 0),
        "amount_max_minor": rules["amount_max"],
        "term_min": rules.get("term_min", 0),
        "term_max": rules["term_max"],
        "loan_kinds": _listed(rules.get("loan_kinds")),
        "guarantees": _listed(rules.get("guarantees")),
        "lpr_tenor": told.lpr_tenor,
        "spread_low_bp": told.spread_low_bp,
        "spread_high_bp": told.spread_high_bp,
        "quota_minor": told.quota.minor if told.quota else None,
        "promised_workdays": told.promised_workdays,
        "documents": {"names": list(told.documents)},
        "fees": fees_json(told.fees),
    }


def _listed(codes: list[str] | None) -> str:
    return f",{','.join(codes)}," if codes else ""


def _missing(rules: dict[str, Any], told: OfferTold, wrong: bool) -> Iterator[Reason]:
    # with a rule that cannot be read nothing is known of the others
    if not wrong and "amount_max" not in rules:
        yield Reason("product_amount_missing")
    if not wrong and "term_max" not in rules:
        yield Reason("product_term_missing")


def _days(told: OfferTold, on: date) -> Iterator[Reason]:
    if told.effective_from < on:
        yield Reason("product_day_past", {"day": told.effective_from.isoformat(), "today": on.isoformat()})


def _price(told: OfferTold, on: date) -> Iterator[Reason]:
    if told.spread_low_bp > told.spread_high_bp:
        yield Reason("product_spread_crossed", {"low": told.spread_low_bp, "high": told.spread_high_bp})
        return
    try:
        rates_on(told, on)
    except Refusal as refusal:
        yield from refusal.reasons


def _rest(told: OfferTold) -> Iterator[Reason]:
    if told.promised_workdays is not None and not 1 <= told.promised_workdays <= MOST_WORKDAYS:
        yield Reason("product_promise_range", {"most": MOST_WORKDAYS})
    if len(told.documents) > MOST_DOCUMENTS or any(len(each) > LONGEST_DOCUMENT for each in told.documents):
        yield Reason("product_documents_many", {"most": MOST_DOCUMENTS, "longest": LONGEST_DOCUMENT})
    if len(told.fees) > MOST_FEES:
        yield Reason("product_fees_many", {"most": MOST_FEES})

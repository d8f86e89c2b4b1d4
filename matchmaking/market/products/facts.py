"""What a bank tells of a product; and rows → its rate on a day, and what matching reads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from matchmaking.domain.matching import catalogue
from matchmaking.domain.matching.costs import Fee, fees_from, fees_json
from matchmaking.domain.matching.criteria import FIELDS
from matchmaking.domain.matching.rules import Rules, parse_rules
from matchmaking.domain.money import Money
from matchmaking.domain.pricing import Quote, annual_rate
from matchmaking.domain.reasons import Refusal
from matchmaking.market.products.models import Product, ProductTerms, ProductVersion
from matchmaking.rulebook import workdays
from matchmaking.rulebook.reference import lpr, spread_bounds


@dataclass(frozen=True, slots=True)
class OfferTold:
    """All that a version says. ``criteria``: admission rules as JSON has them, by the names of ``criteria.FIELDS``;
    spreads in bp over (or under) the LPR of ``lpr_tenor``."""

    effective_from: date
    criteria: Mapping[str, Any]
    lpr_tenor: str
    spread_low_bp: int
    spread_high_bp: int
    summary: str = ""
    quota: Money | None = None
    promised_workdays: int | None = None
    documents: tuple[str, ...] = ()
    fees: tuple[Fee, ...] = ()

    def plain(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {
            "effective_from": self.effective_from.isoformat(),
            "criteria": dict(self.criteria),
            "lpr_tenor": self.lpr_tenor,
            "spread_low_bp": self.spread_low_bp,
            "spread_high_bp": self.spread_high_bp,
            "summary": self.summary,
            "quota_minor": self.quota.minor if self.quota else None,
            "promised_workdays": self.promised_workdays,
            "documents": list(self.documents),
            # versions published before fees were declared keep the digest they were published with
            **({"fees": fees_json(self.fees)["rows"]} if self.fees else {}),
        }

    @property
    def digest(self) -> str:
        """SHA-256 of the above in canonical JSON."""
        told = json.dumps(self.plain(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(told.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Rates:
    """Lowest and highest yearly rate on a day, with the fixing both stand on."""

    low: Quote
    high: Quote


def told_of(terms: ProductTerms) -> OfferTold:
    """Back from the row."""
    return OfferTold(
        effective_from=terms.effective_from,
        criteria=terms.criteria,
        lpr_tenor=terms.lpr_tenor,
        spread_low_bp=terms.spread_low_bp,
        spread_high_bp=terms.spread_high_bp,
        summary=terms.summary,
        quota=None if terms.quota_minor is None else Money(terms.quota_minor, terms.currency),
        promised_workdays=terms.promised_workdays,
        documents=tuple(terms.documents["names"]),
        fees=fees_from(terms.fees),
    )


def rates_on(terms: ProductTerms | OfferTold, on: date) -> Rates:
    """LPR ± bp as yearly rates on ``on`` (B14). Raises what ``pricing.annual_rate`` raises."""
    return _rates(terms.lpr_tenor, terms.spread_low_bp, terms.spread_high_bp, on)


@lru_cache(maxsize=16_384)
def _rates(tenor: str, low_bp: int, high_bp: int, on: date) -> Rates:
    table, bounds = lpr(), spread_bounds(on)
    low = annual_rate(table, tenor, on, low_bp, bounds)
    return Rates(low, annual_rate(table, tenor, on, high_bp, bounds))


def as_offered(
    product: Product, version: ProductVersion, terms: ProductTerms, *, lender: str, on: date,
    quota_left: Money | None = None, rules: Rules | None = None,
) -> catalogue.Product:  # fmt: skip
    """A version in force, as matching reads it on ``on``. ``quota_left``: None where no quota is kept; ``rules``: its
    own, where they were read before."""
    rules = parse_rules(terms.criteria, FIELDS) if rules is None else rules
    industries = rules.get("industries")
    return catalogue.Product(
        key=product.public_key,
        lender=lender,
        version=version.number,
        lowest_rate_ppm=rates_on(terms, on).low.rate_ppm,
        currency=terms.currency,
        promised_days=_calendar_days(terms.promised_workdays, on),
        quota_left=quota_left,
        specialities=industries if isinstance(industries, frozenset) else frozenset(),
        rules=rules,
    )


@lru_cache(maxsize=1_024)
def _calendar_days(promised: int | None, on: date) -> int | None:
    """Workdays as the calendar days they come to from ``on``; by weeks of five where the year is not announced yet."""
    if promised is None:
        return None
    try:
        return (workdays().add(on, promised) - on).days
    except Refusal:
        weeks, rest = divmod(promised, 5)
        return weeks * 7 + rest

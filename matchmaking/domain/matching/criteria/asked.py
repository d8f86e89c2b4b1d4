"""What is asked for: amount, term, kind of loan, price, and the season it is for."""

from __future__ import annotations

from dataclasses import replace

from matchmaking.domain.matching import codes as c
from matchmaking.domain.matching import rules as r
from matchmaking.domain.matching import verdicts as v
from matchmaking.domain.matching.among import Among
from matchmaking.domain.matching.between import OPEN, Between, Bound, rule_bound
from matchmaking.domain.matching.catalogue import LONGEST, Product
from matchmaking.domain.matching.criteria.shown import WAN, percent, set_rule, wan
from matchmaking.domain.matching.rules import Field
from matchmaking.domain.money import Money

AMOUNT = Between(
    code="amount",
    fields=(
        Field("amount_min", r.MONEY, step=10 * WAN, not_above="amount_max"),
        Field("amount_max", r.MONEY, least=1, step=50 * WAN),
    ),
    figure=lambda need, on: need.amount.minor,
    low=rule_bound("amount_min"),
    high=rule_bound("amount_max"),
    show=wan,
    unit="minor",
    kind=v.NOW,
    change=lambda need, minor: replace(need, amount=Money(minor, need.amount.currency)),
)

TERM = Between(
    code="term",
    fields=(
        Field("term_min", r.MONTHS, most=LONGEST, step=1, not_above="term_max"),
        Field("term_max", r.MONTHS, least=1, most=LONGEST, step=6),
    ),
    figure=lambda need, on: need.term_months,
    low=rule_bound("term_min"),
    high=rule_bound("term_max"),
    show=str,
    unit="months",
    kind=v.NOW,
    change=lambda need, months: replace(need, term_months=months),
)

LOAN_KIND = Among(
    code="loan_kind",
    fields=(Field("loan_kinds", r.CHOICES, choices=c.LOAN_KINDS, vocabulary="loan_kind"),),
    vocabulary="loan_kind",
    tokens=lambda need, on: frozenset({need.loan_kind}),
    accepted=set_rule("loan_kinds"),
    known=lambda need: True,
    kind=v.FIXED,
)


def _lowest_rate(product: Product, ppm: int | None) -> Product:
    return product if ppm is None else replace(product, lowest_rate_ppm=ppm)


RATE = Between(
    code="rate",
    fields=(),  # the price is declared with the product's LPR and spreads, not with its admission rules
    figure=lambda need, on: OPEN if need.rate_ceiling_ppm is None else need.rate_ceiling_ppm,
    low=Bound(lambda product: product.lowest_rate_ppm, _lowest_rate),
    show=percent,
    unit="ppm",
    kind=v.NOW,
    change=lambda need, ppm: replace(need, rate_ceiling_ppm=ppm),
    step=1_000,
)

SEASON = Among(
    code="season",
    fields=(Field("season_months", r.CHOICES, choices=c.MONTHS, vocabulary="month"),),
    asks=(Field("season", r.CHOICES, choices=c.MONTHS, vocabulary="month"),),
    vocabulary="month",
    # the months in which the firm sells most; one of them within the product's months will do
    tokens=lambda need, on: need.codes("season"),
    accepted=set_rule("season_months"),
    known=lambda need: bool(need.codes("season")),
    kind=v.FIXED,
)

CRITERIA = (AMOUNT, TERM, LOAN_KIND, RATE, SEASON)

"""The hard criteria, each declared once: form fields, mask, words with distance, what-if.

To add one: declare it here, give it words, test it. A fact nobody has given (``None``) never passes a rule that asks
for it: the verdict is ``unknown`` and says what to fill in. A wish not stated (rate ceiling) asks nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from matchmaking.domain.matching import codes as c
from matchmaking.domain.matching import rules as r
from matchmaking.domain.matching import verdicts as v
from matchmaking.domain.matching.among import Among
from matchmaking.domain.matching.between import OPEN, Between, Bound, rule_bound, with_rule
from matchmaking.domain.matching.catalogue import LONGEST, Need, Product, Title
from matchmaking.domain.matching.months import add_months, completed_months, years_text
from matchmaking.domain.matching.rules import Field
from matchmaking.domain.matching.sets import Tokens
from matchmaking.domain.money import Money, plain_amount

Criterion = Between | Among
WAN = 1_000_000
"""Minor units in 万元."""


def wan(minor: int) -> str:
    """Minor units in 万元, two decimals."""
    return plain_amount(minor, "wan")


def percent(ppm: int) -> str:
    """A rate in percent: two decimals, more only where it has more."""
    whole, rest = divmod(ppm, 10_000)
    tail = f"{rest:04d}"
    return f"{whole}.{tail[:2]}{tail[2:].rstrip('0')}"


def _one(value: str | None) -> Tokens:
    return frozenset() if value is None else frozenset({value})


def _set_rule(name: str) -> Callable[[Product], Tokens | None]:
    return lambda product: product.codes(name)


# --- what is asked for ------------------------------------------------------------------------------------------------

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
    accepted=_set_rule("loan_kinds"),
    known=lambda need: True,
    kind=v.FIXED,
)

GUARANTEE = Among(
    code="guarantee",
    fields=(Field("guarantees", r.CHOICES, choices=c.GUARANTEES, vocabulary="guarantee"),),
    vocabulary="guarantee",
    # a product that lends on credit asks for nothing to be brought, so every need meets it
    tokens=lambda need, on: need.guarantees | {c.CREDIT},
    accepted=_set_rule("guarantees"),
    known=lambda need: True,
    kind=v.NOW,
    change=lambda need, mode, on: replace(need, guarantees=need.guarantees | {mode}),
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

# --- who asks ---------------------------------------------------------------------------------------------------------

REGION = Among(
    code="region",
    fields=(Field("regions", r.CODES, vocabulary="area", clean=c.clean_area),),
    vocabulary="area",
    tokens=lambda need, on: c.area_chain(need.area, need.zone),
    told=lambda need, on: _one(need.area) | _one(need.zone),
    accepted=_set_rule("regions"),
    known=lambda need: bool(c.area_chain(need.area, need.zone)),
    kind=v.FIXED,
)

INDUSTRY = Among(
    code="industry",
    fields=(Field("industries", r.CODES, vocabulary="industry", clean=c.clean_industry),),
    vocabulary="industry",
    tokens=lambda need, on: c.industry_chain(need.industry),
    told=lambda need, on: _one(need.industry),
    accepted=_set_rule("industries"),
    known=lambda need: bool(c.industry_chain(need.industry)),
    kind=v.FIXED,
)


def _months_in_business(need: Need, on: date) -> int | None:
    return None if need.founded_on is None else completed_months(need.founded_on, on)


def _years_reached(need: Need, months: int) -> date:
    assert need.founded_on is not None  # noqa: S101  asked only where the age is known
    return add_months(need.founded_on, months)


YEARS = Between(
    code="years",
    fields=(Field("months_in_business_min", r.MONTHS, most=LONGEST, step=6),),
    figure=_months_in_business,
    low=rule_bound("months_in_business_min"),
    show=years_text,
    show_short=lambda months: years_text(months, up=True),
    unit="months",
    kind=v.WAIT,
    passes_on=_years_reached,
)

REVENUE = Between(
    code="revenue",
    fields=(Field("revenue_min", r.MONEY, step=50 * WAN),),
    figure=lambda need, on: None if need.revenue is None else need.revenue.minor,
    low=rule_bound("revenue_min"),
    show=wan,
    unit="minor",
    kind=v.EARN,
    change=lambda need, minor: replace(need, revenue=Money(minor, need.amount.currency)),
)

SIZE = Among(
    code="size",
    fields=(Field("size_classes", r.CHOICES, choices=c.SIZE_CLASSES, vocabulary="size"),),
    vocabulary="size",
    tokens=lambda need, on: _one(need.size_class),
    accepted=_set_rule("size_classes"),
    known=lambda need: need.size_class is not None,
    kind=v.FIXED,
)


def _grade(letter: str | None) -> int | None:
    return c.TAX_GRADES.index(letter) if letter in c.TAX_GRADES else None


def _move_grade(product: Product, grade: int | None) -> Product:
    return with_rule(product, "tax_grade_min", None if grade is None else c.TAX_GRADES[grade])


TAX = Between(
    code="tax",
    fields=(Field("tax_grade_min", r.CHOICE, choices=c.TAX_GRADES, vocabulary="tax_grade", step=1),),
    figure=lambda need, on: _grade(need.tax_grade),
    low=Bound(lambda product: _grade(product.word("tax_grade_min")), _move_grade),
    show=lambda grade: c.TAX_GRADES[grade],
    show_short=str,
    unit="grades",
    kind=v.EARN,
    change=lambda need, grade: replace(need, tax_grade=c.TAX_GRADES[grade]),
)


def _titles_on(need: Need, on: date) -> Tokens:
    return frozenset(title.code for title in need.titles or () if title.held(on))


def _title_day(need: Need, accepted: Tokens, on: date) -> date | None:
    coming = [title.since for title in need.titles or () if title.code in accepted and title.since > on
              and title.held(title.since)]  # fmt: skip
    return min(coming, default=None)


TITLES = Among(
    code="titles",
    fields=(Field("titles", r.CODES, vocabulary="title", clean=c.clean_slug),),
    vocabulary="title",
    tokens=_titles_on,
    accepted=_set_rule("titles"),
    known=lambda need: need.titles is not None,
    kind=v.EARN,
    change=lambda need, code, on: replace(need, titles=(*(need.titles or ()), Title(code, on))),
    passes_on=_title_day,
)

_FIRST, _REPEAT = frozenset({"yes"}), frozenset({"no"})

FIRST_LOAN = Among(
    code="first_loan",
    fields=(Field("first_loan_only", r.FLAG),),
    vocabulary="first_loan",
    tokens=lambda need, on: frozenset() if need.first_loan is None else _FIRST if need.first_loan else _REPEAT,
    accepted=lambda product: _FIRST if product.rules.get("first_loan_only") else None,
    known=lambda need: need.first_loan is not None,
    kind=v.FIXED,
    put=lambda product, accepted: with_rule(product, "first_loan_only", None),
)

CRITERIA: tuple[Criterion, ...] = (
    AMOUNT, TERM, REGION, INDUSTRY, LOAN_KIND, GUARANTEE, YEARS, REVENUE, SIZE, TAX, TITLES, FIRST_LOAN, RATE,
)  # fmt: skip
"""Every hard criterion, in the order of the explanation."""

FIELDS: tuple[Field, ...] = tuple(field for criterion in CRITERIA for field in criterion.fields)
"""Every field of the product form, in its order."""

"""Who asks: place and park, trade, age, revenue, size, tax grade, titles, first loan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from matchmaking.domain.matching import codes as c
from matchmaking.domain.matching import rules as r
from matchmaking.domain.matching import verdicts as v
from matchmaking.domain.matching.among import Among
from matchmaking.domain.matching.between import Between, Bound, rule_bound, with_rule
from matchmaking.domain.matching.catalogue import LONGEST, Need, Product, Title
from matchmaking.domain.matching.criteria.shown import WAN, one, set_rule, wan
from matchmaking.domain.matching.months import add_months, completed_months, years_text
from matchmaking.domain.matching.rules import Field
from matchmaking.domain.matching.sets import Tokens
from matchmaking.domain.money import Money

REGION = Among(
    code="region",
    fields=(Field("regions", r.CODES, vocabulary="area", clean=c.clean_area),),
    vocabulary="area",
    tokens=lambda need, on: c.area_chain(need.area, need.zone),
    told=lambda need, on: one(need.area) | one(need.zone),
    accepted=set_rule("regions"),
    known=lambda need: bool(c.area_chain(need.area, need.zone)),
    kind=v.FIXED,
)

PARK = Among(
    code="park",
    fields=(Field("park_kinds", r.CHOICES, choices=c.PARK_KINDS, vocabulary="park"),),
    vocabulary="park",
    # a firm outside every park says so, and no product for parks names that
    tokens=lambda need, on: one(need.park_kind),
    accepted=set_rule("park_kinds"),
    known=lambda need: need.park_kind is not None,
    kind=v.FIXED,
    # a firm outside every park is let in only by asking for none
    put=lambda product, kinds: with_rule(product, "park_kinds", None if kinds is None or c.NO_PARK in kinds else kinds),
)

INDUSTRY = Among(
    code="industry",
    fields=(Field("industries", r.CODES, vocabulary="industry", clean=c.clean_industry),),
    vocabulary="industry",
    tokens=lambda need, on: c.industry_chain(need.industry),
    told=lambda need, on: one(need.industry),
    accepted=set_rule("industries"),
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
    tokens=lambda need, on: one(need.size_class),
    accepted=set_rule("size_classes"),
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
    accepted=set_rule("titles"),
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

CRITERIA = (REGION, PARK, INDUSTRY, YEARS, REVENUE, SIZE, TAX, TITLES, FIRST_LOAN)

"""Made-up needs and products for the tests of matching: one that fits everything, and strategies for the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from typing import Any

from hypothesis import strategies as st

from matchmaking.domain.matching import codes as c
from matchmaking.domain.matching.catalogue import LenderRecord, Need, Product, Title
from matchmaking.domain.matching.policy import Policy
from matchmaking.domain.matching.priorities import PRIORITIES
from matchmaking.domain.money import Money
from matchmaking.rulebook import matching

ON = date(2026, 11, 1)
POLICY = matching.policy(ON)
BEFORE_LENDERS = matching.policy_of("2026-09")
"""The version before branches, priorities and records counted."""
WAN = 1_000_000
"""Minor units in 万元."""


def need(key: str = "need-1", **changed: Any) -> Need:
    """A tea firm of Ziyang that asks for 2,000,000 over a year; every fact given."""
    asked = Need(
        key=key,
        amount=Money(200 * WAN),
        term_months=12,
        loan_kind=c.WORKING_CAPITAL,
        guarantees=frozenset({c.MORTGAGE}),
        guarantee_preferred=c.MORTGAGE,
        rate_ceiling_ppm=50_000,
        needed_by=date(2026, 12, 1),
        area="610924",
        industry="C1521",
        founded_on=date(2025, 5, 1),
        revenue=Money(800 * WAN),
        size_class="small",
        tax_grade="B",
        titles=(Title("specialised", date(2024, 1, 1), date(2026, 12, 31)),),
        first_loan=True,
        debt=Money(0),
        park_kind=c.NO_PARK,
        answers=(("collateral", frozenset({"workshop"})), ("season", frozenset({"04", "05"}))),
        like_mean_ppm=650_000,
    )
    return replace(asked, **changed)


def product(key: str = "product-1", **changed: Any) -> Product:
    """A product that asks nothing; keyword arguments are its attributes, or its rules where the name is a rule's."""
    own = {name: changed.pop(name) for name in list(changed) if name in Product.__dataclass_fields__}
    offered = Product(key=key, lender="bank-1", lowest_rate_ppm=38_500, rules=changed)
    return replace(offered, **own)


AMOUNTS = [1, 10 * WAN, 50 * WAN, 200 * WAN, 200 * WAN + 1, 500 * WAN, 10**15]
TERMS = [1, 3, 6, 12, 13, 24, 60]
RATES = [0, 30_000, 38_500, 50_000, 65_048]
AREAS = ["610924", "610902", "6109", "61", "420100", "hengkou", "gaoxin"]
INDUSTRIES = ["C1521", "1521", "15", "C", "0164", "A", "2451"]
TITLES = ["specialised", "hightech", "brand"]


def several(choices: Iterable[str]) -> st.SearchStrategy[frozenset[str]]:
    """Some of them, perhaps none: up to three, any number of them as likely as any other.

    One draw out of all such sets; a set drawn code by code takes five.
    """
    by_size = [[frozenset(some) for some in combinations(choices, size)] for size in range(4)]
    most = max(map(len, by_size))
    return st.sampled_from([one for sets in by_size for one in sets for _ in range(most // len(sets))])


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """None, or something of it."""
    return st.none() | strategy


def ranges(name: str, values: list[int]) -> st.SearchStrategy[dict[str, int]]:
    """Two ends in order, one, or none."""
    return st.builds(
        lambda ends, kept: {f"{name}_{end}": ends[end == "max"] for end in kept},
        st.sampled_from([(low, high) for low in values for high in values if low <= high]),
        st.sampled_from([("min", "max"), ("min",), ("max",), ()]),
    )


# Each strategy is made once here: made anew for every example, making and checking them takes most of the time.
DAYS = st.integers(-900, 400).map(lambda days: ON + timedelta(days=days))
SUMS = st.sampled_from(AMOUNTS).map(Money)
SUMS_OR_NOTHING = st.sampled_from([0, *AMOUNTS]).map(Money)
TOLD = st.builds(
    lambda *told: tuple((name, codes) for name, codes in zip(("collateral", "season"), told, strict=True) if codes),
    several(c.COLLATERAL),
    several(c.MONTHS),
)
"""Some questions answered, some left out."""
PER_SIZE = st.builds(
    lambda count, signed, per: (count, signed, signed * per // 100),
    st.sampled_from([1, 18, 400]), st.sampled_from([1, 10**9, 10**15]), st.integers(0, 100),
)  # fmt: skip
RECORDS = st.dictionaries(st.sampled_from(c.SIZE_CLASSES), PER_SIZE, max_size=3).map(
    lambda found: tuple(LenderRecord(size, *figures) for size, figures in sorted(found.items()))
)
"""What came of agreements with some sizes of firm."""
TITLES_HELD = st.lists(st.builds(Title, st.sampled_from(TITLES), DAYS, maybe(DAYS)), max_size=2).map(tuple)
"""Titles of any days, over and to come."""
NEEDS = st.builds(
    Need,
    key=st.just("need"),
    amount=SUMS,
    term_months=st.sampled_from(TERMS),
    loan_kind=st.sampled_from(c.LOAN_KINDS),
    guarantees=several(c.GUARANTEES),
    guarantee_preferred=maybe(st.sampled_from(c.GUARANTEES)),
    rate_ceiling_ppm=maybe(st.sampled_from(RATES)),
    needed_by=maybe(DAYS),
    area=maybe(st.sampled_from(["610924", "610902", "420102"])),
    zone=maybe(st.sampled_from(["hengkou", "gaoxin"])),
    industry=maybe(st.sampled_from(["C1521", "1521", "0164", "2451", "nonsense"])),
    founded_on=maybe(DAYS),
    revenue=maybe(SUMS_OR_NOTHING),
    size_class=maybe(st.sampled_from(c.SIZE_CLASSES)),
    tax_grade=maybe(st.sampled_from(c.TAX_GRADES)),
    titles=maybe(TITLES_HELD),
    first_loan=maybe(st.booleans()),
    debt=maybe(SUMS_OR_NOTHING),
    park_kind=maybe(st.sampled_from([*c.PARK_KINDS, c.NO_PARK])),
    answers=TOLD,
    like_mean_ppm=maybe(st.sampled_from([0, 333_333, 10**6])),
)
ENDS = ranges("amount", AMOUNTS), ranges("term", TERMS)
OPTIONAL: dict[str, st.SearchStrategy[Any]] = {
    "loan_kinds": several(c.LOAN_KINDS),
    "guarantees": several(c.GUARANTEES),
    "regions": several(AREAS),
    "industries": several(["C", "15", "1521", "A", "0164"]),
    "months_in_business_min": st.sampled_from([0, 6, 12, 24]),
    "revenue_min": st.sampled_from([0, *AMOUNTS]),
    "size_classes": several(c.SIZE_CLASSES),
    "tax_grade_min": st.sampled_from(c.TAX_GRADES),
    "titles": several(TITLES),
    "first_loan_only": st.just(True),
    "collateral_kinds": several(c.COLLATERAL),
    "debt_max": st.sampled_from([0, *AMOUNTS]),
    "park_kinds": several(c.PARK_KINDS),
    "season_months": several(c.MONTHS),
    "priorities": several(PRIORITIES),
}
ASKED = several(OPTIONAL)
OFFERED = st.builds(
    Product,
    key=st.just("product"),
    lender=st.just("bank"),
    lowest_rate_ppm=st.sampled_from(RATES),
    promised_days=maybe(st.integers(0, 90)),
    quota_left=maybe(SUMS_OR_NOTHING),
    specialities=several(["C", "15", "A"]),
    places=several(["610924", "610902", "hengkou", "420102"]),
    city=st.sampled_from(["", "6109", "4201"]),
    records=RECORDS,
)


def needs() -> st.SearchStrategy[Need]:
    """Any need, unknown facts and edges of ranges included. All have one key."""
    return NEEDS


@st.composite
def products(draw: st.DrawFn) -> Product:
    """Any product, with few rules or many. All have one key."""
    offered = draw(OFFERED)
    rules: dict[str, Any] = {name: rule for ends in ENDS for name, rule in draw(ends).items()}
    rules |= {name: draw(OPTIONAL[name]) for name in sorted(draw(ASKED))}
    return replace(offered, rules={name: rule for name, rule in rules.items() if rule != frozenset()})


def keyed(found: list[Any], name: str) -> list[Any]:
    """With keys of their own, whose order is not that of the list."""
    return [replace(one, key=f"{name}-{(place * 7) % 97:02d}-{place}") for place, one in enumerate(found)]


def policies() -> st.SearchStrategy[Policy]:
    """The house's policies and others: coarse ones that make ties, ones that leave lines out."""
    coarse = replace(POLICY, version="coarse", weights={"price": 100})
    plain = replace(POLICY, version="plain", weights={"amount": 50, "industry": 50})
    return st.sampled_from([*matching.policies(), coarse, plain])

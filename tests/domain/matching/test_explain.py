"""Explanations as a person reads them, near misses in order, and a criterion added from outside."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from matchmaking.domain.matching import rules as r
from matchmaking.domain.matching import verdicts as v
from matchmaking.domain.matching.between import Between, rule_bound
from matchmaking.domain.matching.criteria import CRITERIA, FIELDS
from matchmaking.domain.matching.explain import explain, near_in, near_misses, why_not
from matchmaking.domain.matching.index import Catalogue
from matchmaking.domain.matching.kernel import match
from matchmaking.domain.matching.rules import Field, parse_rules
from matchmaking.domain.money import Money
from matchmaking.rulebook.matching import in_words
from tests.domain.matching.markets import BEFORE_LENDERS, ON, WAN, need, product


def test_one_pair_in_full() -> None:
    tea = product(
        amount_min=20 * WAN,
        amount_max=500 * WAN,
        term_min=3,
        term_max=12,
        industries=frozenset({"15", "0164"}),
        guarantees=frozenset({"surety", "mortgage"}),
        specialities=frozenset({"15"}),
        promised_days=3,
        version=4,
    )
    told = explain(need(), tea, BEFORE_LENDERS, ON)
    assert told.eligible
    assert told.changes == ()
    assert [line.points for line in told.lines] == [20_000, 12_000, 17_660, 15_000, 15_000, 10_000, 5_000]
    assert told.points == 94_660
    assert told.whole_points() == (20, 12, 18, 15, 15, 10, 5)
    assert told.degree == sum(told.whole_points()) == 95
    assert (told.version, told.policy_version, told.on) == (4, BEFORE_LENDERS.version, ON)
    assert [verdict.criterion for verdict in told.verdicts if verdict.asked] == [
        "amount", "term", "rate", "guarantee", "industry",
    ]  # fmt: skip


def test_what_would_change_the_answer() -> None:
    asks = product(amount_max=150 * WAN, months_in_business_min=24, regions=frozenset({"6101"}), tax_grade_min="A")
    told = explain(need(tax_grade=None), asks, BEFORE_LENDERS, ON)
    assert told.degree is None
    assert [(change.kind, in_words(change.reason)) for change in told.changes] == [
        (v.NOW, "金额改为 150.00 万元即符合。"),
        (v.FIXED, "地区由产品决定，企业无法调整。"),
        (v.WAIT, "等到 2027-05-01 满 2 年即符合。"),
        (v.FILL, "请填写纳税信用级别；要求 A 级及以上。"),
    ]
    assert why_not(need(tax_grade=None), asks, ON) == told.failing


def test_near_misses_the_nearest_first() -> None:
    offered = [
        product("fits"),
        product("two", amount_max=1, term_max=1),
        product("elsewhere", regions=frozenset({"42"})),
        product("earn", revenue_min=900 * WAN),
        product("later", months_in_business_min=36),
        product("soon", months_in_business_min=24),
        product("fill", size_classes=frozenset({"small"})),
        product("far", amount_max=100 * WAN),
        product("near", amount_max=190 * WAN),
    ]
    found = near_misses([need(size_class=None)], offered, BEFORE_LENDERS, ON, limit=20)
    assert [told.product for told in found] == ["near", "far", "fill", "soon", "later", "earn", "elsewhere"]
    assert all(len(told.failing) == 1 for told in found)
    assert near_misses([need(size_class=None)], Catalogue(offered), BEFORE_LENDERS, ON, limit=2) == found[:2]
    batch = Catalogue(offered).meet([need(size_class=None)], ON)
    brief = near_in(batch, BEFORE_LENDERS, ON, limit=20, whole=False)
    assert [(one.product, one.verdicts, one.lines) for one in brief] == [
        (one.product, one.failing, ()) for one in found
    ]


def test_a_product_sees_the_needs_it_just_misses() -> None:
    asked = [need("young", founded_on=date(2026, 1, 1)), need("old", founded_on=date(2020, 1, 1)), need("close")]
    found = near_misses(asked, [product(months_in_business_min=24)], BEFORE_LENDERS, ON)
    assert [told.need for told in found] == ["close", "young"]
    assert in_words(found[0].failing[0].reason) == "要求满 2 年，现为 1.5 年，差 0.5 年，2027-05-01 起符合。"


@pytest.fixture
def oldest() -> Between:
    """A criterion nobody has declared yet: firms of at most so many months. Words of an existing one serve."""
    return Between(
        code="years",
        fields=(Field("months_in_business_max", r.MONTHS, step=12),),
        figure=lambda need, on: need.founded_on and (on - need.founded_on).days // 30,
        high=rule_bound("months_in_business_max"),
        show=str,
        unit="months",
        kind=v.FIXED,
    )


def test_a_criterion_is_added_in_one_place(oldest: Between) -> None:
    fields = [*FIELDS, *oldest.fields]
    young = product("young", **parse_rules({"months_in_business_max": 12}, fields))
    criteria = (*CRITERIA, oldest)
    asked = [need("old"), need("new", founded_on=date(2026, 9, 1)), need("unknown", founded_on=None)]
    found = match(asked, Catalogue([young], criteria=criteria), BEFORE_LENDERS, ON)
    assert found.eligible.tolist() == [[False], [True], [False]]
    states = [explain(one, young, BEFORE_LENDERS, ON, criteria=criteria).verdicts[-1].state for one in asked]
    assert states == [v.FAILED, v.PASSED, v.UNKNOWN]
    assert oldest.passes(asked[0], oldest.eased(asked[0], young, ON), ON)
    assert oldest.stepped(young).rules["months_in_business_max"] == 24


def test_lines_left_out_of_a_policy_are_not_shown() -> None:
    told = explain(need(), product(), replace(BEFORE_LENDERS, weights={"price": 60, "quota": 40}), ON)
    assert [(line.line, line.full) for line in told.lines] == [("price", 60_000), ("quota", 40_000)]


def test_names_of_places_and_industries_come_from_outside() -> None:
    names = {("area", "610924", "zh"): "紫阳县", ("area", "610902", "zh"): "汉滨区"}
    reason = explain(need(), product(regions=frozenset({"610902"})), BEFORE_LENDERS, ON).failing[0].reason
    assert in_words(reason, naming=lambda *key: names.get(key)) == "企业在紫阳县，产品只做汉滨区。"
    assert in_words(reason, "en", naming=lambda *key: names.get(key)) == (
        "The firm is in 610924; the product serves 610902 only."
    )


def test_money_of_the_changed_need_keeps_its_currency() -> None:
    asked = need(amount=Money(200 * WAN, "USD"), revenue=None, debt=None)
    change = explain(asked, product(amount_max=WAN, currency="USD"), BEFORE_LENDERS, ON).changes[0]
    assert change.need is not None
    assert change.need.amount == Money(WAN, "USD")

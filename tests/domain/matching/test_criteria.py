"""Each criterion, passing and failing, with its words, its distance and its changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given

from matchmaking.domain.matching import codes as c
from matchmaking.domain.matching import verdicts as v
from matchmaking.domain.matching.catalogue import Need, Product, Title
from matchmaking.domain.matching.criteria import CRITERIA, percent
from matchmaking.domain.money import Money
from matchmaking.rulebook import words
from matchmaking.rulebook.matching import in_words
from tests.domain.matching.markets import ON, WAN, need, needs, product, products
from tests.properties import examples

BY_CODE = {criterion.code: criterion for criterion in CRITERIA}

# criterion, facts of the need, rules of the product → state, words in Chinese
CASES: list[tuple[str, dict[str, Any], dict[str, Any], str, str]] = [
    ("amount", {}, {"amount_min": 20 * WAN, "amount_max": 500 * WAN}, "passed",
     "要 200.00 万元，产品 20.00–500.00 万元。"),
    ("amount", {}, {"amount_min": 200 * WAN}, "passed", "要 200.00 万元，产品 200.00 万元起。"),
    ("amount", {}, {"amount_max": 200 * WAN}, "passed", "要 200.00 万元，产品最高 200.00 万元。"),
    ("amount", {}, {"amount_max": 150 * WAN}, "failed", "要 200.00 万元，产品最高 150.00 万元，多 50.00 万元。"),
    ("amount", {}, {"amount_min": 201 * WAN}, "failed", "要 200.00 万元，产品最低 201.00 万元，少 1.00 万元。"),
    ("amount", {}, {}, "passed", "产品不限金额。"),
    ("term", {}, {"term_min": 3, "term_max": 12}, "passed", "要 12 个月，产品 3–12 个月。"),
    ("term", {"term_months": 13}, {"term_max": 12}, "failed", "要 13 个月，产品最长 12 个月，长 1 个月。"),
    ("term", {"term_months": 2}, {"term_min": 3}, "failed", "要 2 个月，产品最短 3 个月，短 1 个月。"),
    ("region", {}, {"regions": {"6109"}}, "passed", "企业在610924，在服务范围内。"),
    ("region", {"area": "610902", "zone": "hengkou"}, {"regions": {"hengkou"}}, "passed",
     "企业在610902、hengkou，在服务范围内。"),
    ("region", {}, {"regions": {"610902"}}, "failed", "企业在610924，产品只做610902。"),
    ("region", {"area": None}, {"regions": {"6109"}}, "unknown", "请填写企业所在县区或功能区；产品只做6109。"),
    ("industry", {}, {"industries": {"15"}}, "passed", "行业 C1521，在产品名录内。"),
    ("industry", {"industry": "1521"}, {"industries": {"C"}}, "passed", "行业 1521，在产品名录内。"),
    ("industry", {}, {"industries": {"A", "0164"}}, "failed", "行业 C1521，产品只做 0164、A。"),
    ("industry", {"industry": None}, {"industries": {"15"}}, "unknown",
     "请填写企业所属行业（GB/T 4754）；产品只做 15。"),
    ("loan_kind", {}, {"loan_kinds": {"working_capital"}}, "passed", "要流动资金贷款，产品可做。"),
    ("loan_kind", {}, {"loan_kinds": {"fixed_asset"}}, "failed", "要流动资金贷款，产品只做固定资产贷款。"),
    ("guarantee", {}, {"guarantees": {"mortgage", "pledge"}}, "passed", "可提供信用、抵押，产品接受抵押、质押。"),
    ("guarantee", {"guarantees": frozenset()}, {"guarantees": {"credit"}}, "passed", "可提供信用，产品接受信用。"),
    ("guarantee", {}, {"guarantees": {"pledge"}}, "failed", "可提供信用、抵押，产品只接受质押。"),
    ("years", {}, {"months_in_business_min": 18}, "passed", "要求满 1.5 年，现为 1.5 年。"),
    ("years", {}, {"months_in_business_min": 24}, "failed",
     "要求满 2 年，现为 1.5 年，差 0.5 年，2027-05-01 起符合。"),
    ("years", {"founded_on": None}, {"months_in_business_min": 24}, "unknown", "请填写成立日期；要求满 2 年。"),
    ("years", {"founded_on": None}, {}, "passed", "产品不限成立年限。"),
    ("revenue", {}, {"revenue_min": 800 * WAN}, "passed", "年营业收入 800.00 万元，要求 800.00 万元。"),
    ("revenue", {}, {"revenue_min": 1000 * WAN}, "failed",
     "年营业收入 800.00 万元，要求 1,000.00 万元，差 200.00 万元。"),
    ("revenue", {"revenue": None}, {"revenue_min": 1}, "unknown", "请填写年营业收入；要求 0.00 万元。"),
    ("revenue", {"revenue": None}, {"revenue_min": 0}, "unknown", "请填写年营业收入；要求 0.00 万元。"),
    ("size", {}, {"size_classes": {"small", "micro"}}, "passed", "小型企业，产品可做。"),
    ("size", {"size_class": "large"}, {"size_classes": {"small"}}, "failed", "大型企业，产品只做小型企业。"),
    ("size", {"size_class": None}, {"size_classes": {"small"}}, "unknown",
     "规模未定，请补齐行业、人数、营业收入、资产；产品只做小型企业。"),
    ("tax", {"tax_grade": "M"}, {"tax_grade_min": "C"}, "passed", "纳税信用 M 级，要求 C 级及以上。"),
    ("tax", {"tax_grade": "M"}, {"tax_grade_min": "A"}, "failed", "纳税信用 M 级，要求 A 级及以上，差 2 级。"),
    ("tax", {"tax_grade": None}, {"tax_grade_min": "D"}, "unknown", "请填写纳税信用级别；要求 D 级及以上。"),
    ("titles", {}, {"titles": {"specialised", "hightech"}}, "passed",
     "有效称号：specialised；要求其一：hightech、specialised。"),
    ("titles", {}, {"titles": {"hightech"}}, "failed", "当日有效称号：specialised；要求其一：hightech。"),
    ("titles", {"titles": ()}, {"titles": {"hightech"}}, "failed", "当日有效称号：—；要求其一：hightech。"),
    ("titles", {"titles": None}, {"titles": {"hightech"}}, "unknown",
     "请填写企业称号（没有也请注明）；要求其一：hightech。"),
    ("first_loan", {}, {"first_loan_only": True}, "passed", "首贷户，产品只做首贷户。"),
    ("first_loan", {"first_loan": False}, {"first_loan_only": True}, "failed", "已有贷款记录，产品只做首贷户。"),
    ("first_loan", {"first_loan": None}, {"first_loan_only": True}, "unknown",
     "请说明是否首贷（以企业自取的信用报告为准）；产品只做首贷户。"),
    ("rate", {"rate_ceiling_ppm": 38_500}, {}, "passed", "利率上限 3.85 %，产品最低 3.85 %。"),
    ("rate", {"rate_ceiling_ppm": 38_000}, {}, "failed", "利率上限 3.80 %，产品最低 3.85 %，高出 0.05 个百分点。"),
    ("rate", {"rate_ceiling_ppm": None}, {}, "passed", "没有设利率上限；产品最低 3.85 %。"),
]  # fmt: skip


def rules(given_rules: dict[str, Any]) -> dict[str, Any]:
    """Sets frozen."""
    return {name: frozenset(rule) if isinstance(rule, set) else rule for name, rule in given_rules.items()}


@pytest.mark.parametrize(("code", "facts", "asked", "state", "said"), CASES)
def test_each_criterion_in_words(
    code: str, facts: dict[str, Any], asked: dict[str, Any], state: str, said: str
) -> None:
    verdict = BY_CODE[code].verdict(need(**facts), product(**rules(asked)), ON)
    assert (verdict.state, in_words(verdict.reason)) == (state, said)
    assert (verdict.change is None) == verdict.passed
    assert in_words(verdict.reason, "en")


@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda criterion: criterion.code)
def test_every_criterion_has_a_name(criterion: Any) -> None:
    assert f"match_criterion_{criterion.code}" in words()
    for kind in v.CHANGES:
        assert f"match_change_{kind}" in words()


def test_the_distance_and_the_day() -> None:
    verdict = BY_CODE["years"].verdict(need(), product(months_in_business_min=24), ON)
    assert verdict.gap is not None
    assert (verdict.gap.short, verdict.gap.unit, verdict.gap.share_ppm) == (6, "months", 250_000)
    assert verdict.gap.passes_on == date(2027, 5, 1)
    assert verdict.change is not None
    assert (verdict.change.kind, verdict.change.on) == (v.WAIT, date(2027, 5, 1))
    assert in_words(verdict.change.reason) == "等到 2027-05-01 满 2 年即符合。"


def test_a_title_to_come_is_waited_for_and_one_that_is_over_is_not() -> None:
    asks = product(titles=frozenset({"hightech"}))
    coming = need(titles=(Title("hightech", date(2027, 1, 1)),))
    change = BY_CODE["titles"].verdict(coming, asks, ON).change
    assert change is not None
    assert (change.kind, change.on) == (v.WAIT, date(2027, 1, 1))
    assert in_words(change.reason) == "hightech之一自 2027-01-01 起有效，到那天即符合。"
    over = need(titles=(Title("hightech", date(2020, 1, 1), ON - timedelta(days=1)),))
    change = BY_CODE["titles"].verdict(over, asks, ON).change
    assert change is not None
    assert change.kind == v.EARN
    last_day = need(titles=(Title("hightech", date(2020, 1, 1), ON),))
    assert BY_CODE["titles"].passes(last_day, asks, ON)


@examples(120)
@given(needs(), products())
def test_words_and_comparison_agree_and_every_failure_says_what_would_change_it(asked: Need, offered: Product) -> None:
    for criterion in CRITERIA:
        verdict = criterion.verdict(asked, offered, ON)
        assert verdict.passed == criterion.passes(asked, offered, ON)
        for language in ("zh", "en"):
            assert in_words(verdict.reason, language)
        if verdict.passed:
            assert verdict.change is None
            continue
        assert verdict.change is not None
        assert in_words(verdict.change.reason)
        assert verdict.gap is None or verdict.gap.short > 0
        if verdict.change.need is not None:
            assert criterion.passes(verdict.change.need, offered, ON)
        if verdict.change.on is not None:
            assert criterion.passes(asked, offered, verdict.change.on)
            assert not criterion.passes(asked, offered, verdict.change.on - timedelta(days=1))


@examples(120)
@given(needs(), needs(), products())
def test_easing_a_rule_lets_the_need_pass_and_shuts_out_nobody(asked: Need, other: Need, offered: Product) -> None:
    for criterion in CRITERIA:
        eased = criterion.eased(asked, offered, ON)
        assert criterion.passes(asked, eased, ON)
        assert (eased == offered) == criterion.passes(asked, offered, ON)
        stepped = criterion.stepped(offered)
        for relaxed in (eased, stepped):
            for one in CRITERIA:
                assert one.passes(other, relaxed, ON) or not one.passes(other, offered, ON)


def test_a_step_is_a_step() -> None:
    stepped = BY_CODE["years"].stepped(product(months_in_business_min=24))
    assert stepped.rules["months_in_business_min"] == 18
    assert BY_CODE["tax"].stepped(product(tax_grade_min="B")).rules["tax_grade_min"] == "M"
    assert BY_CODE["rate"].stepped(product()).lowest_rate_ppm == 37_500
    assert BY_CODE["amount"].stepped(product(amount_min=5 * WAN, amount_max=100 * WAN)).rules == {
        "amount_min": 0,
        "amount_max": 150 * WAN,
    }
    assert BY_CODE["size"].stepped(product(size_classes=frozenset({"small"}))).rules == {}


@examples(80)
@given(needs(), products())
def test_a_fact_taken_away_never_opens_a_door(asked: Need, offered: Product) -> None:
    for criterion in CRITERIA:
        offered = criterion.eased(asked, offered, ON)
    assert all(criterion.passes(asked, offered, ON) for criterion in CRITERIA)
    for name in (
        "area",
        "zone",
        "industry",
        "founded_on",
        "revenue",
        "size_class",
        "tax_grade",
        "titles",
        "first_loan",
    ):
        poorer = replace(asked, **{name: None})
        assert all(
            criterion.verdict(poorer, offered, ON).state != v.FAILED or name in ("area", "zone")
            for criterion in CRITERIA
        )


@pytest.mark.parametrize(("ppm", "text"), [(38_500, "3.85"), (65_048, "6.5048"), (30_000, "3.00"), (500, "0.05")])
def test_rates_in_percent(ppm: int, text: str) -> None:
    assert percent(ppm) == text


def test_credit_needs_nothing_to_be_brought() -> None:
    assert BY_CODE["guarantee"].passes(
        need(guarantees=frozenset({c.MORTGAGE})), product(guarantees=frozenset({c.CREDIT})), ON
    )


def test_amounts_are_compared_to_the_cent() -> None:
    offered = product(amount_max=200 * WAN)
    assert BY_CODE["amount"].passes(need(), offered, ON)
    assert not BY_CODE["amount"].passes(need(amount=Money(200 * WAN + 1)), offered, ON)

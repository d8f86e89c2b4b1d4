"""The soft lines: what each gives, that a better offer never scores lower, and what they say they saw."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaking.domain.matching.catalogue import Need, Product
from matchmaking.domain.matching.explain import NOTE, explain
from matchmaking.domain.matching.points import LINES
from matchmaking.domain.money import Money
from matchmaking.rulebook import words
from matchmaking.rulebook.matching import in_words
from tests.domain.matching.markets import ON, POLICY, WAN, need, needs, product, products

# line, facts of the need, the product → thousandths out of the line's full marks, words
CASES: list[tuple[str, dict[str, Any], dict[str, Any], int, str]] = [
    ("amount", {}, {"amount_min": 20 * WAN, "amount_max": 500 * WAN}, 1000, "要 200.00 万元，产品 20.00–500.00 万元。"),
    ("amount", {}, {"amount_max": 200 * WAN}, 800, "要 200.00 万元，产品最高 200.00 万元。"),
    ("amount", {}, {"amount_max": 210 * WAN}, 899, "要 200.00 万元，产品最高 210.00 万元。"),
    ("amount", {}, {"amount_min": 200 * WAN}, 800, "要 200.00 万元，产品 200.00 万元起。"),
    ("amount", {}, {}, 1000, "要 200.00 万元，产品不限金额。"),
    ("term", {}, {"term_max": 12}, 800, "要 12 个月，产品最长 12 个月。"),
    ("term", {}, {"term_min": 3, "term_max": 36}, 1000, "要 12 个月，产品 3–36 个月。"),
    ("price", {}, {"lowest_rate_ppm": 50_000}, 500, "最低 5.00 %，利率上限 5.00 %。"),
    ("price", {}, {"lowest_rate_ppm": 42_500}, 749, "最低 4.25 %，利率上限 5.00 %。"),
    ("price", {}, {"lowest_rate_ppm": 30_000}, 1000, "最低 3.00 %，利率上限 5.00 %。"),
    ("price", {"rate_ceiling_ppm": None}, {"lowest_rate_ppm": 60_000}, 500,
     "最低 6.00 %，没有设上限，与参考价 6.00 % 比。"),
    ("guarantee", {}, {"guarantees": frozenset({"mortgage"})}, 1000, "希望抵押，产品接受。"),
    ("guarantee", {}, {"guarantees": frozenset({"credit"})}, 600, "希望抵押，产品要别的方式。"),
    ("guarantee", {"guarantee_preferred": None}, {"guarantees": frozenset({"credit"})}, 1000, "没有偏好的担保方式。"),
    ("industry", {}, {"specialities": frozenset({"15"})}, 1000, "C1521，产品专为此行业设计。"),
    ("industry", {}, {"specialities": frozenset({"A"})}, 500, "C1521，产品可做，不是专设。"),
    ("industry", {"industry": None}, {"specialities": frozenset({"A"})}, 500, "行业未填，按一般产品计。"),
    ("speed", {}, {"promised_days": 30}, 1000, "2026-12-01 前要用，还有 30 天；银行承诺 30 天。"),
    ("speed", {}, {"promised_days": 61}, 500, "2026-12-01 前要用，还有 30 天；银行承诺 61 天。"),
    ("speed", {}, {"promised_days": None}, 0, "2026-12-01 前要用，还有 30 天；银行没有承诺时限。"),
    ("speed", {"needed_by": None}, {"promised_days": None}, 1000, "没有说几时要用。"),
    ("speed", {"needed_by": ON - timedelta(days=9)}, {"promised_days": 3}, 250,
     "2026-10-23 前要用，还有 0 天；银行承诺 3 天。"),
    ("quota", {}, {"quota_left": Money(600 * WAN)}, 1000, "产品剩余额度 600.00 万元，要 200.00 万元。"),
    ("quota", {}, {"quota_left": Money(300 * WAN)}, 500, "产品剩余额度 300.00 万元，要 200.00 万元。"),
    ("quota", {}, {}, 1000, "产品不设额度限制。"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "facts", "offer", "fit", "said"), CASES)
def test_each_line(line: str, facts: dict[str, Any], offer: dict[str, Any], fit: int, said: str) -> None:
    told = explain(need(**facts), product(**offer), POLICY, ON)
    found = next(one for one in told.lines if one.line == line)
    assert (found.points * 1000 // found.full, in_words(found.reason)) == (fit, said)
    assert in_words(found.reason, "en")


def test_every_line_has_cases_a_name_and_a_weight() -> None:
    assert {line for line, *_ in CASES} == {line.code for line in LINES} == set(POLICY.weights)
    assert all(f"match_line_{line.code}" in words() for line in LINES)


def test_it_says_that_it_is_not_a_prediction() -> None:
    assert "不预测还不还款" in in_words(NOTE)
    assert "default" in in_words(NOTE, "en")


def better(offered: Product, by: int) -> list[Product]:
    """Offers that no firm would call worse."""
    wider = {
        name: rule + (by if name.endswith("_max") else -min(by, int(rule)))
        for name, rule in offered.rules.items()
        if name in ("amount_min", "amount_max", "term_min", "term_max") and isinstance(rule, int)
    }
    found = [replace(offered, rules={**offered.rules, name: rule}) for name, rule in wider.items()]
    found += [replace(offered, rules={k: r for k, r in offered.rules.items() if k != name}) for name in wider]
    found.append(replace(offered, lowest_rate_ppm=max(offered.lowest_rate_ppm - by, 0)))
    if offered.promised_days is not None:
        found.append(replace(offered, promised_days=max(offered.promised_days - by, 0)))
    if offered.quota_left is not None:
        more = min(offered.quota_left.minor + by * WAN, 10**15)
        found += [replace(offered, quota_left=Money(more)), replace(offered, quota_left=None)]
    modes = offered.codes("guarantees")
    if modes:
        found.append(replace(offered, rules={**offered.rules, "guarantees": modes | {"pledge", "credit"}}))
    return [replace(one, specialities=one.specialities | {"0164"}) for one in found] + found


@settings(deadline=None, max_examples=300)
@given(needs(), products(), st.integers(1, 20_000))
def test_a_better_offer_never_scores_lower(asked: Need, offered: Product, by: int) -> None:
    before = explain(asked, offered, POLICY, ON)
    for offer in better(offered, by):
        after = explain(asked, offer, POLICY, ON)
        assert after.eligible or not before.eligible
        assert after.points >= before.points


def test_a_day_that_is_farther_off_never_scores_lower() -> None:
    offered = product(promised_days=20)
    seen = [
        explain(need(needed_by=ON + timedelta(days=days)), offered, POLICY, ON).points for days in range(-5, 60)
    ] + [explain(need(needed_by=None), offered, POLICY, ON).points]
    assert seen == sorted(seen)
    assert seen[0] < seen[-1]


def test_figures_at_the_edge_of_what_is_held_do_not_run_over() -> None:
    asked = need(amount=Money(10**15), term_months=600, rate_ceiling_ppm=10**6, needed_by=date.max)
    offered = product(amount_max=10**15, term_max=600, quota_left=Money(10**15), promised_days=18_600)
    told = explain(asked, offered, POLICY, ON)
    assert [line.points * 1000 // line.full for line in told.lines] == [800, 800, 1000, 1000, 500, 1000, 333]

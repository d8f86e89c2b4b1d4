"""The soft lines: what each gives, that a better offer never scores lower, and what they say they saw."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.matching.catalogue import Need, Product
from matchmaking.domain.matching.codes import breadth
from matchmaking.domain.matching.explain import NOTE, explain
from matchmaking.domain.matching.lender_lines import PLACE, PRIORITY, RECORD, shrunk
from matchmaking.domain.matching.points import LINES
from matchmaking.domain.matching.priorities import PRIORITIES
from matchmaking.domain.money import Money
from matchmaking.rulebook import matching, words
from matchmaking.rulebook.matching import in_words
from tests.domain.matching.markets import BEFORE_LENDERS, ON, POLICY, WAN, need, needs, product, products
from tests.properties import examples

LEFT_OUT = -1
"""The need states no such wish, so that the line is not scored."""
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
    ("price", {"rate_ceiling_ppm": None}, {"lowest_rate_ppm": 60_000}, LEFT_OUT, "未提出利率上限，不计分。"),
    ("guarantee", {}, {"guarantees": frozenset({"mortgage"})}, 1000, "希望抵押，产品接受。"),
    ("guarantee", {}, {"guarantees": frozenset({"credit"})}, 600, "希望抵押，产品要别的方式。"),
    ("guarantee", {"guarantee_preferred": None}, {"guarantees": frozenset({"credit"})}, LEFT_OUT,
     "未提出偏好的担保方式，不计分。"),
    ("industry", {}, {"specialities": frozenset({"15"})}, 1000, "C1521，产品专为此行业设计。"),
    ("industry", {}, {"specialities": frozenset({"0164", "1521", "26"})}, 1000, "C1521，产品专为此行业设计。"),
    ("industry", {}, {"specialities": frozenset({"13", "14", "15", "26"})}, 700, "C1521，行业在产品范围内。"),
    ("industry", {}, {"specialities": frozenset({"C"})}, 700, "C1521，行业在产品范围内。"),
    ("industry", {}, {"specialities": frozenset({"A"})}, 500, "C1521，产品可做，不是专设。"),
    ("industry", {"industry": None}, {"specialities": frozenset({"A"})}, LEFT_OUT, "行业未填，不计分。"),
    ("speed", {}, {"promised_days": 30}, 1000, "2026-12-01 前要用，还有 30 天；银行承诺 30 天。"),
    ("speed", {}, {"promised_days": 61}, 500, "2026-12-01 前要用，还有 30 天；银行承诺 61 天。"),
    ("speed", {}, {"promised_days": None}, 0, "2026-12-01 前要用，还有 30 天；银行没有承诺时限。"),
    ("speed", {"needed_by": None}, {"promised_days": None}, LEFT_OUT, "未提出用款日期，不计分。"),
    ("speed", {"needed_by": ON - timedelta(days=9)}, {"promised_days": 3}, 250,
     "说要在 2026-10-23 前用到，那一天已经过去。"),
    ("quota", {}, {"quota_left": Money(600 * WAN)}, 1000, "产品剩余额度 600.00 万元，要 200.00 万元。"),
    ("quota", {}, {"quota_left": Money(300 * WAN)}, 500, "产品剩余额度 300.00 万元，要 200.00 万元。"),
    ("quota", {}, {}, 1000, "产品不设额度限制。"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "facts", "offer", "fit", "said"), CASES)
def test_each_line(line: str, facts: dict[str, Any], offer: dict[str, Any], fit: int, said: str) -> None:
    told = explain(need(**facts), product(**offer), BEFORE_LENDERS, ON)
    found = next(one for one in told.lines if one.line == line)
    seen = found.points * 1000 // found.full if found.full else LEFT_OUT
    assert (seen, in_words(found.reason)) == (fit, said)
    assert in_words(found.reason, "en")


def test_every_line_has_cases_a_name_and_a_weight() -> None:
    assert {line for line, *_ in CASES} == set(BEFORE_LENDERS.weights)
    assert {line.code for line in LINES} == set(POLICY.weights)
    assert all(f"match_line_{line.code}" in words() for line in LINES)


def test_it_says_that_it_is_not_a_prediction() -> None:
    assert "不预测还不还款" in in_words(NOTE)
    assert "default" in in_words(NOTE, "en")


def _rules(offered: Product, **rules: Any) -> Product:
    return replace(offered, rules={**offered.rules, **rules})


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
    found.append(replace(offered, places=offered.places | {"610924", "610902"}))
    found += [_rules(offered, priorities=(offered.codes("priorities") or frozenset()) | set(PRIORITIES))]
    for place, record in enumerate(offered.records):
        paid = replace(record, verified_minor=min(record.verified_minor + by, record.signed_minor))
        found.append(replace(offered, records=(*offered.records[:place], paid, *offered.records[place + 1 :])))
    modes = offered.codes("guarantees")
    if modes:
        found.append(replace(offered, rules={**offered.rules, "guarantees": modes | {"pledge", "credit"}}))
    return found


@examples(100)
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
        explain(need(needed_by=ON + timedelta(days=days)), offered, BEFORE_LENDERS, ON).points for days in range(-5, 60)
    ]
    assert seen == sorted(seen)
    assert seen[0] < seen[-1]


def test_figures_at_the_edge_of_what_is_held_do_not_run_over() -> None:
    asked = need(amount=Money(10**15), term_months=600, rate_ceiling_ppm=10**6, needed_by=date.max)
    offered = product(amount_max=10**15, term_max=600, quota_left=Money(10**15), promised_days=18_600)
    told = explain(asked, offered, BEFORE_LENDERS, ON)
    assert [line.points * 1000 // line.full for line in told.lines] == [800, 800, 1000, 1000, 500, 1000, 333]


FIRST = matching.policy_of("2026-01")
NO_WISHES = {"rate_ceiling_ppm": None, "guarantee_preferred": None, "needed_by": None, "industry": None}


def test_wishes_not_stated_leave_their_weight_to_the_others() -> None:
    told = explain(need(**NO_WISHES), product(amount_max=200 * WAN), BEFORE_LENDERS, ON)
    fulls = {line.line: line.full // 1000 for line in told.lines}
    # 20, 15 and 5 of the forty left, of a hundred
    assert fulls == {"amount": 50, "term": 38, "price": 0, "guarantee": 0, "industry": 0, "speed": 0, "quota": 12}
    assert (told.points, told.degree) == (50_000 * 8 // 10 + 50_000, 90)
    assert [line.line for line in told.unscored] == ["price", "guarantee", "industry", "speed"]


def test_a_silent_need_does_not_beat_one_that_says_what_it_wants() -> None:
    """Before, whoever named no day and no preference had full marks for both."""
    slow = product(promised_days=60, guarantees=frozenset({"mortgage"}))
    told, silent = explain(need(), slow, BEFORE_LENDERS, ON), explain(need(needed_by=None), slow, BEFORE_LENDERS, ON)
    before = explain(need(needed_by=None), slow, FIRST, ON)
    assert next(line for line in before.lines if line.line == "speed").points == 10_000
    assert next(line for line in silent.lines if line.line == "speed").points == 0
    assert sum(line.full for line in silent.lines) == sum(line.full for line in told.lines) == 100_000


def test_the_first_policy_still_says_what_it_said() -> None:
    told = explain(need(**NO_WISHES), product(specialities=frozenset({"C"}), promised_days=3), FIRST, ON)
    assert {line.line: line.points for line in told.lines} == {
        "amount": 20_000, "term": 15_000, "price": 20_000, "guarantee": 15_000, "industry": 7_500, "speed": 10_000,
        "quota": 5_000,
    }  # fmt: skip
    wide = explain(need(), product(specialities=frozenset({"C"})), FIRST, ON)
    assert [line.points for line in wide.lines if line.line == "industry"] == [15_000]


@given(st.sets(st.sampled_from([line.code for line in LINES])))
def test_shares_add_up_to_a_hundred_whatever_is_stated(stated: set[str]) -> None:
    shared = POLICY.shared(stated)
    assert sum(shared.values()) == (100 if stated else 0)
    assert {line for line, points in shared.items() if points} == stated
    assert all(shared[line] >= POLICY.weights[line] for line in stated)
    assert FIRST.shared(stated) == dict(FIRST.weights)


@pytest.mark.parametrize(("codes", "touched"), [
    (set(), 0), ({"C"}, 31), ({"0164", "1530"}, 2), ({"15", "1521", "152"}, 1), ({"A", "01"}, 5), ({"T"}, 1),
])  # fmt: skip
def test_how_many_divisions_a_list_touches(codes: set[str], touched: int) -> None:
    assert breadth(frozenset(codes)) == touched


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_record_that_is_scored_is_the_one_that_is_said(count: int, share: int, mean: int) -> None:
    figures = (0, 1, 0, 0, mean), (0, 0, count, share, 0, 0, 0, 0)
    counted = shrunk(count, share, POLICY.numbers.record_prior, mean)
    assert RECORD.fit(*figures, False, POLICY.numbers) == counted // 1000
    assert min(share, mean) - 1 <= counted <= max(share, mean) or not count
    assert shrunk(0, share, 30, mean) == mean


def test_new_lines_do_the_same_to_columns_as_to_single_figures() -> None:
    numbers = POLICY.numbers
    counts, shares = np.array([0, 18, 400]), np.array([0, 710_000, 900_000])
    zero, mean = np.zeros(3, np.int64), np.full(3, 650_000)
    one = np.ones(3, np.int64)
    columns = RECORD.fit(
        (zero, one, zero, zero, mean), (zero, zero, counts, shares, zero, zero, zero, zero), False, numbers
    )
    assert columns.tolist() == [650, 672, 882]
    near = PLACE.fit(
        (np.array([6109, 6109, 0]),), (np.array([6109, 4201, -1]),), np.array([True, False, False]), numbers
    )
    assert near.tolist() == [1000, 300, 300]
    assert PRIORITY.fit((), (), np.array([True, False]), numbers).tolist() == [1000, 500]

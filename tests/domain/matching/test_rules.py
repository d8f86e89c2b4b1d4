"""Rules of a product as JSON, fields of its form, codes, months, and the policy's TOML."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.matching import codes as c
from matchmaking.domain.matching.catalogue import Product
from matchmaking.domain.matching.criteria import FIELDS
from matchmaking.domain.matching.months import add_months, completed_months, years_text
from matchmaking.domain.matching.policy import parse_policies, policy_named
from matchmaking.domain.matching.rules import CHOICE, CHOICES, parse_rules, rules_json
from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Refusal
from matchmaking.rulebook import HERE, matching, words
from tests.domain.matching.markets import need, product, products

WRONG = [
    ({"nonsense": 1}, "match_rule_unknown", "没有“nonsense”这项准入条件。"),
    ({"amount_max": "300"}, "match_rule_bad", "最高金额：“300”不是可用的取值。"),
    ({"amount_max": True}, "match_rule_bad", "最高金额：“True”不是可用的取值。"),
    ({"amount_max": 0}, "match_rule_range", "最高金额应在 1 与 1000000000000000 之间。"),
    ({"amount_max": 10**20}, "match_rule_range", "最高金额应在 1 与 1000000000000000 之间。"),
    ({"term_max": 601}, "match_rule_range", "最长期限应在 1 与 600 之间。"),
    ({"term_min": 13, "term_max": 12}, "match_rule_crossed", "最短期限大于最长期限，没有需求能通过。"),
    ({"guarantees": ["mortgage", "magic"]}, "match_rule_bad", "接受的担保方式：“magic”不是可用的取值。"),
    ({"guarantees": "mortgage"}, "match_rule_bad", "接受的担保方式：“mortgage”不是可用的取值。"),
    ({"industries": ["A1521"]}, "match_rule_bad", "服务行业：“A1521”不是可用的取值。"),
    ({"regions": [610924]}, "match_rule_bad", "服务地区与功能区：“610924”不是可用的取值。"),
    ({"titles": [[]]}, "match_rule_bad", "要求的称号（其一即可）：“[]”不是可用的取值。"),
    ({"titles": ["x"] * 2001}, "match_rule_bad", None),
    ({"tax_grade_min": "E"}, "match_rule_bad", "最低纳税信用级别：“E”不是可用的取值。"),
    ({"first_loan_only": "yes"}, "match_rule_bad", "只做首贷户：“yes”不是可用的取值。"),
]


@pytest.mark.parametrize(("stored", "code", "said"), WRONG)
def test_rules_that_are_wrong_are_refused_with_the_field_named(stored: dict[str, Any], code: str, said: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_rules(stored, FIELDS)
    assert caught.value.reason.code == code
    assert said is None or matching.in_words(caught.value.reason) == said


def test_every_wrong_field_is_told_at_once() -> None:
    with pytest.raises(Refusal) as caught:
        parse_rules({"amount_max": -1, "term_min": "x", "what": 1}, FIELDS)
    assert len(caught.value.reasons) == 3


def test_what_asks_nothing_is_no_rule() -> None:
    assert parse_rules({"amount_max": None, "titles": [], "first_loan_only": False}, FIELDS) == {}


def test_codes_are_put_in_one_form() -> None:
    parsed = parse_rules({"industries": ["C15", "1521", "A"], "regions": ["610900", "hengkou"]}, FIELDS)
    assert parsed == {"industries": {"15", "1521", "A"}, "regions": {"6109", "hengkou"}}


@given(products())
def test_rules_survive_their_json(offered: Product) -> None:
    stored = json.loads(json.dumps(rules_json(offered.rules)))
    assert parse_rules(stored, FIELDS) == parse_rules(rules_json(offered.rules), FIELDS)
    assert rules_json(parse_rules(stored, FIELDS)) == rules_json(parse_rules(stored, reversed(FIELDS)))


def test_every_field_and_every_choice_has_words() -> None:
    assert len({field.name for field in FIELDS}) == len(FIELDS)
    for field in FIELDS:
        assert field.label in words()
        if field.kind in (CHOICE, CHOICES):
            assert field.choices
            assert all(f"match_{field.vocabulary}_{choice}" in words() for choice in field.choices)


@pytest.mark.parametrize(
    ("code", "chain"),
    [
        ("C1521", {"C", "15", "152", "1521"}),
        ("1521", {"C", "15", "152", "1521"}),
        ("0164", {"A", "01", "016", "0164"}),
        ("T97", {"T", "97"}),
        ("S", {"S"}),
        ("A1521", set()),
        ("00", set()),
        ("98", set()),
        ("１５", set()),
        (None, set()),
    ],
)
def test_industries(code: str | None, chain: set[str]) -> None:
    assert c.industry_chain(code) == chain


@pytest.mark.parametrize(
    ("area", "zone", "chain"),
    [
        ("610924", None, {"61", "6109", "610924"}),
        ("610900", "hengkou", {"61", "6109", "hengkou"}),
        ("610924100", None, {"61", "6109", "610924", "610924100"}),
        (None, "gaoxin", {"gaoxin"}),
        ("6109241", None, set()),
        (None, None, set()),
    ],
)
def test_areas(area: str | None, zone: str | None, chain: set[str]) -> None:
    assert c.area_chain(area, zone) == chain


@given(st.dates(date(1950, 1, 1), date(2026, 1, 1)), st.dates(date(2026, 1, 1), date(2100, 1, 1)))
def test_completed_months_are_the_most_that_fit(since: date, on: date) -> None:
    months = completed_months(since, on)
    assert add_months(since, months) <= on < add_months(since, months + 1)


@pytest.mark.parametrize(
    ("since", "on", "months"),
    [
        (date(2024, 2, 29), date(2025, 2, 28), 12),
        (date(2024, 8, 31), date(2025, 2, 28), 6),
        (date(2025, 5, 1), date(2027, 4, 30), 23),
        (date(2025, 5, 1), date(2027, 5, 1), 24),
        (date(2027, 1, 1), date(2026, 1, 1), 0),
    ],
)
def test_months_in_business(since: date, on: date, months: int) -> None:
    assert completed_months(since, on) == months


def test_years_are_rounded_against_the_firm_and_never_past_the_bound() -> None:
    assert [years_text(months) for months in (18, 23, 24, 0)] == ["1.5", "1.9", "2", "0"]
    assert [years_text(months, up=True) for months in (1, 6, 12)] == ["0.1", "0.5", "1"]


@pytest.mark.parametrize(
    "facts",
    [
        {"amount": Money(0)},
        {"amount": Money(10**15 + 1)},
        {"term_months": 0},
        {"rate_ceiling_ppm": -1},
        {"revenue": Money(-1)},
        {"revenue": Money(1, "USD")},
        {"founded_on": date.max},
    ],
)
def test_facts_out_of_range_are_refused(facts: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as caught:
        need(**facts)
    assert matching.in_words(caught.value.reason)


@pytest.mark.parametrize(
    "facts",
    [{"lowest_rate_ppm": -1}, {"promised_days": -1}, {"quota_left": Money(-1)}, {"quota_left": Money(1, "USD")}],
)
def test_offers_out_of_range_are_refused(facts: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        product(**facts)


POLICIES = (HERE / "policies" / "matching.toml").read_text("utf-8")


def test_policies_are_dated_versioned_and_documented() -> None:
    versions = matching.policies()
    assert versions
    assert all(len(policy.document) >= 5 for policy in versions)
    assert matching.policy(date(2026, 8, 31)) is versions[0]
    assert matching.policy(date(2026, 9, 1)) is versions[1]
    assert matching.policy_of(versions[0].version) is versions[0]
    with pytest.raises(KeyError):
        policy_named(versions, "no such")
    with pytest.raises(Refusal):
        matching.policy(versions[0].since - timedelta(days=1))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("amount = 20", "amount = 21"),
        ("quota = 5", "luck = 5"),
        ("quota_times = 3", "quota_times = 0"),
        ("amount_edge = 800", "amount_edge = 1001"),
        ("term_edge = 800", "term_edge = -1"),
        ("price_full = 300", ""),
        ("amount = 20", "amount = 20.0"),
    ],
)
def test_a_policy_that_does_not_add_up_is_refused(old: str, new: str) -> None:
    assert old in POLICIES
    with pytest.raises(ValueError, match="policy"):
        parse_policies(POLICIES.replace(old, new, 1))


def test_a_version_stands_once() -> None:
    with pytest.raises(ValueError, match="once"):
        parse_policies(POLICIES + POLICIES)

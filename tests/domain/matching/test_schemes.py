"""Schemes: who may have one by the criteria of products, and what it saves on one loan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.matching.codes import SURETY
from matchmaking.domain.matching.costs import Fee, cost_of
from matchmaking.domain.matching.schemes import (
    GUARANTEE_FEE,
    INTEREST,
    REWARD,
    Scheme,
    parse_schemes,
    standing,
    worth,
    worths,
)
from matchmaking.domain.matching.schemes import standings as all_standings
from matchmaking.domain.money import Money
from matchmaking.rulebook import HERE, matching, words
from matchmaking.rulebook.matching import in_words
from tests.domain.matching.markets import ON, need

GUARANTEED = Fee("guarantee", "guarantor", "yearly", 10_000, mode=SURETY)
TWO_MILLION = Money.of(2_000_000)
FIRST = Scheme("x", INTEREST, date(2026, 1, 1), date(2026, 12, 31), "演示数据", False, {"first_loan_only": True},
               share_ppm=10_000, cap_minor=5_000_000)  # fmt: skip


def test_the_criteria_of_products_decide_who_may_have_it() -> None:
    assert standing(FIRST, need(), ON).qualifies
    said = standing(FIRST, need(first_loan=False), ON)
    assert [in_words(verdict.reason) for verdict in said.failing] == ["已有贷款记录，产品只做首贷户。"]
    assert not said.open_question
    assert standing(FIRST, need(first_loan=None), ON).open_question
    assert [len(standing(FIRST, asked, ON).verdicts) for asked in (need(), need(rate_ceiling_ppm=0))] == [1, 1]


@pytest.mark.parametrize(("scheme", "months", "saved"), [
    (FIRST, 12, 20_000), (FIRST, 6, 10_000), (FIRST, 36, 20_000),
    (replace(FIRST, cap_minor=1_500_000), 12, 15_000),
    # never more than the interest that is charged
    (replace(FIRST, share_ppm=100_000, cap_minor=0), 12, 77_000),
    (replace(FIRST, kind=GUARANTEE_FEE, share_ppm=500_000, cap_minor=2_000_000), 12, 10_000),
    (replace(FIRST, kind=GUARANTEE_FEE, share_ppm=500_000, cap_minor=0), 24, 20_000),
    (replace(FIRST, kind=REWARD, share_ppm=0, flat_minor=1_000_000), 12, 10_000),
])  # fmt: skip
def test_known_worths(scheme: Scheme, months: int, saved: int) -> None:
    assert worth(scheme, cost_of(TWO_MILLION, months, 38_500, (GUARANTEED,))) == Money.of(saved)


def test_the_most_first_and_nothing_that_saves_nothing() -> None:
    held = all_standings(
        [replace(FIRST, code="fee", kind=GUARANTEE_FEE), FIRST, replace(FIRST, code="over", until=date(2026, 10, 31)),
         replace(FIRST, code="more", share_ppm=20_000, cap_minor=0)], need(), ON,
    )  # fmt: skip
    found = worths(held, cost_of(TWO_MILLION, 12, 38_500))
    assert [(one.scheme.code, one.amount) for one in found] == [("more", Money.of(40_000)), ("x", Money.of(20_000))]
    assert worths(all_standings([FIRST], need(first_loan=None), ON), cost_of(TWO_MILLION, 12, 38_500)) == ()


@given(st.integers(1, 10**12), st.integers(1, 120), st.integers(0, 200_000), st.integers(0, 10**6))
def test_interest_paid_back_never_exceeds_interest_charged(minor: int, months: int, rate: int, share: int) -> None:
    cost = cost_of(Money(minor), months, rate)
    assert Money(0) <= worth(replace(FIRST, share_ppm=share, cap_minor=0), cost) <= cost.interest


def test_every_scheme_has_words_a_document_and_says_that_it_is_invented() -> None:
    assert len(matching.schemes()) == 5
    for scheme in matching.schemes():
        assert f"scheme_{scheme.code}" in words() and f"scheme_kind_{scheme.kind}" in words()
        assert "演示数据" in scheme.document and scheme.demo and not scheme.verified


TEXT = (HERE / "schemes" / "schemes.toml").read_text("utf-8")


@pytest.mark.parametrize(("old", "new"), [
    ('kind = "interest"', 'kind = "gift"'), ("until = 2026-12-31", "until = 2025-12-31"),
    ('code = "selenium_interest"', 'code = "first_loan_interest"'), ("share_ppm = 10000", "share_ppm = 1000001"),
])  # fmt: skip
def test_a_scheme_that_is_wrong_is_refused(old: str, new: str) -> None:
    assert old in TEXT
    with pytest.raises(ValueError, match="scheme"):
        parse_schemes(TEXT.replace(old, new, 1))

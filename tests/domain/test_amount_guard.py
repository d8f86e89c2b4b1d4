"""A slip of ten thousand in a need's amount is asked about, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.amount_guard import SLIP, AmountBounds, amount_doubt
from matchmaking.domain.money import Money
from matchmaking.rulebook import explain

BOUNDS = AmountBounds(times=20, parts=1000, least_minor=1_000_000, most_minor=50_000_000_000)
YEAR = Money.of(8_000_000)


@pytest.mark.parametrize(
    ("yuan", "revenue", "code"),
    [
        (3_000_000, YEAR, None),
        (160_000_000, YEAR, None),
        (160_000_001, YEAR, "amount_guard_over"),
        (8_000, YEAR, None),
        (7_999, YEAR, "amount_guard_under"),
        (30_000_000_000, YEAR, "amount_guard_over"),
        (300, YEAR, "amount_guard_under"),
        (300, None, "amount_guard_small"),
        (10_000, None, None),
        (500_000_000, None, None),
        (500_000_001, None, "amount_guard_large"),
        (300, Money.zero(), "amount_guard_small"),
    ],
)
def test_what_is_asked_about(yuan: int, revenue: Money | None, code: str | None) -> None:
    reason = amount_doubt(Money.of(yuan), revenue, BOUNDS)
    assert (reason.code if reason else None) == code


def test_both_amounts_stand_in_the_words() -> None:
    reason = amount_doubt(Money.of(300), YEAR, BOUNDS)
    assert reason is not None
    assert "300.00 元（0.03 万元）" in explain(reason)
    assert "26,666 分之一" in explain(reason)
    assert "是 300.00 万元" in explain(reason)
    reason = amount_doubt(Money.of(30_000_000_000), YEAR, BOUNDS)
    assert reason is not None
    assert "3,000,000.00 万元" in explain(reason) and "3,750 倍" in explain(reason)
    assert "300.00 万元" in explain(reason)
    assert "3,750 times" in explain(reason, "en")


@given(st.integers(10_000, 10**9), st.integers(1, 100), st.booleans())
def test_a_plausible_amount_in_the_other_unit_is_always_caught(yuan: int, share: int, over: bool) -> None:
    """Between a twentieth and five yearly revenues: typed in the wrong unit it is doubted, in the right one not."""
    revenue = Money.of(max(yuan * 20 // share, 1))
    assert amount_doubt(Money.of(yuan), revenue, BOUNDS) is None
    slipped = Money(yuan * 100 * SLIP if over else yuan * 100 // SLIP)
    reason = amount_doubt(slipped, revenue, BOUNDS)
    assert reason is not None
    assert reason.code == ("amount_guard_over" if over else "amount_guard_under")


@given(st.integers(1, 10**15), st.none() | st.integers(0, 10**15))
def test_a_doubt_always_has_words(minor: int, revenue: int | None) -> None:
    reason = amount_doubt(Money(minor), None if revenue is None else Money(revenue), BOUNDS)
    if reason is not None:
        assert "{" not in explain(reason) and "{" not in explain(reason, "en")

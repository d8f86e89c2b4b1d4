"""The cost of a year: exact, rounded half up once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.matching.costs import yearly_cost
from matchmaking.domain.money import Money


@pytest.mark.parametrize(("amount", "rate", "fees", "cost"), [
    (Money.of(2_000_000), 38_500, None, Money.of(77_000)),
    (Money.of(2_000_000), 38_500, Money.of(10_000), Money.of(87_000)),
    (Money(1), 500_000, None, Money(1)),
    (Money(1), 499_999, None, Money(0)),
    (Money.of(2_000_000), 0, None, Money(0)),
])  # fmt: skip
def test_known_costs(amount: Money, rate: int, fees: Money | None, cost: Money) -> None:
    assert yearly_cost(amount, rate, fees) == cost


@given(st.integers(0, 10**15), st.integers(0, 10**6))
def test_never_off_by_more_than_half_a_fen(minor: int, rate: int) -> None:
    assert abs(yearly_cost(Money(minor), rate).minor * 10**6 - minor * rate) * 2 <= 10**6


def test_a_rate_below_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="ppm"):
        yearly_cost(Money(1), -1)

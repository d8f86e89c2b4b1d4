"""The cost of a year: exact, rounded half up once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.matching.costs import Fee, cheapest_and_dearest, cost_of, fees_from, fees_json, yearly_cost
from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Refusal


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


GUARANTEED = Fee("guarantee", "guarantor", "yearly", 5_000, mode="surety")
VALUED = Fee("appraisal", "assessor", minor=200_000, mode="mortgage")
NOTARY = Fee("notary", "notary_office", share_ppm=100, minor=100)
TWO_MILLION = Money.of(2_000_000)


def test_the_sheet_of_a_year_adds_up() -> None:
    """Two million over a year at 3.85 % with a guarantee at 0.5 %: 77,000 and 10,000, 4.35 % in all."""
    cost = cost_of(TWO_MILLION, 12, 38_500, (GUARANTEED,))
    assert (cost.interest, cost.fees_total, cost.total) == (Money.of(77_000), Money.of(10_000), Money.of(87_000))
    assert (cost.yearly, cost.simple_ppm, cost.yearly_interest) == (Money.of(87_000), 43_500, Money.of(77_000))


@pytest.mark.parametrize(("months", "fee", "total", "yearly", "simple"), [
    # paid once: in full over half a year, a third a year over three
    (6, VALUED, 40_500, 81_000, 40_500), (36, VALUED, 233_000, 77_667, 38_833),
    # every year: by the months of it
    (6, GUARANTEED, 43_500, 87_000, 43_500), (18, GUARANTEED, 130_500, 87_000, 43_500),
    (12, NOTARY, 77_201, 77_201, 38_601),
])  # fmt: skip
def test_fees_over_other_terms(months: int, fee: Fee, total: int, yearly: int, simple: int) -> None:
    cost = cost_of(TWO_MILLION, months, 38_500, (fee,))
    assert (cost.total, (cost.yearly.minor + 50) // 100, cost.simple_ppm) == (Money.of(total), yearly, simple)


@pytest.mark.parametrize(("rate", "fees", "compound"), [
    (0, (), 0),
    # (1 + 0.12 / 12) ** 12 - 1
    (120_000, (), 126_825),
    # 100 lent, 10 kept back on the day, no interest: 100 / 90 - 1
    (0, (Fee("handling", "lender", share_ppm=100_000),), 111_111),
])  # fmt: skip
def test_the_compounded_rate_is_the_internal_rate_of_return(rate: int, fees: tuple[Fee, ...], compound: int) -> None:
    assert abs(cost_of(TWO_MILLION, 12, rate, fees).compound_ppm - compound) <= 1


@given(st.integers(100, 10**12), st.integers(1, 60), st.integers(0, 300_000), st.integers(0, 100_000))
def test_more_fees_never_cost_less(minor: int, months: int, rate: int, share: int) -> None:
    plain, fee = cost_of(Money(minor), months, rate), Fee("handling", "lender", "once", share, 1)
    dear = cost_of(Money(minor), months, rate, (fee,))
    assert dear.total == plain.total + fee.of(Money(minor), months)
    assert dear.compound_ppm >= plain.compound_ppm and dear.simple_ppm >= plain.simple_ppm
    assert plain.compound_ppm >= plain.simple_ppm - 12 * 10**6 // minor - 1


def test_the_way_of_backing_decides_which_fees_are_charged() -> None:
    fees = (GUARANTEED, VALUED, NOTARY)
    few, many = cheapest_and_dearest(fees, {"mortgage", "surety"}, TWO_MILLION, 12)
    assert (few, many) == ((NOTARY, VALUED), (NOTARY, GUARANTEED))
    assert cheapest_and_dearest(fees, {"credit", "surety"}, TWO_MILLION, 12) == ((NOTARY,), (NOTARY, GUARANTEED))
    assert cheapest_and_dearest(fees, (), TWO_MILLION, 12) == ((NOTARY,), (NOTARY,))


def test_fees_survive_their_json_and_wrong_ones_are_refused() -> None:
    fees = (GUARANTEED, VALUED, NOTARY)
    assert fees_from(fees_json(fees)) == fees
    for wrong in ({"kind": "gift"}, {"charged_by": "nobody"}, {"when": "never"}, {"mode": "magic"}, {"share_ppm": 0}):
        told = {"kind": "notary", "charged_by": "notary_office", "share_ppm": 5, **wrong}
        with pytest.raises(Refusal):
            Fee(**told)
    with pytest.raises(ValueError, match="cost"):
        cost_of(TWO_MILLION, 0, 1)

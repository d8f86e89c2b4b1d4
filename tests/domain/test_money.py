"""Money is exact, keeps its currency, and what a person types is read or refused in words."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.money import CurrencyMismatch, Money, parse_typed, per_million, percent_text, plain_amount
from matchmaking.domain.reasons import Refusal

minor = st.integers(-(10**15), 10**15)


@pytest.mark.parametrize("bad", [1.0, Decimal(1), "1", True, None])
def test_money_refuses_everything_but_int(bad: object) -> None:
    """A float, a decimal, a word or a truth value is not an amount."""
    with pytest.raises(TypeError):
        Money(bad)  # type: ignore[arg-type]


def test_currencies_never_mix() -> None:
    """Adding or comparing yuan with dollars is refused with both codes in the reason."""
    with pytest.raises(CurrencyMismatch) as refused:
        Money(1, "CNY") + Money(1, "USD")
    assert refused.value.reason.params == {"left": "CNY", "right": "USD"}
    with pytest.raises(CurrencyMismatch):
        assert Money(1, "CNY") < Money(1, "USD")


@given(st.lists(minor))
def test_totals_are_exact(parts: list[int]) -> None:
    """A total is the integer sum of its parts."""
    assert Money.total([Money(part) for part in parts]).minor == sum(parts)


@given(st.integers(1, 10**13))
def test_written_amounts_read_back(fen: int) -> None:
    """What is shown in yuan can be typed in again and gives the same fen."""
    assert parse_typed(plain_amount(fen), "yuan").minor == fen


@pytest.mark.parametrize(
    ("text", "unit", "fen"),
    [
        ("300", "wan", 300_000_000),
        ("３００", "wan", 300_000_000),
        ("1,250.50", "yuan", 125_050),
        (" ¥ 1，000 元", "yuan", 100_000),
        ("2.4319", "yi", 24_319_000_000),
        ("0.0001", "wan", 100),
    ],
)
def test_typed_amounts(text: str, unit: str, fen: int) -> None:
    """Full-width digits, commas, blanks and signs of the yuan are understood in the unit the form names."""
    assert parse_typed(text, unit).minor == fen


@pytest.mark.parametrize(
    "text",
    [
        "", "-1", "+1", "1e9", "1E+999999", "Infinity", "NaN", "1_000", "١٢٣", "1.2.3", "0x10", "1/2", "㈠",
        "9" * 14, "9" * 5000, "\x00", "\ud800", "=1+1", "五百万",
    ],
)  # fmt: skip
def test_unreadable_amounts_are_refused(text: str) -> None:
    """What Decimal would swallow is refused at once, in words."""
    with pytest.raises(Refusal) as refused:
        parse_typed(text, "yuan")
    assert refused.value.reason.code == "amount_unreadable"


def test_too_fine_and_zero() -> None:
    """A tenth of a fen and nothing at all have refusals of their own."""
    for text, code in (("0.001", "amount_too_fine"), ("0.00", "amount_zero")):
        with pytest.raises(Refusal) as refused:
            parse_typed(text, "yuan")
        assert refused.value.reason.code == code


def test_rates_in_parts_per_million() -> None:
    """8,191 of 8,850 is 92.5537 %; a rate without a denominator cannot be had."""
    assert percent_text(per_million(8191, 8850), 4) == "92.5537"
    assert percent_text(per_million(8191, 8850)) == "92.55"
    assert percent_text(-12_345, 2) == "-1.23"
    with pytest.raises(ZeroDivisionError):
        per_million(1, 0)


def test_units_for_the_eye() -> None:
    """万元 and 亿元 are rounded for the eye only."""
    assert plain_amount(386_000_000_000, "wan") == "386,000.00"
    assert plain_amount(-1, "yuan") == "-0.01"
    assert plain_amount(165_000_000_000_00, "yi") == "1,650.00"
    assert plain_amount(12_345, "yuan", 0) == "123"

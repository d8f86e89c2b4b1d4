"""Statement amounts: exact to the cent, bounded in length and exponent, strict about separators."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.reasons import Refusal
from matchmaking.domain.statements.amounts import MAX_CELL_MINOR, AmountReader, half_even, read_rate

PLAIN = AmountReader()
GROUPED = AmountReader(thousands=",")


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("250000000", 25_000_000_000),
        ("191044211.8", 19_104_421_180),
        ("3955788.25", 395_578_825),
        ("-0.01", -1),
        ("0", 0),
        ("-0", 0),
        (".5", 50),
        ("5.", 500),
        ("2.33E-10", 0),
        ("-6.98E-10", 0),
        ("1.5e3", 150_000),
        ("1E+2", 10_000),
        ("0e9999", 0),
        ("1e-9999", 0),
        ("0.005", 0),
        ("0.015", 2),
        ("0.025", 2),
        ("0.0250000001", 3),
        ("-0.015", -2),
        ("(12.34)", -1_234),
        ("12.34-", -1_234),
        ("+12.34", 1_234),
        ("¥12.34", 1_234),
        ("-$12.34", -1_234),
        ("１２．３４", 1_234),
        ("￥１２元", 1_200),
        ("\u22125", -500),
        ("  7 ", 700),
        ("000012", 1_200),
    ],
)
def test_amounts_as_real_files_write_them(text: str, minor: int) -> None:
    assert PLAIN.read(text) == minor


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Infinity",
            "-inf",
            "NaN",
            "1_000",
            "0x10",
            "12万",
            "1 2",
            "--1",
            "(-1)",
            "1.2.3",
            "e5",
            ".",
            "-",
            "1e",
            "1e5.5",
        ),
        *("\u0661\u0662", "10²", "①", "1\x00", "=1+1", "12,50", "1,234", "1e99999", "TRUE", "()"),
    ],
)
def test_what_is_no_amount_is_refused_in_words(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        PLAIN.read(text)
    assert refused.value.reason.code in ("cell_amount_unreadable", "cell_amount_grouping")


@pytest.mark.parametrize("text", ["1e999999", "1e9999", "9" * 40, "1e18", "1" * 60 + "e9999"])
def test_huge_amounts_are_an_error_and_not_a_hang(text: str) -> None:
    with pytest.raises(Refusal):  # the suite's time-out would catch a hang
        PLAIN.read(text)


def test_a_longer_text_is_never_parsed() -> None:
    with pytest.raises(Refusal) as refused:
        PLAIN.read("1" * 65)
    assert refused.value.reason.code == "cell_amount_too_long"


@pytest.mark.parametrize(
    ("text", "minor"), [("1,234,567.89", 123_456_789), ("1,234", 123_400), ("12", 1_200), ("-1,234.5", -123_450)]
)
def test_thousands_separators(text: str, minor: int) -> None:
    assert GROUPED.read(text) == minor


@pytest.mark.parametrize("text", ["1,23", "12,34", "1,2345", ",123", "1,,234", "1.234,567", "1234,567"])
def test_wrong_grouping_is_refused_because_it_may_be_a_decimal_comma(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        GROUPED.read(text)
    assert refused.value.reason.code == "cell_amount_grouping"


def test_a_decimal_comma_where_declared() -> None:
    european = AmountReader(thousands=".", decimal=",")
    assert european.read("1.234.567,89") == 123_456_789
    assert european.read("0,5") == 50
    with pytest.raises(Refusal):
        european.read("1,234.50")
    with pytest.raises(Refusal):
        AmountReader(decimal=",").read("1.5")


@pytest.mark.parametrize(
    ("unit", "text", "minor"),
    [
        (10_000, "300", 300_000_000),
        (10_000, "0.0001", 100),
        (10_000, "12.345678", 12_345_678),
        (1_000_000, "2.83", 283_000_000),
        (100_000_000, "0.1", 1_000_000_000),
        (10_000, "0.00000050", 0),
        (10_000, "0.00000150", 2),
    ],
)
def test_the_declared_unit_multiplies_before_rounding(unit: int, text: str, minor: int) -> None:
    assert AmountReader(unit=unit).read(text) == minor


@given(
    st.decimals(min_value=-(10**12), max_value=10**12, allow_nan=False, allow_infinity=False),
    st.sampled_from([1, 10_000, 1_000_000]),
)
def test_any_decimal_is_rounded_half_to_even_exactly(value: Decimal, unit: int) -> None:
    text = str(value)[:60]
    expected = (Decimal(text) * unit).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    minor = int(expected.scaleb(2))
    if abs(minor) <= MAX_CELL_MINOR:
        assert AmountReader(unit=unit).read(text) == minor


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    for reader in (PLAIN, GROUPED):
        try:
            assert type(reader.read(text)) is int
        except Refusal as refusal:
            assert refusal.reason.code.startswith("cell_amount_")


@given(st.integers(0, 10**20), st.integers(1, 10**10))
def test_half_even_agrees_with_fractions(numerator: int, denominator: int) -> None:
    from fractions import Fraction

    assert half_even(numerator, denominator) == round(Fraction(numerator, denominator))


@pytest.mark.parametrize(
    ("text", "unit", "ppm"),
    [
        ("4.25", 10_000, 42_500),
        ("6.5048", 10_000, 65_048),
        ("3.5625", 10_000, 35_625),
        ("4.35%", 1_000_000, 43_500),
        ("0.0435", 1_000_000, 43_500),
        ("-0.5", 10_000, -5_000),
        ("43500", 1, 43_500),
        ("4.350000000000001", 10_000, 43_500),
    ],
)
def test_rates_are_whole_parts_per_million(text: str, unit: int, ppm: int) -> None:
    assert read_rate(text, unit) == ppm


@pytest.mark.parametrize("text", ["LPR+50", "1e9", "NaN", "%", "4.2.5", "1001%", "4" * 70])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_rate(text, 10_000)
    assert refused.value.reason.code == "cell_rate_unreadable"

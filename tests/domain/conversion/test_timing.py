"""Durations: exact, and the quantiles that NumPy gives."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.conversion.timing import days_between, quantile, rounded, summarise


def test_a_summary():
    found = summarise([10, -4, 0, 7, 1])
    assert (found.n, found.min, found.max, found.negative, found.zero) == (5, -4, 10, 1, 1)
    assert (found.median, found.mean) == (1, Fraction(14, 5))
    assert (found.p25, found.p75, found.p90) == (0, 7, Fraction(44, 5))


def test_nothing_to_summarise():
    found = summarise([])
    assert (found.n, found.median, found.p90, found.negative) == (0, None, None, 0)


def test_days_between_dates_and_instants():
    assert days_between(date(2024, 2, 28), date(2024, 3, 1)) == 2
    start, end = datetime(2016, 8, 18, 5, 53, 44), datetime(2016, 7, 27, 7, 0)  # noqa: DTZ001  as a file writes them
    assert days_between(start, end) == Fraction(-1_896_824, 86_400)
    with pytest.raises(TypeError):
        days_between(start, date(2016, 7, 27))


@pytest.mark.parametrize(("days", "places", "text"), [("-14.1559", 2, "-14.16"), ("0.5", 0, "0"), ("58", 1, "58.0")])
def test_rounded(days, places, text):
    assert rounded(Fraction(days), places) == text


@given(st.lists(st.integers(-400, 4000), min_size=1), st.integers(0, 100))
def test_quantiles_interpolate_as_numpy_does(values, percent):
    numpy = pytest.importorskip("numpy")
    exact = quantile(sorted(map(Fraction, values)), Fraction(percent, 100))
    assert float(exact) == pytest.approx(float(numpy.quantile(values, percent / 100)), abs=1e-9)

"""LPR ± bp: the fixing in force on the reference day, exact, and refused where there is none."""

from __future__ import annotations

import csv
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.pricing import Fixing, LprTable, SpreadBounds, annual_rate, publication_day
from matchmaking.domain.reasons import Refusal
from matchmaking.rulebook import workdays
from matchmaking.rulebook.reference import lpr, spread_bounds
from tests.house.tree import DATA

WIDE = SpreadBounds(-400, 800)


@pytest.mark.parametrize(
    ("on", "tenor", "spread", "ppm", "fixed"),
    [
        (date(2019, 8, 20), "1Y", 0, 42_500, date(2019, 8, 20)),
        (date(2025, 1, 19), "1Y", 45, 35_500, date(2024, 12, 20)),
        (date(2025, 3, 20), "1Y", 45, 35_500, date(2025, 1, 20)),
        (date(2024, 2, 19), "5Y", -20, 40_000, date(2024, 1, 22)),
        (date(2024, 2, 20), "5Y", -20, 37_500, date(2024, 2, 20)),
        (date(2025, 5, 20), "5Y", 1, 35_100, date(2025, 5, 20)),
        (date(2023, 8, 21), "5Y", 0, 42_000, date(2023, 8, 21)),
        (date(2023, 8, 21), "1Y", 0, 34_500, date(2023, 8, 21)),
    ],
)
def test_the_rate_and_the_fixing_it_stands_on(on: date, tenor: str, spread: int, ppm: int, fixed: date) -> None:
    """August 2023 cut the one-year rate only, whatever an aggregator says."""
    quote = annual_rate(lpr(), tenor, on, spread, WIDE)
    assert (quote.rate_ppm, quote.fixing.day) == (ppm, fixed)
    assert (quote.tenor, quote.spread_bp) == (tenor, spread)


def test_no_rate_before_the_first_fixing() -> None:
    with pytest.raises(Refusal) as refused:
        annual_rate(lpr(), "1Y", date(2019, 8, 19), 0, WIDE)
    assert refused.value.reason.code == "lpr_not_yet"
    assert refused.value.reason.params == {"day": "2019-08-19", "first": "2019-08-20"}


@pytest.mark.parametrize("spread", [-401, 801, 10**9])
def test_a_spread_out_of_bounds_is_refused_with_both(spread: int) -> None:
    with pytest.raises(Refusal) as refused:
        annual_rate(lpr(), "1Y", date(2025, 1, 20), spread, WIDE)
    assert refused.value.reason.params == {"spread": spread, "lowest": -400, "highest": 800}


def test_bounds_are_inclusive_and_dated_parameters() -> None:
    bounds = spread_bounds(date(2025, 1, 20))
    for spread in (bounds.lowest, bounds.highest):
        assert annual_rate(lpr(), "1Y", date(2025, 1, 20), spread, bounds).rate_ppm == 31_000 + spread * 100


def test_a_rate_of_nought_or_less_is_refused() -> None:
    assert annual_rate(lpr(), "1Y", date(2025, 1, 20), -309, WIDE).rate_ppm == 100
    for spread in (-310, -311):
        with pytest.raises(Refusal, match="rate_not_positive"):
            annual_rate(lpr(), "1Y", date(2025, 1, 20), spread, WIDE)


def test_an_unknown_tenor_is_refused() -> None:
    with pytest.raises(Refusal, match="lpr_tenor"):
        annual_rate(lpr(), "3Y", date(2025, 1, 20), 0, WIDE)


@given(st.dates(date(2019, 8, 20), date(2030, 1, 1)), st.integers(-200, 800))
def test_the_fixing_is_the_latest_known(on: date, spread: int) -> None:
    quote = annual_rate(lpr(), "1Y", on, spread, WIDE)
    assert quote.fixing.day <= on
    assert not [f for f in lpr().fixings if quote.fixing.day < f.day <= on]
    assert quote.rate_ppm - quote.fixing.one_year == spread * 100


def test_every_fixing_was_published_on_the_first_workday_from_the_twentieth() -> None:
    """Also Saturday 2021-02-20, on which the country worked, and 2021-09-22 after the Mid-Autumn days."""
    days = [fixing.day for fixing in lpr().fixings]
    assert [day for day in days if publication_day(day, workdays()) != day] == []
    assert {date(2021, 2, 20), date(2021, 9, 22)} <= set(days)


def test_months_without_a_fixing_are_told() -> None:
    """February to April 2025 were not read in a source; a rate there stands on January's, and so it says."""
    assert lpr().missing(date(2025, 1, 31), workdays()) == ()
    assert lpr().missing(date(2025, 6, 19), workdays()) == (date(2025, 2, 20), date(2025, 3, 20), date(2025, 4, 21))
    assert lpr().missing(date(2025, 6, 20), workdays())[-1] == date(2025, 6, 20)


def test_fixings_ascend_and_are_never_none() -> None:
    one = Fixing(date(2020, 1, 20), 41_500, 48_000)
    for bad in ((), (one, one), (one, Fixing(one.day - timedelta(days=1), 1, 1))):
        with pytest.raises(ValueError, match="ascend"):
            LprTable(bad)


@pytest.mark.real
def test_the_table_agrees_with_the_reference_but_for_one_row() -> None:
    """The five-year rate was cut to 3.95 on 2024-02-20, says that month's press; the reference cuts in March."""
    path = DATA / "reference" / "lpr_2019-08_2025-01.csv"
    if not path.exists():
        pytest.skip("no ../shared/data/reference here")
    with path.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    held = lpr().fixings[: len(rows)]
    assert len(rows) == 66
    corrected = next(row for row in rows if row["date"] == "2024-02-20")
    assert corrected["lpr_5y"] == "4.20", "the reference has been put right: drop the correction's note"
    corrected["lpr_5y"] = "3.95"
    assert [(f.day.isoformat(), f.one_year, f.five_year) for f in held] == [
        (row["date"], int(row["lpr_1y"].replace(".", "")) * 100, int(row["lpr_5y"].replace(".", "")) * 100)
        for row in rows
    ]

"""China's workdays come from a table; a year that is not announced fails loudly."""

from __future__ import annotations

from datetime import date

import pytest

from matchmaking.domain.parameters import DatedValue, Parameter
from matchmaking.domain.reasons import Refusal
from matchmaking.rulebook import workdays


def test_make_up_saturday_is_a_workday() -> None:
    """2021-02-20 was a Saturday on which the country worked."""
    assert workdays().is_workday(date(2021, 2, 20))


def test_national_day_is_not() -> None:
    """The week of 1 October is skipped; five workdays after 30 September 2025 end on the 15th."""
    assert not workdays().is_workday(date(2025, 10, 1))
    assert workdays().add(date(2025, 9, 30), 5) == date(2025, 10, 14)
    assert workdays().between(date(2025, 9, 30), date(2025, 10, 14)) == 5


def test_unannounced_year_fails_loudly() -> None:
    """2027 is not in the table: no deadline is guessed."""
    with pytest.raises(Refusal) as refused:
        workdays().add(date(2026, 12, 31), 1)
    assert refused.value.reason.params == {"year": 2027}


def test_workdays_only_run_forward() -> None:
    """A negative count is a programmer's mistake."""
    with pytest.raises(ValueError, match="forward"):
        workdays().add(date(2026, 1, 5), -1)


def test_dated_values() -> None:
    """A parameter has the value of its latest day and none before its first."""
    parameter = Parameter(
        "cap", "days", (DatedValue(date(2020, 1, 1), 90, "a", True), DatedValue(date(2025, 1, 1), 180, "b", False))
    )
    assert parameter.at(date(2024, 12, 31)).value == 90
    assert parameter.at(date(2025, 1, 1)).value == 180
    with pytest.raises(Refusal):
        parameter.at(date(2019, 12, 31))

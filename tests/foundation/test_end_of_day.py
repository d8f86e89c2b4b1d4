"""The end of a business day, from the calendar's first day to its last."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from matchmaking.foundation.clock import business_day, end_of_day


@pytest.mark.parametrize("day", [date.min, date(2025, 6, 30), date(2024, 2, 29), date.max])
def test_a_day_ends_a_microsecond_before_the_next(day: date) -> None:
    assert business_day(end_of_day(day)) == day
    assert end_of_day(day).microsecond == 999_999


def test_it_ends_in_shanghai() -> None:
    assert end_of_day(date(2025, 6, 30)) == datetime(2025, 6, 30, 15, 59, 59, 999_999, tzinfo=UTC)

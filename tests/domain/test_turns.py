"""Days of each side add up; a clock that stood leaves as many workdays as it had."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.turns import BANK, FIRM, HOLDERS, STOPPED, THIRD, Step, days_of_each, moved_day
from matchmaking.rulebook import workdays

MONDAY = date(2026, 9, 14)
DAYS = st.integers(0, 60).map(lambda step: MONDAY + timedelta(days=step))
TURNS = st.sampled_from(HOLDERS)


def test_each_side_answers_for_its_own_days_only() -> None:
    steps = [
        Step(MONDAY, BANK),
        Step(date(2026, 9, 15), FIRM),
        Step(date(2026, 9, 21), BANK),
        Step(date(2026, 9, 22), THIRD),
    ]
    # Sunday 20 September 2026 is worked; 25 to 27 September are off
    assert days_of_each(steps, date(2026, 9, 28), workdays()) == {BANK: 2, FIRM: 5, THIRD: 3}


def test_nothing_is_counted_after_it_stopped_nor_after_the_day_asked_for() -> None:
    steps = [Step(MONDAY, BANK), Step(date(2026, 9, 16), STOPPED)]
    assert days_of_each(steps, date(2026, 9, 30), workdays()) == {BANK: 2, FIRM: 0, THIRD: 0}
    assert days_of_each(steps, date(2026, 9, 15), workdays()) == {BANK: 1, FIRM: 0, THIRD: 0}


@given(st.lists(st.tuples(DAYS, TURNS), min_size=1, max_size=8), DAYS)
def test_the_sides_add_up_to_all_workdays(told: list[tuple[date, str]], until: date) -> None:
    steps = [Step(day, turn) for day, turn in sorted(told, key=lambda one: one[0])]
    last = max(until, steps[-1].day)
    assert sum(days_of_each(steps, last, workdays()).values()) == workdays().between(steps[0].day, last)


@pytest.mark.parametrize("stood", range(0, 30, 3))
@pytest.mark.parametrize("left", [0, 1, 3])
def test_after_a_pause_as_many_workdays_are_left_as_before(stood: int, left: int) -> None:
    asked, due = MONDAY, workdays().add(MONDAY, left)
    back = MONDAY + timedelta(days=stood)
    assert workdays().between(back, moved_day(due, asked, back, workdays())) == left

"""A demo's day stands still while its hours go on, and days pass again without one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine

from matchmaking.foundation import clock

DAY = date(2026, 9, 30)


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    """Days pass for whoever comes after."""
    yield
    clock.freeze(None)


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2027, 3, 1, 6, 30, tzinfo=UTC),
        datetime(2027, 3, 1, 17, 5, tzinfo=UTC),
        datetime(2025, 1, 2, tzinfo=UTC),
    ],
)
def test_the_day_stands_still_and_the_hours_go_on(instant: datetime) -> None:
    clock.freeze(DAY)
    with time_machine.travel(instant, tick=False):
        assert clock.today() == DAY
        assert clock.now().astimezone(clock.SHANGHAI).time() == instant.astimezone(clock.SHANGHAI).time()


def test_without_a_demo_days_pass() -> None:
    clock.freeze(DAY)
    clock.freeze(None)
    with time_machine.travel(datetime(2027, 3, 1, 17, 5, tzinfo=UTC), tick=False):
        assert clock.today() == date(2027, 3, 2)


@pytest.mark.parametrize("day", [None, DAY])
def test_a_phone_beside_the_demo_shows_the_real_time(day: date | None) -> None:
    real = datetime(2027, 3, 1, 17, 5, tzinfo=UTC)
    clock.freeze(day)
    with time_machine.travel(real, tick=False):
        assert clock.on_the_wall(clock.now()) == real

"""A city, a product on sale, and a clock that the test moves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask

from tests.journeys.thread_world import Thread, kept_thread
from tests.market.market_world import NOON
from tests.market.referral_world import sell


@pytest.fixture
def thread(app: Flask) -> Iterator[Thread]:
    """The thread's city at noon of the frozen day, on an empty database of each engine."""
    with time_machine.travel(NOON, tick=True) as travel:
        made = kept_thread(app)
        made.travel = travel
        yield made


@pytest.fixture
def tea(thread: Thread) -> str:
    """A product of the bank that has a branch in the firm's county."""
    return sell(thread.world.bank, "收茶贷")

"""Counting in this process: refused where it should be, forgotten in time, without a thread for each page."""

from __future__ import annotations

import threading
import time

from limits import RateLimitItemPerSecond
from limits.strategies import MovingWindowRateLimiter

from matchmaking.foundation.web.limits import InProcess


def test_many_pages_share_one_sweep() -> None:
    before = threading.active_count()
    window = MovingWindowRateLimiter(InProcess())
    for number in range(200):
        window.hit(RateLimitItemPerSecond(1000, 60), str(number))
        time.sleep(0.0002)
    assert threading.active_count() - before <= 2, "the sweep under way, and the one the library began with"


def test_the_limit_holds_and_what_is_over_is_swept_away() -> None:
    store = InProcess()
    store.SWEPT_EVERY = 0.05
    window, limit = MovingWindowRateLimiter(store), RateLimitItemPerSecond(3, 1)
    assert [window.hit(limit, "who") for _ in range(4)] == [True, True, True, False]
    time.sleep(1.1)
    assert window.hit(limit, "another")
    time.sleep(0.2)
    assert not store.events.get(limit.key_for("who")), "swept"
    assert window.hit(limit, "who")

"""Ends referrals that no bank answered in time and those whose need has ended; stops the clocks of declined ones."""

from __future__ import annotations

from typing import Any

from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.market.referrals.commands import close_orphans, lapse, stop_clocks

LAPSING, SWEEPING = "job:lapse-referrals", "job:close-referrals"
AT_ONCE = 200


def run(context: JobContext) -> dict[str, Any]:
    """Referrals without an answer by ``as_of``, in units of work of 200; a second run finds none."""
    ended = 0
    while True:
        count = run_in_unit_of_work(lapse, actor=LAPSING, as_of=context.as_of, at=context.at, limit=AT_ONCE)
        ended += count
        if count < AT_ONCE:
            return {"lapsed": ended}


def run_sweep(context: JobContext) -> dict[str, Any]:
    """Referrals of needs that were withdrawn or merged, clocks of declined ones; a second run finds none."""
    ended = 0
    while True:
        count = run_in_unit_of_work(close_orphans, actor=SWEEPING, at=context.at, limit=AT_ONCE)
        ended += count
        if count < AT_ONCE:
            return {"closed": ended, "stopped": _stop(context)}


def _stop(context: JobContext) -> int:
    stopped = 0
    while True:
        count = run_in_unit_of_work(stop_clocks, actor=SWEEPING, as_of=context.as_of, at=context.at, limit=AT_ONCE)
        stopped += count
        if count < AT_ONCE:
            return stopped

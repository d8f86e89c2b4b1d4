"""Ends lines that ran out, and decisions whose referral ended elsewhere."""

from __future__ import annotations

from typing import Any

from matchmaking.delivery.decisions.commands import close_orphans, lapse_decisions
from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.storage import run_in_unit_of_work

LAPSING, SWEEPING = "job:lapse-decisions", "job:close-decisions"
AT_ONCE = 200


def run(context: JobContext) -> dict[str, Any]:
    """Lines whose last day was before ``as_of``, in units of work of 200; a second run finds none."""
    ended = 0
    while True:
        told: dict[str, Any] = {"actor": LAPSING, "as_of": context.as_of, "at": context.at, "limit": AT_ONCE}
        count = run_in_unit_of_work(lapse_decisions, **told)
        ended += count
        if count < AT_ONCE:
            return {"lapsed": ended}


def run_sweep(context: JobContext) -> dict[str, Any]:
    """Decisions whose referral was withdrawn, merged or ended; a second run finds none."""
    ended = 0
    while True:
        told: dict[str, Any] = {"actor": SWEEPING, "as_of": context.as_of, "at": context.at, "limit": AT_ONCE}
        count = run_in_unit_of_work(close_orphans, **told)
        ended += count
        if count < AT_ONCE:
            return {"closed": ended}

"""Ends needs that stood for their time without news."""

from __future__ import annotations

from typing import Any

from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.market.needs.commands import expire_needs

ACTOR = "job:expire-needs"
AT_ONCE = 500


def run(context: JobContext) -> dict[str, Any]:
    """Needs whose last day was before the day spoken of, in units of work of 500; a second run finds none."""
    ended = 0
    while True:
        count = run_in_unit_of_work(expire_needs, actor=ACTOR, as_of=context.as_of, at=context.at, limit=AT_ONCE)
        ended += count
        if count < AT_ONCE:
            return {"ended": ended}

"""Closes versions of products that a later one has followed."""

from __future__ import annotations

from typing import Any

from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.market.products.commands import supersede_versions

ACTOR = "job:supersede-products"
AT_ONCE = 500


def run(context: JobContext) -> dict[str, Any]:
    """Versions whose last day was before the day spoken of; a second run finds none. No day in force waits for it."""
    closed = 0
    while True:
        count = run_in_unit_of_work(supersede_versions, actor=ACTOR, as_of=context.as_of, at=context.at, limit=AT_ONCE)
        closed += count
        if count < AT_ONCE:
            return {"closed": closed}

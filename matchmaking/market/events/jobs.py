"""Freezes sign-in sheets whose last day has passed."""

from __future__ import annotations

from typing import Any

from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.market.events.commands import freeze_sheets

ACTOR = "job:freeze-sheets"
AT_ONCE = 50


def run(context: JobContext) -> dict[str, Any]:
    """Sheets whose last day was before the day spoken of, in units of work of fifty; a second run finds none."""
    frozen = 0
    while True:
        count = run_in_unit_of_work(freeze_sheets, actor=ACTOR, as_of=context.as_of, at=context.at, limit=AT_ONCE)
        frozen += count
        if count < AT_ONCE:
            return {"frozen": frozen}

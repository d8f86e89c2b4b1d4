"""Ends papers that nobody can sign any more."""

from __future__ import annotations

from typing import Any

from matchmaking.delivery.signings.commands import lapse_papers
from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.storage import run_in_unit_of_work

ACTOR = "job:lapse-papers"
AT_ONCE = 500


def run(context: JobContext) -> dict[str, Any]:
    """Papers whose line is over, in units of work of 500; a second run finds none."""
    ended = 0
    while True:
        count = run_in_unit_of_work(lapse_papers, actor=ACTOR, as_of=context.as_of, at=context.at, limit=AT_ONCE)
        ended += count
        if count < AT_ONCE:
            return {"ended": ended}

"""Every night: the needs that wait against the products on offer, on record with what was read."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.storage import run_in_unit_of_work, session
from matchmaking.market.matches.runs.commands import keep_run, reckon
from matchmaking.market.matches.runs.queries import WAITING, read_market
from matchmaking.market.needs.models import Need

ACTOR = "job:match-run"


def run(context: JobContext) -> dict[str, Any]:
    """One run per currency that needs ask in; a second one of the day that reads the same facts adds nothing."""
    asked = select(Need.currency).where(Need.state.in_(WAITING)).distinct().order_by(Need.currency)
    told = {}
    for currency in session().scalars(asked).all():
        done = reckon(read_market(session(), context.as_of, currency))
        kept = run_in_unit_of_work(keep_run, actor=ACTOR, done=done, at=context.at, again=False)
        told[currency] = {"run": kept[0].id, "new": kept[1], "pairs": done.found.eligible_count}
    return {"runs": told}

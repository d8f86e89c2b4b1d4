"""Keeps what came of meetings after thirty to 360 days, once an evening, after the audit."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from matchmaking.desks.gatherings.commands import reckon_outcomes
from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.storage import run_in_unit_of_work, session
from matchmaking.market.events.queries import all_events
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import all_portfolios

ACTOR = "job:event-outcomes"


def run(context: JobContext) -> dict[str, Any]:
    """Every portfolio of cases, each in its own unit of work; a second run for the day adds nothing."""
    keys = [portfolio.id for portfolio in all_portfolios(session()) if portfolio.kind == "cases"]
    return {"added": sum(run_in_unit_of_work(_reckon, portfolio_id=key, context=context) for key in keys)}


def _reckon(work: Session, *, portfolio_id: int, context: JobContext) -> int:
    portfolio = work.get_one(Portfolio, portfolio_id)
    return reckon_outcomes(
        work, actor=ACTOR, portfolio=portfolio, events=all_events(work), until=context.as_of, at=context.at
    )

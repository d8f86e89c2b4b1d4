"""Keeps the curves of the evening's audit, once it is taken."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from matchmaking.delivery.audits.commands import kept_snapshot
from matchmaking.desks.curves.commands import keep_curves
from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.storage import run_in_unit_of_work, session
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import all_portfolios

ACTOR = "job:curves"


def run(context: JobContext) -> dict[str, Any]:
    """Every portfolio of cases, each in its own unit of work; a second run for the day adds nothing."""
    keys = [portfolio.id for portfolio in all_portfolios(session()) if portfolio.kind == "cases"]
    return {"kept": sum(run_in_unit_of_work(_keep, portfolio_id=key, context=context) for key in keys)}


def _keep(work: Session, *, portfolio_id: int, context: JobContext) -> int:
    portfolio = work.get_one(Portfolio, portfolio_id)
    snapshot = kept_snapshot(work, portfolio, context.as_of, context.as_of)
    if snapshot is None:
        return 0
    return keep_curves(work, actor=ACTOR, portfolio=portfolio, snapshot=snapshot, at=context.at)

"""Keeps the curves of the evening's audit, once it is taken."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.delivery.audits.commands import kept_snapshot
from matchmaking.delivery.audits.models import AuditSnapshot
from matchmaking.desks.curves.commands import keep_curves
from matchmaking.desks.curves.queries import has_curves
from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.storage import run_in_unit_of_work, session
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import all_portfolios

ACTOR = "job:curves"


def run(context: JobContext) -> dict[str, Any]:
    """Every portfolio, each in its own unit of work; a second run for the day adds nothing.

    Between two statements a portfolio of statements stands still: its newest audit gets its curves once.
    """
    keys = [portfolio.id for portfolio in all_portfolios(session())]
    return {"kept": sum(run_in_unit_of_work(_keep, portfolio_id=key, context=context) for key in keys)}


def _keep(work: Session, *, portfolio_id: int, context: JobContext) -> int:
    portfolio = work.get_one(Portfolio, portfolio_id)
    if portfolio.kind == "statement":
        newest = select(AuditSnapshot).where(AuditSnapshot.portfolio_id == portfolio.id)
        snapshot = work.scalars(newest.order_by(AuditSnapshot.id.desc()).limit(1)).first()
        if snapshot is not None and has_curves(work, snapshot):
            return 0
    else:
        snapshot = kept_snapshot(work, portfolio, context.as_of, context.as_of)
    if snapshot is None:
        return 0
    return keep_curves(work, actor=ACTOR, portfolio=portfolio, snapshot=snapshot, at=context.at)

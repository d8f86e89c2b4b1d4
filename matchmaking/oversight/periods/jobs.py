"""The job ``restate-periods``: every closed month whose portfolio learned something since. Twice changes nothing."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.storage import run_in_unit_of_work, session
from matchmaking.oversight.periods.commands import restate_period
from matchmaking.oversight.periods.queries import closed_month, closed_months
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import all_portfolios

ACTOR = "job:restate-periods"


def run(context: JobContext) -> dict[str, Any]:
    """Restate what moved, each month in a unit of work of its own."""
    months = [
        (portfolio.id, closed.close.month)
        for portfolio in all_portfolios(session())
        for closed in closed_months(session(), portfolio.id)
    ]
    restated = [run_in_unit_of_work(_restate, portfolio_id=key, month=month, context=context) for key, month in months]
    return {"closed": len(months), "restated": sum(restated)}


def _restate(session: Session, *, portfolio_id: int, month: str, context: JobContext) -> bool:
    portfolio = session.get_one(Portfolio, portfolio_id)
    closed = closed_month(session, portfolio_id, month)
    if closed is None:
        return False
    made = restate_period(session, actor=ACTOR, portfolio=portfolio, closed=closed, at=context.at)
    return made is not None

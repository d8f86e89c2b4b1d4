"""Once a month: fit weights on the portfolios of cases, and propose what differs. A person decides; this never does."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Refusal
from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.storage import run_in_unit_of_work, session
from matchmaking.oversight.learning.commands import propose_fit
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import all_portfolios

ACTOR = "job:policy-fit"


def run(context: JobContext) -> dict[str, Any]:
    """Portfolio → the proposal's version, or the code of the reason why there is none. Twice proposes nothing new."""
    cases = [(one.id, one.code) for one in all_portfolios(session()) if one.kind == "cases"]
    return {"portfolios": {code: _fit(key, context) for key, code in cases}}


def _fit(portfolio_id: int, context: JobContext) -> str:
    def work(inside: Session) -> str:
        portfolio = inside.get_one(Portfolio, portfolio_id)
        row = propose_fit(inside, actor=ACTOR, portfolio=portfolio, on=context.as_of, at=context.at)
        return row.version

    try:
        return run_in_unit_of_work(work)
    except Refusal as refusal:
        return refusal.reason.code

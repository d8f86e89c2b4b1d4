"""The job ``match-lines``: lines that came before the bank's report are matched when it comes."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.storage import run_in_unit_of_work, session
from matchmaking.oversight.lines.commands import match_lines
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import all_portfolios

ACTOR = "job:match-lines"


def run(context: JobContext) -> dict[str, Any]:
    """Match the open lines of every portfolio of cases, each in a unit of work of its own."""
    keys = [portfolio.id for portfolio in all_portfolios(session()) if portfolio.kind == "cases"]
    found = [run_in_unit_of_work(_match, portfolio_id=key, context=context) for key in keys]
    return {"matched": sum(made for made, _ in found), "proposed": sum(asked for _, asked in found)}


def _match(session: Session, *, portfolio_id: int, context: JobContext) -> tuple[int, int]:
    portfolio = session.get_one(Portfolio, portfolio_id)
    return match_lines(session, actor=ACTOR, portfolio=portfolio, at=context.at)

"""The job ``reports``: columns follow the tables, and each portfolio of cases gets its reports of the evening."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.storage import run_in_unit_of_work, session
from matchmaking.oversight.reports.asked import Asked
from matchmaking.oversight.reports.commands import Told, keep, reckoned, refresh, snapshots_in
from matchmaking.oversight.reports.queries import kept_run
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import all_portfolios

ACTOR = "job:reports"
SUNDAY = 6


def run(context: JobContext) -> dict[str, Any]:
    """Twice for one day keeps nothing new. On Sundays all columns are pulled anew, whatever their fingerprints say."""
    cases = [(one.id, one.facts_seq) for one in all_portfolios(session()) if one.kind == "cases"]
    cases = [(key, seq) for key, seq in cases if not _is_kept(key, context)]
    session().rollback()
    if not cases:
        return {"kept": 0, "pulled": 0}
    snapshots = snapshots_in(context.settings.instance)
    found = refresh(snapshots, anew=context.as_of.weekday() == SUNDAY)
    kept = 0
    for key, seq in cases:
        rows = reckoned(snapshots, Asked.on(key, context.as_of, context.as_of))
        kept += run_in_unit_of_work(_keep, portfolio_id=key, facts_seq=seq, rows=rows, context=context)
    return {"kept": kept, "pulled": found.rows, "anew": list(found.rebuilt)}


def _is_kept(portfolio_id: int, context: JobContext) -> bool:
    portfolio = session().get_one(Portfolio, portfolio_id)
    return kept_run(session(), portfolio, context.as_of, context.as_of) is not None


def _keep(session: Session, *, portfolio_id: int, facts_seq: int, rows: Told, context: JobContext) -> bool:
    portfolio = session.get_one(Portfolio, portfolio_id, populate_existing=True)
    days = {"as_of": context.as_of, "known_on": context.as_of}
    return keep(session, actor=ACTOR, portfolio=portfolio, **days, facts_seq=facts_seq, rows=rows, at=context.at)

"""Reckons banks once an evening, from the audits of that evening."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.delivery.audits.models import AuditSnapshot
from matchmaking.desks.standings.commands import reckon_standings
from matchmaking.desks.standings.models import BankStanding
from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.storage import remove_session, run_in_unit_of_work, session
from matchmaking.registry.portfolios.models import Portfolio

ACTOR = "job:bank-standings"


def run(context: JobContext) -> dict[str, Any]:
    """Every audit of cases that is not reckoned yet; a second run for the day adds nothing."""
    done = select(BankStanding.snapshot_id)
    asked = (
        select(AuditSnapshot.id)
        .join(Portfolio, Portfolio.id == AuditSnapshot.portfolio_id)
        .where(Portfolio.kind == "cases", AuditSnapshot.known_on <= context.as_of, AuditSnapshot.id.not_in(done))
        .order_by(AuditSnapshot.id)
    )
    keys = list(session().scalars(asked))
    remove_session()
    return {"banks": sum(run_in_unit_of_work(_reckon, snapshot_id=key, context=context) for key in keys)}


def _reckon(work: Session, *, snapshot_id: int, context: JobContext) -> int:
    return reckon_standings(work, actor=ACTOR, snapshot=work.get_one(AuditSnapshot, snapshot_id), at=context.at)

"""Timed jobs: the audit of the evening, and the questions that cases raise. Twice for one day changes nothing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.delivery.audits.commands import kept_snapshot, take_snapshot
from matchmaking.delivery.audits.flagging import raise_flags
from matchmaking.delivery.audits.models import AuditSnapshot
from matchmaking.delivery.audits.questions import raise_findings
from matchmaking.delivery.audits.records import write_records
from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.storage import run_in_unit_of_work, session
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import all_portfolios

ACTOR_AUDIT, ACTOR_FINDINGS, ACTOR_RECORDS, ACTOR_FLAGS = (
    "job:audit", "job:findings", "job:lender-records", "job:flags",
)  # fmt: skip
CITY = "city"
"""The portfolio of the city's own cases: records of lenders never mix it with another."""


def run_audit(context: JobContext) -> dict[str, Any]:
    """The job ``audit``: every portfolio of cases as of the day and as known by its end.

    A portfolio of statements is reckoned anew only when it changed: between two statements its figures stand still.
    """
    taken = [run_in_unit_of_work(_audit, portfolio_id=key, context=context) for key in _portfolios()]
    return {"taken": sum(taken), "unchanged": len(taken) - sum(taken)}


def run_findings(context: JobContext) -> dict[str, Any]:
    """The job ``findings``: what the cases of every portfolio leave open; statements raise theirs on import."""
    added = [run_in_unit_of_work(_findings, portfolio_id=key, context=context) for key in _portfolios("cases")]
    return {"portfolios": len(added), "added": sum(added)}


def run_flags(context: JobContext) -> dict[str, Any]:
    """The job ``flags``: what the detectors see in every portfolio of cases; a flag is raised once."""
    raised = [run_in_unit_of_work(_flags, portfolio_id=key, context=context) for key in _portfolios("cases")]
    return {"portfolios": len(raised), "raised": sum(raised)}


def run_records(context: JobContext) -> dict[str, Any]:
    """The job ``lender-records``: what came of each lender's agreements in the city, for the ranking to read."""
    written = [
        run_in_unit_of_work(_records, portfolio_id=portfolio.id, context=context)
        for portfolio in all_portfolios(session())
        if portfolio.code == CITY
    ]
    return {"rows": sum(written)}


def _portfolios(kind: str = "") -> list[int]:
    return [portfolio.id for portfolio in all_portfolios(session()) if kind in ("", portfolio.kind)]


def _audit(session: Session, *, portfolio_id: int, context: JobContext) -> bool:
    portfolio = session.get_one(Portfolio, portfolio_id)
    as_of = context.as_of
    if portfolio.kind == "statement":
        if portfolio.default_as_of is None or _stands(session, portfolio):
            return False
        as_of = min(as_of, portfolio.default_as_of)
    elif kept_snapshot(session, portfolio, as_of, context.as_of) is not None:
        return False
    take_snapshot(session, actor=ACTOR_AUDIT, portfolio=portfolio, as_of=as_of, known_on=context.as_of, at=context.at)
    return True


def _stands(session: Session, portfolio: Portfolio) -> bool:
    """Whether the latest statement was reckoned since the last fact came in."""
    wanted = select(AuditSnapshot.id).where(
        AuditSnapshot.portfolio_id == portfolio.id,
        AuditSnapshot.as_of == portfolio.default_as_of,
        AuditSnapshot.facts_seq == portfolio.facts_seq,
    )
    return session.execute(wanted).first() is not None


def _findings(session: Session, *, portfolio_id: int, context: JobContext) -> int:
    portfolio = session.get_one(Portfolio, portfolio_id)
    days = {"as_of": context.as_of, "known_on": context.as_of}
    return raise_findings(session, actor=ACTOR_FINDINGS, portfolio=portfolio, **days, at=context.at)


def _flags(session: Session, *, portfolio_id: int, context: JobContext) -> int:
    portfolio = session.get_one(Portfolio, portfolio_id)
    days = {"as_of": context.as_of, "known_on": context.as_of}
    return raise_flags(session, actor=ACTOR_FLAGS, portfolio=portfolio, **days, at=context.at)


def _records(session: Session, *, portfolio_id: int, context: JobContext) -> int:
    portfolio = session.get_one(Portfolio, portfolio_id)
    return write_records(session, actor=ACTOR_RECORDS, portfolio=portfolio, as_of=context.as_of, at=context.at)

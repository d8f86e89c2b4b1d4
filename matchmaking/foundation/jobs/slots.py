"""Claiming a slot in the database: the insert is the lock, so that several workers run each slot once."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import and_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason
from matchmaking.foundation.jobs.models import JobRun
from matchmaking.foundation.jobs.notes import note_of
from matchmaking.foundation.jobs.queue import LEASE

Claim = Literal["claimed", "done", "running"]


def claim_slot(session: Session, *, job: str, slot: str, token: str, at: datetime) -> Claim:
    """Take the slot for ``token``: a new one, a failed one, or one whose runner fell silent.

    Answers ``done`` when it was run to its end before and ``running`` while another holds it.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    fresh = insert(JobRun).values(
        job=job, slot=slot, state="running", token=token, attempts=1, started_at=at, heartbeat=at
    )
    fresh = fresh.on_conflict_do_nothing(index_elements=["job", "slot"])
    if session.execute(fresh.returning(JobRun.id)).first() or _take_over(session, job, slot, token, at):
        return "claimed"
    state = session.scalar(select(JobRun.state).where(JobRun.job == job, JobRun.slot == slot))
    return "done" if state == "done" else "running"


def _take_over(session: Session, job: str, slot: str, token: str, at: datetime) -> bool:
    free = or_(JobRun.state == "failed", and_(JobRun.state == "running", JobRun.heartbeat < at - LEASE))
    statement = update(JobRun).where(JobRun.job == job, JobRun.slot == slot, free)
    values = {"state": "running", "token": token, "started_at": at, "heartbeat": at, "finished_at": None, "error": None}
    statement = statement.values(attempts=JobRun.attempts + 1, **values)
    return session.execute(statement.returning(JobRun.id)).first() is not None


def beat(session: Session, *, job: str, slot: str, token: str, at: datetime, **values: Any) -> bool:
    """Write heartbeat and ``values`` to a slot still held by ``token``; False when it no longer is."""
    held = (JobRun.job == job, JobRun.slot == slot, JobRun.token == token, JobRun.state == "running")
    statement = update(JobRun).where(*held).values(heartbeat=at, **values).returning(JobRun.id)
    return session.execute(statement).first() is not None


def end_well(session: Session, *, at: datetime, result: dict[str, Any], **held: str) -> bool:
    """The slot is done."""
    return beat(session, at=at, state="done", finished_at=at, result=result, **held)


def end_badly(session: Session, *, at: datetime, reasons: tuple[Reason, ...], **held: str) -> bool:
    """The slot failed; it may be tried again."""
    return beat(session, at=at, state="failed", finished_at=at, error=note_of(reasons), **held)

"""Running one slot of one job, and making up the missed ones."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Literal

import structlog
from sqlalchemy import select

from config import Settings
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.jobs import slots
from matchmaking.foundation.jobs.declared import Job, JobContext
from matchmaking.foundation.jobs.heartbeat import Heartbeat
from matchmaking.foundation.jobs.models import JobRun
from matchmaking.foundation.storage import remove_session, run_in_unit_of_work, session

log = structlog.get_logger(__name__)

TRIES = 3
"""How often catching up tries one slot; a person may try again without limit."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a slot: ``done`` now, done ``already``, ``running`` elsewhere, or ``failed`` with reasons."""

    state: Literal["done", "already", "running", "failed"]
    result: dict[str, Any] | None = None
    reasons: tuple[Reason, ...] = ()


def run_slot(job: Job, *, as_of: date, settings: Settings, slot: str | None = None) -> Outcome:
    """Claim the slot (by default the day) and run the job for ``as_of``. Nothing the job raises comes out of here."""
    held = {"job": job.name, "slot": slot or as_of.isoformat(), "token": uuid.uuid4().hex}
    claim = run_in_unit_of_work(slots.claim_slot, at=clock.now(), **held)
    remove_session()
    if claim != "claimed":
        return Outcome("already" if claim == "done" else "running")
    with Heartbeat(lambda: run_in_unit_of_work(slots.beat, at=clock.now(), **held)):
        outcome = _run(job, JobContext(as_of, clock.now(), settings))
    remove_session()
    ending: Callable[..., bool] = (
        partial(slots.end_well, result=outcome.result or {})
        if outcome.state == "done"
        else partial(slots.end_badly, reasons=outcome.reasons)
    )
    run_in_unit_of_work(ending, at=clock.now(), **held)
    remove_session()
    log.info("job_ran", job=job.name, slot=held["slot"], state=outcome.state)
    return outcome


def _run(job: Job, context: JobContext) -> Outcome:
    try:
        result = job.run(context)
        json.dumps(result, allow_nan=False)  # what cannot be stored is the job's failure, told as such
    except Refusal as refusal:
        return Outcome("failed", reasons=refusal.reasons)
    except Exception:
        log.exception("job_broke", job=job.name)
        return Outcome("failed", reasons=(Reason("job_broke", {"job": job.name}),))
    return Outcome("done", result)


def catch_up(job: Job, *, now: datetime, settings: Settings) -> list[tuple[str, Outcome]]:
    """Run every slot missed until ``now``, oldest first, the present one last."""
    made_up = []
    for fire in missed(job, now=now):
        outcome = run_slot(job, as_of=clock.business_day(fire), settings=settings, slot=job.slot(fire))
        made_up.append((job.slot(fire), outcome))
    return made_up


def missed(job: Job, *, now: datetime) -> list[datetime]:
    """Firings of the last ``catch_up`` days that are not done, oldest first.

    A job that never ran owes its latest firing only: an installation has no debts from before it existed.
    """
    rows = {row.slot: row for row in session().scalars(select(JobRun).where(JobRun.job == job.name))}
    remove_session()
    fires = list(job.fires(now - timedelta(days=max(job.catch_up, 1)), now))
    if not rows or not job.catch_up:
        fires = fires[-1:]
    first = min(rows, default="")
    return [fire for fire in fires if job.slot(fire) >= first and _owed(rows.get(job.slot(fire)))]


def _owed(row: JobRun | None) -> bool:
    return row is None or row.state == "running" or (row.state == "failed" and row.attempts < TRIES)

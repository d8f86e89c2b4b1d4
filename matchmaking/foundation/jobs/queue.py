"""The queue of tasks as rows: asking, claiming, reporting, ending. Every change is a conditional update."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

import rfc8785
from sqlalchemy import or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason
from matchmaking.foundation.jobs.models import Task
from matchmaking.foundation.jobs.notes import note_of
from matchmaking.foundation.storage import KeyReused

LEASE = timedelta(seconds=60)
"""A running row whose heartbeat is older has lost its worker."""

ATTEMPTS = 2
"""A task that lost its worker is tried once more; one that loses two is likely what kills them."""


def create_task(
    session: Session, *, kind: str, params: dict[str, Any], actor: str, at: datetime, key: str | None = None
) -> Task:
    """Queue a task inside the open unit of work; with the same ``key`` of the same actor and kind, the earlier one.

    ``params`` is a JSON object of plain values. Raises ``KeyReused`` when the key came before with other parameters.
    """
    scope = None if key is None else hashlib.sha256(rfc8785.dumps([actor, kind, key])).hexdigest()
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(Task).values(
        kind=kind, params=params, key=scope, actor=actor, created_at=at, state="queued",
        attempts=0, progress_done=0, progress_total=0,
    )  # fmt: skip
    statement = statement.on_conflict_do_nothing(index_elements=["key"])
    made = session.execute(statement.returning(Task.id)).scalar()
    if made is not None:
        return session.get_one(Task, made)
    earlier = session.scalars(select(Task).where(Task.key == scope)).one()
    if rfc8785.dumps(earlier.params) != rfc8785.dumps(params):
        raise KeyReused(Reason("key_reused"))
    return earlier


def something_waits(session: Session, *, at: datetime) -> bool:
    """Whether a claim could find anything: a plain read, so that polling each second takes no write lock."""
    waiting = select(Task.id).where(or_(Task.state == "queued", _stale(at))).limit(1)
    return session.execute(waiting).first() is not None


def claim_task(session: Session, *, token: str, at: datetime) -> Task | None:
    """Take the oldest queued task for the runner ``token``, or None. Two workers never get the same one."""
    settle_stale(session, at=at)
    # SKIP LOCKED on PostgreSQL; SQLite ignores the clause and BEGIN IMMEDIATE has already shut the others out
    oldest = select(Task.id).where(Task.state == "queued").order_by(Task.id).limit(1).with_for_update(skip_locked=True)
    statement = (
        update(Task)
        .where(Task.id == oldest.scalar_subquery(), Task.state == "queued")
        .values(state="running", token=token, attempts=Task.attempts + 1, started_at=at, heartbeat=at)
        .returning(Task.id)
    )
    claimed = session.execute(statement).scalar()
    return None if claimed is None else session.get_one(Task, claimed, populate_existing=True)


def settle_stale(session: Session, *, at: datetime) -> None:
    """Running tasks whose worker fell silent: back to the queue the first time, failed the second."""
    again = update(Task).where(_stale(at), Task.attempts < ATTEMPTS)
    session.execute(again.values(state="queued", token=None, progress_done=0, progress_total=0))
    note = note_of((Reason("task_interrupted", {"attempts": ATTEMPTS}),))
    session.execute(update(Task).where(_stale(at)).values(state="failed", finished_at=at, note=note))


def _stale(at: datetime) -> Any:
    return (Task.state == "running") & (Task.heartbeat < at - LEASE)


def report(session: Session, *, task_id: int, token: str, at: datetime, **values: Any) -> bool:
    """Write heartbeat and ``values`` to a task still held by ``token``; False when it no longer is."""
    statement = (
        update(Task)
        .where(Task.id == task_id, Task.token == token, Task.state == "running")
        .values(heartbeat=at, **values)
        .returning(Task.id)
    )
    return session.execute(statement).first() is not None


def put_back(session: Session, *, task_id: int, token: str, at: datetime) -> bool:
    """Return a task to the queue because its worker was asked to stop; the attempt is not counted."""
    values = {"state": "queued", "attempts": Task.attempts - 1, "progress_done": 0, "progress_total": 0}
    return report(session, task_id=task_id, token=token, at=at, **values)


def finish(session: Session, *, task_id: int, token: str, at: datetime, result: dict[str, Any]) -> bool:
    """End a task well; False when the claim was lost meanwhile."""
    return report(session, task_id=task_id, token=token, at=at, state="done", finished_at=at, result=result)


def fail(session: Session, *, task_id: int, token: str, at: datetime, reasons: tuple[Reason, ...]) -> bool:
    """End a task with its reasons; False when the claim was lost meanwhile."""
    note = note_of(reasons)
    return report(session, task_id=task_id, token=token, at=at, state="failed", finished_at=at, note=note)

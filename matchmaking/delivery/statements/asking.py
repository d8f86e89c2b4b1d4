"""Asking for a preview, and confirming it: tasks for the worker, queued once however often the button is pressed."""

from __future__ import annotations

import hashlib
from datetime import datetime

import rfc8785
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.recording import refuse_future
from matchmaking.delivery.statements.asked import Asked
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.files import remember
from matchmaking.foundation.jobs import Task, create_task
from matchmaking.foundation.trail import record

PREVIEW, IMPORT = "statement.preview", "statement.import"


def task_of(session: Session, key: str) -> Task | None:
    """A preview or an import by its public key."""
    return session.scalars(select(Task).where(Task.key == key, Task.kind.in_((PREVIEW, IMPORT)))).first()


def ask_preview(session: Session, *, actor: str, asked: Asked, key: str, at: datetime) -> Task:
    """Queue the preview of a kept file. The same choices sent again with the same ``key`` are the same task.

    Refuses a day still to come with ``day_not_yet``, as the taking in would.
    """
    refuse_future(asked.as_of, at)
    remember(session, asked.kept, at=at)
    params = asked.as_params()
    choices = hashlib.sha256(rfc8785.dumps(params)).hexdigest()
    task = create_task(session, kind=PREVIEW, params=params, actor=actor, at=at, key=f"{key}:{choices}")
    if task.created_at == at:
        payload = {"file_sha256": asked.kept.sha256, "mapping": asked.mapping, "as_of": asked.as_of.isoformat()}
        record(session, actor=actor, tag="statement.preview_asked", subject=f"task:{task.id}", payload=payload, at=at)
    return task


def confirm(session: Session, *, actor: str, key: str, at: datetime) -> Task:
    """Queue the taking in of what the preview ``key`` showed; confirming twice is the same task.

    Refuses with ``preview_not_ready`` while the preview runs, or when it found errors.
    """
    preview = task_of(session, key)
    if preview is None or preview.kind != PREVIEW or not (preview.result or {}).get("fit"):
        raise Refusal(Reason("preview_not_ready", {}))
    params = preview.params | {"mapping_sha256": (preview.result or {})["mapping_sha256"]}
    task = create_task(session, kind=IMPORT, params=params, actor=actor, at=at, key=f"preview:{preview.id}")
    if task.created_at == at:
        payload = {"file_sha256": params["sha256"], "preview": preview.id}
        record(session, actor=actor, tag="statement.import_asked", subject=f"task:{task.id}", payload=payload, at=at)
    return task

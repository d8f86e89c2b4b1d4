"""Reading the installation itself: last runs, open and failed tasks, how far the trail goes, how much is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Select, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from matchmaking.foundation.access.roles import STAFF
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.foundation.files.models import EvidenceFile
from matchmaking.foundation.jobs.models import JobRun, Task
from matchmaking.foundation.trail.models import TrailHead
from matchmaking.registry.accounts.models import SecondFactor, UserAccount

FAILED_FOR = timedelta(days=7)
"""How long a failed task stays on the page."""
MOST_TASKS = 20


@dataclass(frozen=True, slots=True)
class Installation:
    """Events in the trail; evidence files and their bytes; bytes of the database; staff without a second factor."""

    events: int
    files: int
    file_bytes: int
    database_bytes: int
    bare_staff: int


def last_runs(session: Session, names: Sequence[str]) -> dict[str, JobRun]:
    """Job → its newest slot; one SQL statement, one look into the index for each job however long its history."""
    if not names:
        return {}
    newest: list[Select[Any]] = []
    for name in names:
        one = select(JobRun.id).where(JobRun.job == name).order_by(JobRun.slot.desc()).limit(1).subquery()
        newest.append(select(one.c.id))
    run = aliased(JobRun)
    return {each.job: each for each in session.scalars(select(run).where(run.id.in_(union_all(*newest))))}


def tasks_at(session: Session, *, at: datetime) -> tuple[list[Task], int]:
    """Tasks that wait, run, or failed within a week of ``at``, the latest first, and how many; one SQL statement."""
    failed = and_(Task.state == "failed", Task.finished_at > at - FAILED_FOR)
    asked = select(Task, func.count().over()).where(or_(Task.state.in_(("queued", "running")), failed))
    rows = session.execute(asked.order_by(Task.id.desc()).limit(MOST_TASKS)).all()
    return [row[0] for row in rows], rows[0][1] if rows else 0


def installation(session: Session, viewer: Viewer) -> Installation:
    """Sizes and counts; one SQL statement (SQLite's own size is its file's)."""
    bind = session.get_bind()
    url = getattr(bind, "url", None)
    on_file = bind.dialect.name == "sqlite"
    staff = (
        select(func.count())
        .select_from(UserAccount)
        .outerjoin(SecondFactor, SecondFactor.user_id == UserAccount.id)
        .where(UserAccount.active, UserAccount.role.in_(sorted(STAFF)), SecondFactor.id.is_(None))
    )
    row = session.execute(
        select(
            select(TrailHead.seq).where(TrailHead.id == 1).scalar_subquery(),
            select(func.count()).select_from(EvidenceFile).scalar_subquery(),
            select(func.coalesce(func.sum(EvidenceFile.size), 0)).scalar_subquery(),
            staff.scalar_subquery(),
            literal(0) if on_file else func.pg_database_size(func.current_database()),
        )
    ).one()
    size = _file_bytes(url.database) if on_file and url is not None else int(row[4])
    return Installation(int(row[0] or 0), int(row[1]), int(row[2]), size, int(row[3]))


def _file_bytes(path: str | None) -> int:
    found = [Path(f"{path}{ending}") for ending in ("", "-wal")] if path else []
    return sum(each.stat().st_size for each in found if each.exists())

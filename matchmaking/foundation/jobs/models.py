"""Runs of timed jobs, each slot once; and tasks a person asked for, with their progress."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.foundation.storage import Base, BigId, Digest, Instant, Json


class JobRun(Base):
    """One slot of one job. Whoever inserts the row has the slot; a stale or failed one can be taken over."""

    __tablename__ = "job_run"
    __table_args__ = (
        # the claim itself: several workers may fire at once, one row exists
        UniqueConstraint("job", "slot"),
        CheckConstraint("state IN ('running', 'done', 'failed')", name="state_known"),
        CheckConstraint("(state = 'running') = (finished_at IS NULL)", name="finished_when_ended"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    job: Mapped[str] = mapped_column(String(60))
    slot: Mapped[str] = mapped_column(String(20))
    """``2026-09-30``, or ``2026-09-30T14:00`` for a job that runs several times a day; Shanghai time."""
    state: Mapped[str] = mapped_column(String(10))
    token: Mapped[str] = mapped_column(String(32))
    """Which runner holds it; a runner that lost its claim can no longer write."""
    attempts: Mapped[int] = mapped_column(Integer)
    started_at: Mapped[datetime] = mapped_column(Instant)
    heartbeat: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)
    error: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """``{"reasons": [{"code", "params"}]}`` of a failed run."""


class Task(Base):
    """Work for the worker that a person or a command asked for: queued → running → done or failed."""

    __tablename__ = "task"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name="state_known"),
        CheckConstraint("(state IN ('done', 'failed')) = (finished_at IS NOT NULL)", name="finished_when_ended"),
        CheckConstraint("progress_done >= 0 AND progress_total >= 0", name="progress_not_negative"),
        # the queue is short even when the history is long
        Index(
            "ix_task_open",
            "id",
            postgresql_where=text("state IN ('queued', 'running')"),
            sqlite_where=text("state IN ('queued', 'running')"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    params: Mapped[dict[str, Any]] = mapped_column(Json)
    key: Mapped[str | None] = mapped_column(Digest, unique=True)
    """SHA-256 of (actor, kind, the caller's key): the same request twice is one task."""
    actor: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(Integer)
    token: Mapped[str | None] = mapped_column(String(32))
    progress_done: Mapped[int] = mapped_column(Integer)
    progress_total: Mapped[int] = mapped_column(Integer)
    note: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """``{"reasons": [{"code", "params"}]}``: why it failed."""
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(Instant)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    heartbeat: Mapped[datetime | None] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)

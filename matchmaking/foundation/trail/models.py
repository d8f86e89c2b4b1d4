"""The trail: one chain of events for the whole installation, and the row that says where it ends."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.foundation.storage import Base, BigId, Digest, Instant, Json


class TrailEvent(Base):
    """Who did what to which subject, and when. Each row's hash covers its own fields and the hash before it."""

    __tablename__ = "trail_event"
    __table_args__ = (
        Index("ix_trail_event_subject", "subject", "seq"),
        Index("ix_trail_event_tag", "tag", "seq"),
        {"info": {"append_only": True}},
    )

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    """1, 2, 3 … without gaps: taken from the head, never from a sequence, which would skip numbers."""
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(String(80))
    tag: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(160))
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    prev_hash: Mapped[str] = mapped_column(Digest)
    hash: Mapped[str] = mapped_column(Digest)


class TrailHead(Base):
    """One row: the last event. Locking it puts writers of the trail in a queue; it is locked last in a transaction."""

    __tablename__ = "trail_head"
    # a second head would be a second chain
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigId)
    hash: Mapped[str] = mapped_column(Digest)

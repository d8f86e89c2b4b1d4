"""Proposed and adopted weights of matching, each with what it was fitted on and how it did; who did what with it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.foundation.storage import Base, BigId, Digest, Instant, Json

STATES = ("proposed", "adopted", "set_aside", "withdrawn")


class PolicyVersion(Base):
    """Weights of the lines, proposed. Only its state, and the days it holds, ever change."""

    __tablename__ = "policy_version"
    __table_args__ = (
        CheckConstraint(f"state IN ({', '.join(repr(state) for state in STATES)})", name="state_known"),
        CheckConstraint("(state IN ('adopted', 'withdrawn')) = (since IS NOT NULL)", name="adopted_has_its_day"),
        CheckConstraint("(state = 'withdrawn') = (until IS NOT NULL)", name="withdrawn_has_its_day"),
        CheckConstraint("row_version > 0", name="version_counts"),
        Index("ix_policy_version_since", "since"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_key: Mapped[str] = mapped_column(String(120), unique=True)
    version: Mapped[str] = mapped_column(String(40), unique=True)
    """What stored recommendations name."""
    base_version: Mapped[str] = mapped_column(String(40))
    """The version it was proposed beside; its settings are kept."""
    state: Mapped[str] = mapped_column(String(12))
    row_version: Mapped[int] = mapped_column(Integer, default=1)
    weights: Mapped[dict[str, Any]] = mapped_column(Json)
    """Line → whole points, none below zero, adding up to 100; ``order`` names the lines in order."""
    settings: Mapped[dict[str, Any]] = mapped_column(Json)
    evidence: Mapped[dict[str, Any]] = mapped_column(Json)
    """Window, counts, the hand-set weights, and the backtest of both cards with intervals."""
    pairs_digest: Mapped[str] = mapped_column(Digest)
    """SHA-256 of every choice it was fitted on, in canonical JSON."""
    since: Mapped[date | None] = mapped_column(Date)
    """The first day it holds."""
    until: Mapped[date | None] = mapped_column(Date)
    """The first day it holds no more."""
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(80))


class PolicyAct(Base):
    """Somebody proposed, adopted, set aside or withdrew. ``number`` is the row's version afterwards."""

    __tablename__ = "policy_act"
    __table_args__ = (UniqueConstraint("policy_version_id", "number"), {"info": {"append_only": True}})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    policy_version_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"))
    number: Mapped[int] = mapped_column(Integer)
    action: Mapped[str] = mapped_column(String(12))
    actor: Mapped[str] = mapped_column(String(80))
    words: Mapped[str] = mapped_column(String(1000), default="")
    recorded_at: Mapped[datetime] = mapped_column(Instant)

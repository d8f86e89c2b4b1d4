"""Curves of one kind of wait, reckoned from the facts of one audit and read by pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.foundation.storage import Base, BigId, Instant, SealedJson


class WaitingCurves(Base):
    """Every curve of one wait for the two days of a stored audit; the row made last is the one that holds."""

    __tablename__ = "waiting_curves"
    __table_args__ = (UniqueConstraint("snapshot_id", "wait", "made_at"), {"info": {"append_only": True}})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("audit_snapshot.id"))
    wait: Mapped[str] = mapped_column(String(24))
    """A key of ``facts.WAITS``."""
    payload: Mapped[dict[str, Any]] = mapped_column(SealedJson)
    """As ``flask curves --json`` prints it."""
    made_at: Mapped[datetime] = mapped_column(Instant)

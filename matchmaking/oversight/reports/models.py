"""Reports as reckoned on one day, kept for pages to show."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.foundation.storage import Base, BigId, Digest, Instant, SealedJson


class ReportRun(Base):
    """The three reports of one portfolio. ``facts_seq`` is its counter then; ``digest`` is of every row of them."""

    __tablename__ = "report_run"
    __table_args__ = (
        UniqueConstraint("portfolio_id", "as_of", "known_on", "facts_seq"),
        {"info": {"append_only": True}},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolio.id"))
    as_of: Mapped[date] = mapped_column(Date)
    known_on: Mapped[date] = mapped_column(Date)
    facts_seq: Mapped[int] = mapped_column(Integer)
    payload: Mapped[dict[str, Any]] = mapped_column(SealedJson)
    """As :func:`payload.rolled` makes it."""
    digest: Mapped[str] = mapped_column(Digest)
    made_at: Mapped[datetime] = mapped_column(Instant)

"""What came of a meeting by a day, reckoned at night and read by pages. A later reckoning is a row of its own."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.delivery.agreements.models import LATER
from matchmaking.foundation.storage import Base, BigId, Instant, Minor


class EventOutcome(Base):
    """Papers of one instrument and standing signed at one event, and their money as of ``as_of``.

    ``facts_seq`` is the portfolio's counter at the reckoning: the row with the highest is the one that holds.
    """

    __tablename__ = "event_outcome"
    __table_args__ = (
        UniqueConstraint("event_key", "portfolio_id", "horizon", "as_of", "facts_seq", "instrument", "standing"),
        CheckConstraint("standing IN ('member', 'pre_event', 'late')", name="standing_known"),
        CheckConstraint("papers > 0", name="papers_counted"),
        {"info": {"append_only": True}},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_key: Mapped[str] = mapped_column(String(120))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolio.id"))
    horizon: Mapped[int] = mapped_column(Integer)
    """Days after the meeting: 30, 90, 180 or 360."""
    as_of: Mapped[date] = mapped_column(Date)
    facts_seq: Mapped[int] = mapped_column(Integer)
    instrument: Mapped[str] = mapped_column(String(30))
    standing: Mapped[str] = mapped_column(String(12))
    """``member``, or apart from it ``pre_event`` (会前存量) and ``late`` (补录)."""
    papers: Mapped[int] = mapped_column(Integer)
    paid_papers: Mapped[int] = mapped_column(Integer)
    signed_minor: Mapped[int] = mapped_column(Minor)
    paid_minor: Mapped[int] = mapped_column(Minor)
    """Any source says that money left."""
    verified_minor: Mapped[int] = mapped_column(Minor)
    net_new_minor: Mapped[int | None] = mapped_column(Minor, info=LATER)
    """Of the verified money what is net-new (A1); None in rows that were kept before it was."""
    made_at: Mapped[datetime] = mapped_column(Instant)


class EventCost(Base):
    """What a meeting cost the public purse, as somebody entered it; the last entry holds."""

    __tablename__ = "event_cost"
    __table_args__ = (
        CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
        CheckConstraint("words <> ''", name="says_what_for"),
        {"info": {"append_only": True}},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_key: Mapped[str] = mapped_column(String(120), index=True)
    amount_minor: Mapped[int] = mapped_column(Minor)
    words: Mapped[str] = mapped_column(String(300))
    """What it was spent on, and by which voucher."""
    entered_at: Mapped[datetime] = mapped_column(Instant)
    entered_by: Mapped[str] = mapped_column(String(80))

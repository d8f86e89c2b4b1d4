"""A portfolio is the wall around facts: cohorts never cross it, and it has one currency."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.foundation.storage import Base, BigId, Instant


class Portfolio(Base):
    """The city's own cases (``cases``) or what is known only by a counterpart's statements (``statement``)."""

    __tablename__ = "portfolio"
    __table_args__ = (CheckConstraint("kind IN ('cases', 'statement')", name="kind_known"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(60), unique=True)
    title_zh: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20))
    currency: Mapped[str] = mapped_column(String(3))
    jurisdiction: Mapped[str] = mapped_column(String(40))
    """Area code whose offices see it; ``*`` for the city as a whole."""
    demo: Mapped[bool] = mapped_column(default=False)
    default_as_of: Mapped[date | None] = mapped_column(Date)
    """The day its pages open on: the latest statement's day, or a demo's frozen day; today when null."""
    facts_seq: Mapped[int] = mapped_column(Integer, default=0)
    """Raised by one in every unit of work that adds a fact; snapshots remember it."""
    facts_until: Mapped[datetime | None] = mapped_column(Instant)
    """The latest instant at which a fact was recorded: an audit known on that day or later misses nothing so far."""
    created_at: Mapped[datetime] = mapped_column(Instant)

"""Findings 待核实事项: seen once, kept, explained or closed by later rows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.foundation.storage import Base, BigId, Instant, Json


class Finding(Base):
    """One thing a check saw about one agreement, for a day. ``key`` makes a repeated run add nothing."""

    __tablename__ = "finding"
    __table_args__ = (
        Index("ix_finding_portfolio_id_code_as_of", "portfolio_id", "code", "as_of"),
        Index("ix_finding_agreement_id", "agreement_id"),
        {"info": {"append_only": True}},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolio.id"))
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"))
    statement_id: Mapped[int | None] = mapped_column(ForeignKey("statement.id"))
    code: Mapped[str] = mapped_column(String(60))
    as_of: Mapped[date] = mapped_column(Date)
    params: Mapped[dict[str, Any]] = mapped_column(Json)
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class FindingAnswer(Base):
    """Somebody explained a finding or closed it with a reason, or a later check answered it."""

    __tablename__ = "finding_answer"
    __table_args__ = ({"info": {"append_only": True}},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    """``explained`` or ``closed`` by a person; ``settled`` or ``open`` again by a check, whose day ``words`` is."""
    words: Mapped[str] = mapped_column(String(1000))
    actor: Mapped[str] = mapped_column(String(80))
    recorded_at: Mapped[datetime] = mapped_column(Instant)

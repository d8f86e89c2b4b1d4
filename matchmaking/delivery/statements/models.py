"""Statements of a series and their positions: cumulative claims for a day, never disbursement rows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.foundation.storage import Base, BigId, Digest, Instant, Json, Minor


class Statement(Base):
    """One statement as taken in: which file, read by which mapping, for which day, and what it changed."""

    __tablename__ = "statement"
    __table_args__ = (
        Index("ix_statement_portfolio_id_series_as_of", "portfolio_id", "series", "as_of"),
        {"info": {"append_only": True}},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_key: Mapped[str] = mapped_column(String(120), unique=True)
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolio.id"))
    series: Mapped[str] = mapped_column(String(60))
    as_of: Mapped[date] = mapped_column(Date)
    mapping: Mapped[str] = mapped_column(String(60))
    mapping_sha256: Mapped[str] = mapped_column(Digest)
    file_sha256: Mapped[str] = mapped_column(Digest)
    file_name: Mapped[str] = mapped_column(String(255))
    rows: Mapped[int] = mapped_column(Integer)
    currency: Mapped[str] = mapped_column(String(3))
    rounded_to: Mapped[int | None] = mapped_column(Minor)
    """The unit its amounts are rounded to, in minor units; null when they are exact."""
    earlier_id: Mapped[int | None] = mapped_column(ForeignKey("statement.id"))
    """The statement it was compared with."""
    comparison: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """Counts of added, changed, vanished, decreased and the bridge per measure, in minor units."""
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(80))


class StatementPosition(Base):
    """What one statement says of one agreement. Unknown amounts are null, never zero."""

    __tablename__ = "statement_position"
    __table_args__ = (
        UniqueConstraint("statement_id", "agreement_id"),
        Index("ix_statement_position_agreement_id", "agreement_id"),
        {"info": {"append_only": True}},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("statement.id"))
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"))
    line: Mapped[int] = mapped_column(Integer)
    """Line of the source file, for the way back to the evidence."""
    firm: Mapped[str | None] = mapped_column(String(300))
    lender: Mapped[str | None] = mapped_column(String(200))
    branch: Mapped[str | None] = mapped_column(String(200))
    area_code: Mapped[str | None] = mapped_column(String(40))
    area_name: Mapped[str | None] = mapped_column(String(120))
    product: Mapped[str | None] = mapped_column(String(200))
    instrument: Mapped[str | None] = mapped_column(String(30))
    status: Mapped[str | None] = mapped_column(String(80))
    approved_on: Mapped[date | None] = mapped_column(Date)
    signed_on: Mapped[date | None] = mapped_column(Date)
    effective_on: Mapped[date | None] = mapped_column(Date)
    closing_on: Mapped[date | None] = mapped_column(Date)
    first_money_on: Mapped[date | None] = mapped_column(Date)
    last_money_on: Mapped[date | None] = mapped_column(Date)
    original_minor: Mapped[int | None] = mapped_column(Minor)
    cancelled_minor: Mapped[int | None] = mapped_column(Minor)
    undisbursed_minor: Mapped[int | None] = mapped_column(Minor)
    disbursed_minor: Mapped[int | None] = mapped_column(Minor)
    repaid_minor: Mapped[int | None] = mapped_column(Minor)
    rate_ppm: Mapped[int | None] = mapped_column(Integer)

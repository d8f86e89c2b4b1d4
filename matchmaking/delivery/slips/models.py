"""The monthly slip with every step taken on it, and reminders to banks that have not reported."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.foundation.storage import Base, BigId, Digest, Instant, Json

APPEND_ONLY = {"info": {"append_only": True}}


class MonthlySlip(Base):
    """One bank's month. ``figures`` is what our records said when it was drawn up; ``digest`` their SHA-256.

    Once it is back with its seal nothing of it changes: what is recorded later goes onto a further ``edition``.
    """

    __tablename__ = "monthly_slip"
    __table_args__ = (
        UniqueConstraint("portfolio_id", "lender", "month", "edition"),
        CheckConstraint("state IN ('draft', 'made', 'checked', 'returned')", name="state_known"),
        CheckConstraint("version > 0 AND edition > 0", name="counts"),
        CheckConstraint("(state = 'draft') = (made_by = '')", name="made_by_somebody"),
        CheckConstraint("(state IN ('checked', 'returned')) = (checked_by <> '')", name="checked_by_somebody"),
        CheckConstraint("checked_by = '' OR checked_by <> made_by", name="maker_is_not_checker"),
        CheckConstraint("(state = 'returned') = (scan_sha256 IS NOT NULL)", name="returned_with_its_scan"),
        Index("ix_monthly_slip_portfolio_id_month", "portfolio_id", "month"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_key: Mapped[str] = mapped_column(String(120), unique=True)
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolio.id"))
    lender: Mapped[str] = mapped_column(String(200))
    month: Mapped[str] = mapped_column(String(7))
    edition: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(10))
    version: Mapped[int] = mapped_column(Integer)
    """Raised with every step; a page sends back the one it was made from."""
    figures: Mapped[dict[str, Any]] = mapped_column(Json)
    digest: Mapped[str] = mapped_column(Digest)
    words: Mapped[str] = mapped_column(String(1000), default="")
    """Differences as the maker notes them; empty: none."""
    made_by: Mapped[str] = mapped_column(String(80), default="")
    checked_by: Mapped[str] = mapped_column(String(80), default="")
    scan_sha256: Mapped[str | None] = mapped_column(Digest)
    drawn_at: Mapped[datetime] = mapped_column(Instant)


class SlipStep(Base):
    """Somebody did something with a slip. ``number`` is its version afterwards; ``person`` the name as printed."""

    __tablename__ = "slip_step"
    __table_args__ = (UniqueConstraint("slip_id", "number"), APPEND_ONLY)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slip_id: Mapped[int] = mapped_column(ForeignKey("monthly_slip.id"))
    number: Mapped[int] = mapped_column(Integer)
    action: Mapped[str] = mapped_column(String(12))
    words: Mapped[str] = mapped_column(String(1000), default="")
    person: Mapped[str] = mapped_column(String(120))
    actor: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(Instant)


class ReportChase(Base):
    """催报: somebody asked a bank for its month; who, when, how, and what was said."""

    __tablename__ = "report_chase"
    __table_args__ = (
        CheckConstraint("means IN ('phone', 'letter', 'visit', 'message')", name="means_known"),
        Index("ix_report_chase_portfolio_id_month", "portfolio_id", "month"),
        APPEND_ONLY,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolio.id"))
    lender: Mapped[str] = mapped_column(String(200))
    month: Mapped[str] = mapped_column(String(7))
    means: Mapped[str] = mapped_column(String(8))
    words: Mapped[str] = mapped_column(String(300), default="")
    person: Mapped[str] = mapped_column(String(120))
    actor: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(Instant)

"""Samples: what was frozen, which items were drawn, every call, and what closing found.

The frozen list itself is the snapshot's rows, which never change; ``list_digest`` says that they are the same.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.foundation.storage import Base, BigId, Digest, Instant, Json, Minor

STATES = ("frozen", "drawn", "closed", "set_aside")
MONEY = ("verified", "reported")
"""Which money of an agreement may be overstated: what two parties agree on, or what the bank says."""
OUTCOMES = ("confirmed", "unreached")


class AuditSample(Base):
    """One sample. What was frozen never changes; its state, seed and result come later, once each."""

    __tablename__ = "audit_sample"
    __table_args__ = (
        CheckConstraint(f"state IN ({', '.join(repr(state) for state in STATES)})", name="state_known"),
        CheckConstraint("money IN ('verified', 'reported')", name="money_known"),
        CheckConstraint("book_minor > 0 AND interval_minor > 0 AND listed > 0", name="counts"),
        CheckConstraint("(seed IS NULL) = (drawn_at IS NULL)", name="drawn_by_its_seed"),
        CheckConstraint("state NOT IN ('drawn', 'closed') OR seed IS NOT NULL", name="drawn_has_a_seed"),
        CheckConstraint("(state = 'closed') = (result IS NOT NULL)", name="closed_has_a_result"),
        CheckConstraint("row_version > 0", name="version_counts"),
        Index("ix_audit_sample_portfolio_id_grade", "portfolio_id", "grade"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_key: Mapped[str] = mapped_column(String(120), unique=True)
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolio.id"))
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("audit_snapshot.id"))
    as_of: Mapped[date] = mapped_column(Date)
    known_on: Mapped[date] = mapped_column(Date)
    grade: Mapped[str] = mapped_column(String(30))
    money: Mapped[str] = mapped_column(String(8))
    currency: Mapped[str] = mapped_column(String(3))
    cohort_digest: Mapped[str] = mapped_column(Digest)
    """The cohort of the headline figure, as the audit names it."""
    measure: Mapped[dict[str, Any]] = mapped_column(Json)
    """The headline figure: ``code``, ``numerator``, ``denominator``, ``ppm``."""
    list_digest: Mapped[str] = mapped_column(Digest)
    listed: Mapped[int] = mapped_column(Integer)
    without_money: Mapped[int] = mapped_column(Integer)
    """Members of the cohort that hold no such money: no draw by money reaches them."""
    book_minor: Mapped[int] = mapped_column(Minor)
    confidence_ppm: Mapped[int] = mapped_column(Integer)
    tolerable_minor: Mapped[int] = mapped_column(Minor)
    expected: Mapped[int] = mapped_column(Integer)
    interval_minor: Mapped[int] = mapped_column(Minor)
    size: Mapped[int] = mapped_column(Integer)
    """Items to expect; the draw may hold one less."""
    state: Mapped[str] = mapped_column(String(12))
    row_version: Mapped[int] = mapped_column(Integer, default=1)
    frozen_at: Mapped[datetime] = mapped_column(Instant)
    frozen_by: Mapped[str] = mapped_column(String(80))
    seed: Mapped[str | None] = mapped_column(String(80))
    seed_source: Mapped[str | None] = mapped_column(String(200))
    """Where anyone can read the seed: a draw of the lottery, a closing index, by name and number."""
    drawn_at: Mapped[datetime | None] = mapped_column(Instant)
    drawn_by: Mapped[str | None] = mapped_column(String(80))
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_by: Mapped[str | None] = mapped_column(String(80))
    ended_words: Mapped[str | None] = mapped_column(String(300))


class SampleItem(Base):
    """One agreement to ask about; ``position`` counts from 1, the largest first."""

    __tablename__ = "audit_sample_item"
    __table_args__ = (
        UniqueConstraint("sample_id", "position"),
        UniqueConstraint("sample_id", "agreement_key"),
        {"info": {"append_only": True}},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("audit_sample.id"))
    position: Mapped[int] = mapped_column(Integer)
    audit_row_id: Mapped[int] = mapped_column(ForeignKey("audit_row.id"))
    agreement_key: Mapped[str] = mapped_column(String(120))
    book_minor: Mapped[int] = mapped_column(Minor)
    top: Mapped[bool]


class SampleCall(Base):
    """One call and what was said. Of calls that were answered the last one counts; all of them stay."""

    __tablename__ = "audit_sample_call"
    __table_args__ = (
        UniqueConstraint("item_id", "number"),
        CheckConstraint("outcome IN ('confirmed', 'unreached')", name="outcome_known"),
        CheckConstraint("(outcome = 'confirmed') = (amount_minor IS NOT NULL)", name="confirmed_has_an_amount"),
        CheckConstraint("amount_minor IS NULL OR amount_minor >= 0", name="amount_not_negative"),
        {"info": {"append_only": True}},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("audit_sample_item.id"))
    number: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(String(12))
    amount_minor: Mapped[int | None] = mapped_column(Minor)
    paid_on: Mapped[date | None] = mapped_column(Date)
    payee: Mapped[str] = mapped_column(String(200), default="")
    """Whom the money went to, as the firm says."""
    spoke_to: Mapped[str] = mapped_column(String(80), default="")
    words: Mapped[str] = mapped_column(String(500), default="")
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(80))

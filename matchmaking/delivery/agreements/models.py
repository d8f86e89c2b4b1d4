"""Signings. The signed amount is never rewritten; later cuts, exits and successors are rows of their own."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.foundation.storage import Base, BigId, Instant, Minor

INSTRUMENTS = ("intent_letter", "strategic", "commitment_letter", "credit_line", "loan_contract", "ungraded")


class Agreement(Base):
    """One signing, or (``origin = statement``) the identity of an agreement known only from statements.

    For ``statement`` rows ``series`` + ``external_id`` is the key and the figures stand in ``statement_position``.
    """

    __tablename__ = "agreement"
    __table_args__ = (
        UniqueConstraint("portfolio_id", "series", "external_id"),
        CheckConstraint("origin IN ('case', 'statement')", name="origin_known"),
        CheckConstraint("origin = 'statement' OR (amount_minor > 0 AND signed_on IS NOT NULL)", name="case_is_signed"),
        CheckConstraint("declared IN ('new', 'renewal', 'unknown')", name="declared_known"),
        Index("ix_agreement_portfolio_id_id", "portfolio_id", "id"),
        {"info": {"append_only": True}},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_key: Mapped[str] = mapped_column(String(120), unique=True)
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolio.id"))
    origin: Mapped[str] = mapped_column(String(12))
    series: Mapped[str] = mapped_column(String(60))
    external_id: Mapped[str] = mapped_column(String(160))
    firm: Mapped[str | None] = mapped_column(String(300))
    lender: Mapped[str | None] = mapped_column(String(200))
    """The legal person that lends."""
    branch: Mapped[str | None] = mapped_column(String(200))
    area_scheme: Mapped[str | None] = mapped_column(String(40))
    area_code: Mapped[str | None] = mapped_column(String(40))
    area_name: Mapped[str | None] = mapped_column(String(120))
    product: Mapped[str | None] = mapped_column(String(200))
    instrument: Mapped[str] = mapped_column(String(30), default="ungraded")
    amount_minor: Mapped[int | None] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3))
    signed_on: Mapped[date | None] = mapped_column(Date)
    promised_on: Mapped[date | None] = mapped_column(Date)
    by_project_plan: Mapped[bool] = mapped_column(default=False)
    available_until: Mapped[date | None] = mapped_column(Date)
    declared: Mapped[str] = mapped_column(String(12), default="unknown")
    revolving: Mapped[bool] = mapped_column(default=False)
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"))
    need_key: Mapped[str | None] = mapped_column(String(120))
    need_minor: Mapped[int | None] = mapped_column(Minor)
    event_key: Mapped[str | None] = mapped_column(String(120))
    event_on: Mapped[date | None] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(80))

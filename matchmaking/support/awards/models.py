"""Subsidies and awards that were paid, list by list. Everything is appended; a wrong row is taken back by a later one.

These are payments of public money to firms and guarantors. They are no loans and stand in no ledger of loans.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.foundation.storage import Base, BigId, Instant, Minor

KINDS = ("subsidy", "fee_award")
"""贴息 to firms, 担保费奖补 to guarantors."""
APPEND_ONLY = {"info": {"append_only": True}}


class AwardFact:
    """Columns of every appended row: when it was recorded and by whom."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(80))


class AwardList(AwardFact, Base):
    """One batch of payments under one document."""

    __tablename__ = "award_list"
    __table_args__ = (
        CheckConstraint("kind IN ('subsidy', 'fee_award')", name="kind_known"),
        CheckConstraint("number <> '' AND title <> '' AND document <> ''", name="named"),
        UniqueConstraint("kind", "number"),
        APPEND_ONLY,
    )

    public_key: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(12))
    number: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    document: Mapped[str] = mapped_column(String(200))
    """The notice it was paid under, by number or title."""
    decided_on: Mapped[date] = mapped_column(Date)
    currency: Mapped[str] = mapped_column(String(3), default="CNY")


class Award(AwardFact, Base):
    """One payment to one firm or guarantor."""

    __tablename__ = "award"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        UniqueConstraint("list_id", "position"),
        Index("ix_award_organisation_id", "organisation_id"),
        APPEND_ONLY,
    )

    list_id: Mapped[int] = mapped_column(ForeignKey("award_list.id"))
    position: Mapped[int] = mapped_column(Integer)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String(200))
    """As the list has it."""
    amount_minor: Mapped[int] = mapped_column(Minor)
    paid_on: Mapped[date] = mapped_column(Date)
    document: Mapped[str] = mapped_column(String(200), default="")
    """The voucher or line of the payment list."""


class AwardVoid(AwardFact, Base):
    """A row entered by mistake, or money paid back; it counts in no total from then on."""

    __tablename__ = "award_void"
    __table_args__ = (UniqueConstraint("award_id"), CheckConstraint("words <> ''", name="says_why"), APPEND_ONLY)

    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    on_day: Mapped[date] = mapped_column(Date)
    words: Mapped[str] = mapped_column(String(300))

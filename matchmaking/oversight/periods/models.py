"""A month's figures: proposed, closed by a second person, restated by what became known later. Rows are appended only.

The frozen figures themselves stand in the audit's snapshot; ``digest`` is what they hash to.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.foundation.storage import Base, BigId, Digest, Instant, Json, Minor

APPEND_ONLY = {"info": {"append_only": True}}


class PeriodFact:
    """Columns of every appended row: when it was recorded and by whom."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(80))


class PeriodProposal(PeriodFact, Base):
    """One month's figures as somebody proposes to close them: reckoned, pinned to two days, hashed.

    ``known_on`` is a day that was over when it was proposed: nothing more can become known on it.
    """

    __tablename__ = "period_proposal"
    __table_args__ = (
        CheckConstraint("known_on > as_of", name="known_after_the_month"),
        Index("ix_period_proposal_portfolio_id_month", "portfolio_id", "month"),
        APPEND_ONLY,
    )

    public_key: Mapped[str] = mapped_column(String(120), unique=True)
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolio.id"))
    month: Mapped[str] = mapped_column(String(7))
    as_of: Mapped[date] = mapped_column(Date)
    """The month's last day."""
    known_on: Mapped[date] = mapped_column(Date)
    facts_seq: Mapped[int] = mapped_column(Integer)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("audit_snapshot.id"))
    digest: Mapped[str] = mapped_column(Digest)
    """SHA-256 over the canonical audit (``domain.conversion.closing.seal``)."""
    heads: Mapped[dict[str, Any]] = mapped_column(Json)
    """Grade → signed, paid and verified of its members, for the list of months; sums of what is hashed."""


class PeriodClose(PeriodFact, Base):
    """A second person closed the month on a proposal. Once, and never undone."""

    __tablename__ = "period_close"
    __table_args__ = (
        UniqueConstraint("proposal_id"),
        UniqueConstraint("portfolio_id", "month"),
        CheckConstraint("recorded_by <> proposed_by", name="maker_is_not_checker"),
        APPEND_ONLY,
    )

    proposal_id: Mapped[int] = mapped_column(ForeignKey("period_proposal.id"))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolio.id"))
    month: Mapped[str] = mapped_column(String(7))
    proposed_by: Mapped[str] = mapped_column(String(80))


class PeriodRestatement(PeriodFact, Base):
    """What our records of ``known_on`` say otherwise than the frozen figures and every earlier restatement together."""

    __tablename__ = "period_restatement"
    __table_args__ = (
        UniqueConstraint("close_id", "number"),
        CheckConstraint("number >= 1", name="number_counts_from_one"),
        APPEND_ONLY,
    )

    close_id: Mapped[int] = mapped_column(ForeignKey("period_close.id"))
    number: Mapped[int] = mapped_column(Integer)
    known_on: Mapped[date] = mapped_column(Date)
    facts_seq: Mapped[int] = mapped_column(Integer)


class PeriodChange(Base):
    """One bucket of one agreement, later less earlier; minor units of the portfolio's currency."""

    __tablename__ = "period_change"
    __table_args__ = (
        UniqueConstraint("restatement_id", "agreement_id", "standing", "grade", "bucket", name="uq_period_change_cell"),
        CheckConstraint("amount_minor <> 0 OR verified_minor <> 0", name="changes_something"),
        APPEND_ONLY,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    restatement_id: Mapped[int] = mapped_column(ForeignKey("period_restatement.id"))
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"))
    standing: Mapped[str] = mapped_column(String(12))
    grade: Mapped[str] = mapped_column(String(30))
    bucket: Mapped[str] = mapped_column(String(4))
    amount_minor: Mapped[int] = mapped_column(Minor)
    verified_minor: Mapped[int] = mapped_column(Minor)


class PeriodCause(Base):
    """A fact behind a restatement: which, of what kind, when our records learned of it, through whom."""

    __tablename__ = "period_cause"
    __table_args__ = (UniqueConstraint("restatement_id", "agreement_id", "fact_key"), APPEND_ONLY)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    restatement_id: Mapped[int] = mapped_column(ForeignKey("period_restatement.id"))
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"))
    """The agreement whose figure it changed."""
    fact_key: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(40))
    """The fact's table."""
    told_at: Mapped[datetime] = mapped_column(Instant)
    told_by: Mapped[str] = mapped_column(String(80))

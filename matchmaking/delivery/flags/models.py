"""口径异常: a flag is kept once and never changed; replies and decisions are rows of their own.

``saw`` and ``exhibits`` are the detector's words and evidence as they were when it was raised, so that what a bank was
asked about stays what it was asked about.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.delivery.agreements.models import RecordedFact
from matchmaking.foundation.storage import Base, BigId, Instant, Json, Minor

PARTIES = ("bank", "firm", "bureau")
VERDICTS = ("upheld", "explained", "withdrawn")
APPEND_ONLY = {"info": {"append_only": True}}


class FigureFlag(Base):
    """One thing a detector saw. ``key`` is the detector's: seen again it adds nothing.

    ``reply_due``: the last day of the bank's term, five workdays after the notice, by the parameter in force then.
    """

    __tablename__ = "figure_flag"
    __table_args__ = (
        UniqueConstraint("portfolio_id", "key"),
        CheckConstraint("reply_due > notified_on", name="term_has_days"),
        Index("ix_figure_flag_lender_id", "lender", "id"),
        Index("ix_figure_flag_portfolio_id_code_id", "portfolio_id", "code", "id"),
        APPEND_ONLY,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(40))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolio.id"))
    code: Mapped[str] = mapped_column(String(4))
    lender: Mapped[str] = mapped_column(String(200))
    """The legal person that may reply, as its papers name it."""
    event_key: Mapped[str | None] = mapped_column(String(120))
    as_of: Mapped[date] = mapped_column(Date)
    amount_minor: Mapped[int | None] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3))
    firms: Mapped[str] = mapped_column(String(400), default="")
    """Names, as their papers have them, for lists."""
    saw: Mapped[dict[str, Any]] = mapped_column(Json)
    exhibits: Mapped[dict[str, Any]] = mapped_column(Json)
    """``{"rows": [{kind, key, day, amount_minor}]}``."""
    notified_on: Mapped[date] = mapped_column(Date)
    reply_due: Mapped[date] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class FlaggedSigning(Base):
    """A paper that a flag is about. ``at_stake``: its money leaves the numerators if the flag is upheld."""

    __tablename__ = "flagged_signing"
    __table_args__ = (UniqueConstraint("flag_id", "agreement_id"), APPEND_ONLY)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    flag_id: Mapped[int] = mapped_column(ForeignKey("figure_flag.id"))
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), index=True)
    at_stake: Mapped[bool] = mapped_column()


class FlagReply(Base):
    """What a party says, word for word. ``branch`` spoke for itself; the bank speaks where it is null (ADR 17).

    ``document``: the letter it came in, where the office wrote it down for somebody.
    """

    __tablename__ = "flag_reply"
    __table_args__ = (
        CheckConstraint("party IN ('bank', 'firm', 'bureau')", name="party_known"),
        CheckConstraint("branch IS NULL OR party = 'bank'", name="branch_is_a_banks"),
        CheckConstraint("words <> ''", name="says_something"),
        APPEND_ONLY,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    flag_id: Mapped[int] = mapped_column(ForeignKey("figure_flag.id"), index=True)
    party: Mapped[str] = mapped_column(String(8))
    speaker: Mapped[str] = mapped_column(String(200))
    branch: Mapped[str | None] = mapped_column(String(200))
    words: Mapped[str] = mapped_column(String(2000))
    document: Mapped[str] = mapped_column(String(120), default="")
    actor: Mapped[str] = mapped_column(String(80))
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class FlagProposal(Base):
    """A verdict that one person of the office proposes. It decides nothing; the latest one may be confirmed."""

    __tablename__ = "flag_proposal"
    __table_args__ = (
        CheckConstraint("kind IN ('upheld', 'explained', 'withdrawn')", name="kind_known"),
        CheckConstraint("words <> '' AND document <> ''", name="says_why"),
        APPEND_ONLY,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    flag_id: Mapped[int] = mapped_column(ForeignKey("figure_flag.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    words: Mapped[str] = mapped_column(String(1000))
    document: Mapped[str] = mapped_column(String(120))
    decided_on: Mapped[date] = mapped_column(Date)
    actor: Mapped[str] = mapped_column(String(80))
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class FlagVerdict(Base):
    """What the office decided after reply, with its words; the last one given holds. ``actor`` confirmed it."""

    __tablename__ = "flag_verdict"
    __table_args__ = (
        CheckConstraint("kind IN ('upheld', 'explained', 'withdrawn')", name="kind_known"),
        CheckConstraint("words <> '' AND document <> ''", name="says_why"),
        APPEND_ONLY,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    flag_id: Mapped[int] = mapped_column(ForeignKey("figure_flag.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    words: Mapped[str] = mapped_column(String(1000))
    document: Mapped[str] = mapped_column(String(120))
    decided_on: Mapped[date] = mapped_column(Date)
    actor: Mapped[str] = mapped_column(String(80))
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class FlagConfirmation(Base):
    """Which proposal a verdict confirmed, once. Verdicts older than proposals have none."""

    __tablename__ = "flag_confirmation"
    __table_args__ = (UniqueConstraint("proposal_id"), UniqueConstraint("verdict_id"), APPEND_ONLY)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("flag_proposal.id"))
    verdict_id: Mapped[int] = mapped_column(ForeignKey("flag_verdict.id"))


class SuppliedDeposit(RecordedFact, Base):
    """A deposit on a statement that the firm itself handed in: the only thing that D5 reads."""

    __tablename__ = "supplied_deposit"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        Index("ix_supplied_deposit_portfolio_id_firm_key", "portfolio_id", "firm_key"),
        APPEND_ONLY,
    )

    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolio.id"))
    firm_key: Mapped[str] = mapped_column(String(120))
    """Public key of the firm's organisation."""
    lender: Mapped[str] = mapped_column(String(200))
    amount_minor: Mapped[int] = mapped_column(Minor)
    on_day: Mapped[date] = mapped_column(Date)

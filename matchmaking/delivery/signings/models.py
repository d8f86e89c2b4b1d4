"""The paper between a bank and a firm, before and after both have signed, and all that was done with it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.delivery.agreements.models import APPEND_ONLY, RecordedFact
from matchmaking.foundation.storage import Base, BigId, Instant, Json, Minor

INSTRUMENTS = ("intent_letter", "commitment_letter", "credit_line", "loan_contract")
"""What can be signed here: 意向书, 贷款承诺函, 额度合同, 借款合同."""
PROMISING = ("offered", "firm_signed", "signed")
"""States in which a paper takes room of the line."""


class Paper(Base):
    """One paper under one credit decision. ``agreement_id`` is set by the second signature, with the state."""

    __tablename__ = "paper"
    __table_args__ = (
        CheckConstraint(
            "state IN ('drafted', 'offered', 'firm_signed', 'signed', 'discarded', 'turned_down', 'revoked', 'lapsed')",
            name="state_known",
        ),
        CheckConstraint(
            "instrument IN ('intent_letter', 'commitment_letter', 'credit_line', 'loan_contract')",
            name="instrument_known",
        ),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("term_months > 0", name="term_positive"),
        CheckConstraint("rate_ppm > 0", name="rate_positive"),
        CheckConstraint("declared IN ('new', 'renewal')", name="declared_known"),
        CheckConstraint("baseline_minor >= 0", name="baseline_not_negative"),
        # the moment both have signed is the moment the agreement is a fact
        CheckConstraint("(state = 'signed') = (signed_on IS NOT NULL)", name="signed_has_its_day"),
        CheckConstraint("agreement_id IS NULL OR state = 'signed'", name="agreement_is_signed"),
        CheckConstraint("version > 0", name="version_counts"),
        Index("ix_paper_bank_id_id", "bank_id", "id"),
        Index("ix_paper_firm_id_id", "firm_id", "id"),
        Index("ix_paper_decision_id", "decision_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_key: Mapped[str] = mapped_column(String(120), unique=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("credit_decision.id"))
    firm_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    bank_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    """The branch that signs; the credit is its."""
    state: Mapped[str] = mapped_column(String(12))
    version: Mapped[int] = mapped_column(Integer, default=1)
    instrument: Mapped[str] = mapped_column(String(30))
    amount_minor: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    term_months: Mapped[int] = mapped_column(Integer)
    rate_ppm: Mapped[int] = mapped_column(Integer)
    revolving: Mapped[bool] = mapped_column(default=False)
    declared: Mapped[str] = mapped_column(String(12))
    """新增 (``new``) or 续贷/置换 (``renewal``), in the bank's words; data may say otherwise later."""
    baseline_minor: Mapped[int] = mapped_column(Minor)
    """基期余额: what the firm owes this bank on the signing day; 0 is an answer, silence is not."""
    baseline_ious: Mapped[dict[str, Any]] = mapped_column(Json)
    promised_on: Mapped[date] = mapped_column(Date)
    """Day of the promised first money."""
    available_until: Mapped[date | None] = mapped_column(Date)
    event_key: Mapped[str | None] = mapped_column(String(120))
    event_on: Mapped[date | None] = mapped_column(Date)
    dated_on: Mapped[date | None] = mapped_column(Date)
    """The day written on a paper that was signed by hand before it was entered here (补录)."""
    follows_key: Mapped[str | None] = mapped_column(String(120))
    """Public key of the intent that this paper follows: one commitment, not two."""
    firm_signed_by: Mapped[str] = mapped_column(String(80), default="")
    bank_signed_by: Mapped[str] = mapped_column(String(80), default="")
    signed_on: Mapped[date | None] = mapped_column(Date)
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)


class PaperEvent(Base):
    """Somebody did something with a paper. ``number`` is its version afterwards."""

    __tablename__ = "paper_event"
    __table_args__ = (UniqueConstraint("paper_id", "number"), {"info": {"append_only": True}})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("paper.id"))
    number: Mapped[int] = mapped_column(Integer)
    action: Mapped[str] = mapped_column(String(16))
    before: Mapped[str] = mapped_column(String(12), default="")
    after: Mapped[str] = mapped_column(String(12))
    role: Mapped[str] = mapped_column(String(24))
    actor: Mapped[str] = mapped_column(String(80))
    terms: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """The terms as they were offered; None for every other action."""
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class PayingBranch(RecordedFact, Base):
    """出账机构: a branch other than the signing one that pays, and so reports, under an agreement."""

    __tablename__ = "paying_branch"
    __table_args__ = (UniqueConstraint("agreement_id", "bank_id"), APPEND_ONLY)

    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"))
    bank_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    named_on: Mapped[date] = mapped_column(Date)

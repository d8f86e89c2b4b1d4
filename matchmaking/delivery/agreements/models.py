"""Signings and their terms. The signed amount is never rewritten; cuts, exits and successors are rows of their own.

Every fact has a public key, the day it concerns (发生日) and the instant our records learned of it (本系统知晓).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.foundation.storage import Base, BigId, Instant, Json, Minor

INSTRUMENTS = ("intent_letter", "strategic", "commitment_letter", "credit_line", "loan_contract", "ungraded")
APPEND_ONLY = {"info": {"append_only": True}}
LATER = {"later": True}
"""Of a column that came after rows of its table had been sealed: those seals do not cover it."""


class RecordedFact:
    """Columns of every appended fact: a stable public key, when our records learned of it, and through whom."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_key: Mapped[str] = mapped_column(String(120), unique=True)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(80))


class Agreement(Base):
    """One signing, or (``origin = statement``) the identity of an agreement known only from statements.

    For ``statement`` rows ``series`` + ``external_id`` is the key and the figures stand in ``statement_position``.
    """

    __tablename__ = "agreement"
    __table_args__ = (
        UniqueConstraint("portfolio_id", "series", "external_id"),
        CheckConstraint("origin IN ('case', 'statement')", name="origin_known"),
        # a 战略合作协议 is never tied to one firm's amount
        CheckConstraint(
            "origin = 'statement' OR (signed_on IS NOT NULL AND (amount_minor > 0 OR instrument = 'strategic'))",
            name="case_is_signed",
        ),
        CheckConstraint("declared IN ('new', 'renewal', 'unknown')", name="declared_known"),
        Index("ix_agreement_portfolio_id_id", "portfolio_id", "id"),
        Index("ix_agreement_need_key", "need_key"),
        Index("ix_agreement_firm_key", "firm_key"),
        APPEND_ONLY,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_key: Mapped[str] = mapped_column(String(120), unique=True)
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolio.id"))
    origin: Mapped[str] = mapped_column(String(12))
    series: Mapped[str] = mapped_column(String(60))
    external_id: Mapped[str] = mapped_column(String(160))
    firm: Mapped[str | None] = mapped_column(String(300))
    """The firm's name as the paper has it; a later rename does not touch it."""
    firm_key: Mapped[str | None] = mapped_column(String(120), info=LATER)
    """Public key of the firm's organisation, where it is on the platform: whose paper it is, whatever name it bears."""
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


class Baseline(RecordedFact, Base):
    """基期余额: what the firm owed that lender when the signing day began. Of several not voided the highest holds."""

    __tablename__ = "baseline"
    __table_args__ = (CheckConstraint("balance_minor >= 0", name="balance_not_negative"), APPEND_ONLY)

    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), index=True)
    balance_minor: Mapped[int] = mapped_column(Minor)
    on_day: Mapped[date] = mapped_column(Date)
    ious: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """``{"numbers": [...]}``: the old 借据 that made up the balance."""


class Condition(RecordedFact, Base):
    """A condition of payment, held by the firm, a guarantor, the bank, or the office that issues a title or permit."""

    __tablename__ = "condition"
    __table_args__ = (
        CheckConstraint("holder IN ('firm', 'guarantor', 'bank', 'permit')", name="holder_known"),
        APPEND_ONLY,
    )

    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), index=True)
    holder: Mapped[str] = mapped_column(String(12))
    words: Mapped[str] = mapped_column(String(300))
    set_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date)


class ConditionMet(RecordedFact, Base):
    """The condition was met. Once: a condition that reopens is a new condition."""

    __tablename__ = "condition_met"
    __table_args__ = (UniqueConstraint("condition_id"), APPEND_ONLY)

    condition_id: Mapped[int] = mapped_column(ForeignKey("condition.id"))
    met_on: Mapped[date] = mapped_column(Date)


class DrawableMark(RecordedFact, Base):
    """The bank marks an amount (all that is left, when null) as drawable; the latest mark holds."""

    __tablename__ = "drawable_mark"
    __table_args__ = (
        CheckConstraint("amount_minor IS NULL OR amount_minor >= 0", name="amount_not_negative"),
        APPEND_ONLY,
    )

    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), index=True)
    marked_on: Mapped[date] = mapped_column(Date)
    amount_minor: Mapped[int | None] = mapped_column(Minor)


class DrawRequest(RecordedFact, Base):
    """提款申请, recorded only where it differs from what was then paid."""

    __tablename__ = "draw_request"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount_positive"), APPEND_ONLY)

    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), index=True)
    asked_on: Mapped[date] = mapped_column(Date)
    amount_minor: Mapped[int] = mapped_column(Minor)


class AgreementExit(RecordedFact, Base):
    """An end to an amount (all that is left, when null). ``by_party`` is who told us; the kind needs its own voice."""

    __tablename__ = "agreement_exit"
    __table_args__ = (
        CheckConstraint("kind IN ('firm_gives_up', 'bank_ends', 'agreed_cut')", name="kind_known"),
        CheckConstraint("by_party IN ('firm', 'bank', 'both')", name="party_known"),
        CheckConstraint("amount_minor IS NULL OR amount_minor > 0", name="amount_positive"),
        CheckConstraint("kind <> 'bank_ends' OR reason <> ''", name="bank_gives_its_reason"),
        APPEND_ONLY,
    )

    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    by_party: Mapped[str] = mapped_column(String(8))
    amount_minor: Mapped[int | None] = mapped_column(Minor)
    reason: Mapped[str] = mapped_column(String(300), default="")
    reason_code: Mapped[str | None] = mapped_column(String(40))
    """Code of the list of reasons in force on the day, where a bank chose from it."""
    exited_on: Mapped[date] = mapped_column(Date)


class CutProposal(RecordedFact, Base):
    """The bank proposes to cut what was signed by an amount; nothing is cut until the firm agrees."""

    __tablename__ = "cut_proposal"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("reason <> ''", name="says_why"),
        APPEND_ONLY,
    )

    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), index=True)
    amount_minor: Mapped[int] = mapped_column(Minor)
    reason: Mapped[str] = mapped_column(String(300))
    proposed_on: Mapped[date] = mapped_column(Date)


class CutAnswer(RecordedFact, Base):
    """The end of a proposal, once: the firm agreed or declined, or the bank took it back."""

    __tablename__ = "cut_answer"
    __table_args__ = (
        UniqueConstraint("proposal_id"),
        CheckConstraint("answer IN ('agreed', 'declined', 'taken_back')", name="answer_known"),
        APPEND_ONLY,
    )

    proposal_id: Mapped[int] = mapped_column(ForeignKey("cut_proposal.id"))
    answer: Mapped[str] = mapped_column(String(12))
    answered_on: Mapped[date] = mapped_column(Date)


class FactVoid(RecordedFact, Base):
    """Takes back one wrongly recorded fact by its public key: a baseline, condition, mark, answer, repayment …

    Signings, verdicts and voids are never taken back; disbursements have ``disbursement_void``, which gives room back.
    """

    __tablename__ = "fact_void"
    __table_args__ = (UniqueConstraint("fact_key"), APPEND_ONLY)

    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolio.id"), index=True)
    fact_key: Mapped[str] = mapped_column(String(120))
    voided_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(300))

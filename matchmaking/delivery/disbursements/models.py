"""Money that left the bank. Reported, voided, confirmed, seen elsewhere, judged: five rows, never five columns."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.delivery.agreements.models import APPEND_ONLY, RecordedFact
from matchmaking.foundation.storage import Base, Json, Minor


class Disbursement(RecordedFact, Base):
    """One 借据 as a bank reported it. Its number is unique per lender; voided, it may come again (``revision``)."""

    __tablename__ = "disbursement"
    __table_args__ = (
        UniqueConstraint("portfolio_id", "lender", "iou_no", "revision"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("revision >= 1", name="revision_counts_from_one"),
        CheckConstraint("form IN ('loan', 'acceptance', 'other')", name="form_known"),
        Index("ix_disbursement_agreement_id_value_on", "agreement_id", "value_on"),
        APPEND_ONLY,
    )

    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolio.id"))
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"))
    lender: Mapped[str] = mapped_column(String(200))
    branch: Mapped[str] = mapped_column(String(200))
    """The branch that reports; the credit goes to the one that signed."""
    iou_no: Mapped[str] = mapped_column(String(80))
    revision: Mapped[int]
    amount_minor: Mapped[int] = mapped_column(Minor)
    value_on: Mapped[date] = mapped_column(Date)
    reported_on: Mapped[date] = mapped_column(Date)
    payee: Mapped[str | None] = mapped_column(String(200))
    """受托支付: whom the money went to; the firm is then asked "已发放并付给××?"."""
    own_payment_reason: Mapped[str | None] = mapped_column(String(300))
    """Why an amount over the threshold was not paid to a payee on the firm's order."""
    fees: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """``{"<kind>": minor units}``: what the bank says the firm paid beside interest; None where it said nothing."""
    form: Mapped[str] = mapped_column(String(12), default="loan")
    repeats_id: Mapped[int | None] = mapped_column(ForeignKey("disbursement.id"), index=True)
    """The earlier report that this one seems to repeat: kept, but it took no room of its own when it came."""


class DisbursementVoid(RecordedFact, Base):
    """The bank takes its report back, once; the report itself stays as it was."""

    __tablename__ = "disbursement_void"
    __table_args__ = (UniqueConstraint("disbursement_id"), APPEND_ONLY)

    disbursement_id: Mapped[int] = mapped_column(ForeignKey("disbursement.id"))
    voided_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(300))


class Confirmation(RecordedFact, Base):
    """What the firm answered when asked about one disbursement; of several answers the last one given holds."""

    __tablename__ = "confirmation"
    __table_args__ = (
        CheckConstraint("answer IN ('right', 'wrong', 'not_received')", name="answer_known"),
        CheckConstraint("amount_minor IS NULL OR amount_minor >= 0", name="amount_not_negative"),
        APPEND_ONLY,
    )

    disbursement_id: Mapped[int] = mapped_column(ForeignKey("disbursement.id"), index=True)
    answer: Mapped[str] = mapped_column(String(16))
    amount_minor: Mapped[int | None] = mapped_column(Minor)
    received_on: Mapped[date | None] = mapped_column(Date)
    answered_on: Mapped[date] = mapped_column(Date)
    device_shared: Mapped[bool] = mapped_column(default=False)
    """Other firms or officers answered from the same device: the answer waits for a call-back."""


class ThirdPartyLine(RecordedFact, Base):
    """A line on a statement of somebody other than the lender: the payee's account, the firm's other bank."""

    __tablename__ = "third_party_line"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount_positive"), APPEND_ONLY)

    disbursement_id: Mapped[int] = mapped_column(ForeignKey("disbursement.id"), index=True)
    source: Mapped[str] = mapped_column(String(200))
    amount_minor: Mapped[int] = mapped_column(Minor)
    value_on: Mapped[date] = mapped_column(Date)


class Verdict(RecordedFact, Base):
    """The office's finding, after reply, on one disbursement or one signing; the last one given holds."""

    __tablename__ = "verdict"
    __table_args__ = (
        CheckConstraint("(disbursement_id IS NULL) <> (agreement_id IS NULL)", name="one_subject"),
        CheckConstraint(
            "(disbursement_id IS NOT NULL AND kind IN ('for_bank', 'for_firm', 'distinct')) OR "
            "(agreement_id IS NOT NULL AND kind IN "
            "('duplicate_signing', 'signing_stands', 'flag_upheld', 'flag_dismissed'))",
            name="kind_fits_subject",
        ),
        CheckConstraint("kind <> 'duplicate_signing' OR other_id IS NOT NULL", name="duplicate_names_its_twin"),
        CheckConstraint("other_id IS NULL OR other_id <> agreement_id", name="twin_is_another"),
        APPEND_ONLY,
    )

    disbursement_id: Mapped[int | None] = mapped_column(ForeignKey("disbursement.id"), index=True)
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    other_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"))
    amount_minor: Mapped[int | None] = mapped_column(Minor)
    decided_on: Mapped[date] = mapped_column(Date)
    document: Mapped[str] = mapped_column(String(120))


class BankReport(RecordedFact, Base):
    """The lender has reported everything up to a day; ``zero`` says that it declared nothing was paid."""

    __tablename__ = "bank_report"
    __table_args__ = (Index("ix_bank_report_portfolio_id_lender", "portfolio_id", "lender"), APPEND_ONLY)

    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolio.id"))
    lender: Mapped[str] = mapped_column(String(200))
    branch: Mapped[str | None] = mapped_column(String(200))
    """Which branch speaks, for itself alone; None: the bank's head (or its file) speaks for the whole of it."""
    through: Mapped[date] = mapped_column(Date)
    zero: Mapped[bool] = mapped_column(default=False)


class DisbursementPosition(Base):
    """How much of a signing has been drawn: the one mutable row, raised by conditional updates only.

    ``drawn`` is gross; ``repaid`` counts on revolving lines only, where a repayment gives room back.
    """

    __tablename__ = "disbursement_position"
    __table_args__ = (
        CheckConstraint("drawn_minor >= 0", name="drawn_not_negative"),
        CheckConstraint("repaid_minor >= 0", name="repaid_not_negative"),
        CheckConstraint("drawn_minor - repaid_minor <= limit_minor", name="never_more_than_signed"),
    )

    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), primary_key=True, autoincrement=False)
    limit_minor: Mapped[int] = mapped_column(Minor)
    drawn_minor: Mapped[int] = mapped_column(Minor, default=0)
    repaid_minor: Mapped[int] = mapped_column(Minor, default=0)
    version: Mapped[int] = mapped_column(default=0)

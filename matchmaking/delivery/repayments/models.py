"""Principal paid back, and balances known otherwise than through a signing."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.delivery.agreements.models import APPEND_ONLY, LATER, RecordedFact
from matchmaking.foundation.storage import Base, Minor


class Repayment(RecordedFact, Base):
    """Principal paid back: on one disbursement if named, else on a signing, else on an older loan of that lender."""

    __tablename__ = "repayment"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        Index("ix_repayment_portfolio_id_firm", "portfolio_id", "firm"),
        APPEND_ONLY,
    )

    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolio.id"))
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"), index=True)
    disbursement_id: Mapped[int | None] = mapped_column(ForeignKey("disbursement.id"))
    firm: Mapped[str] = mapped_column(String(300))
    firm_key: Mapped[str | None] = mapped_column(String(120), info=LATER)
    lender: Mapped[str] = mapped_column(String(200))
    iou_no: Mapped[str | None] = mapped_column(String(80))
    amount_minor: Mapped[int] = mapped_column(Minor)
    paid_on: Mapped[date] = mapped_column(Date)


class BalanceObservation(RecordedFact, Base):
    """What a firm owed a lender when a day began, known otherwise than through a signing here."""

    __tablename__ = "balance_observation"
    __table_args__ = (
        CheckConstraint("balance_minor >= 0", name="balance_not_negative"),
        Index("ix_balance_observation_portfolio_id_firm", "portfolio_id", "firm"),
        APPEND_ONLY,
    )

    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolio.id"))
    firm: Mapped[str] = mapped_column(String(300))
    firm_key: Mapped[str | None] = mapped_column(String(120), info=LATER)
    lender: Mapped[str] = mapped_column(String(200))
    balance_minor: Mapped[int] = mapped_column(Minor)
    on_day: Mapped[date] = mapped_column(Date)

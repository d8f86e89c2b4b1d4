"""A line as it came, the pair it made, the pairs a person is asked about, and those a person turned down: appended.

What a match says about a payment is a ``third_party_line`` of the disbursements: the audit reads that and nothing here.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.delivery.agreements.models import APPEND_ONLY, RecordedFact
from matchmaking.foundation.storage import Base, Digest, Json, Minor


class OutsideLine(RecordedFact, Base):
    """One incoming payment on the statement of ``source``: the firm's other bank, the payee's account."""

    __tablename__ = "outside_line"
    __table_args__ = (
        UniqueConstraint("portfolio_id", "fingerprint"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        Index("ix_outside_line_portfolio_id_value_on", "portfolio_id", "value_on"),
        APPEND_ONLY,
    )

    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolio.id"))
    source: Mapped[str] = mapped_column(String(200))
    """Whose statement it is; never the lender's own."""
    firm: Mapped[str] = mapped_column(String(300))
    lender: Mapped[str] = mapped_column(String(200))
    """The legal person the money came from, by the name on the line where no paper knows it."""
    amount_minor: Mapped[int] = mapped_column(Minor)
    value_on: Mapped[date] = mapped_column(Date)
    iou_no: Mapped[str | None] = mapped_column(String(80))
    rate_ppm: Mapped[int | None] = mapped_column(Integer)
    payee: Mapped[str | None] = mapped_column(String(200))
    fingerprint: Mapped[str] = mapped_column(Digest)
    """SHA-256 over what it says and which of several equal lines it is: the same statement again adds nothing."""


class LineMatch(RecordedFact, Base):
    """The line is this payment: ``exact`` or ``tolerant`` by rule, ``accepted`` by a person. It counts while its fact
    does.
    """

    __tablename__ = "line_match"
    __table_args__ = (
        UniqueConstraint("fact_id"),
        CheckConstraint("kind IN ('exact', 'tolerant', 'accepted')", name="kind_known"),
        APPEND_ONLY,
    )

    line_id: Mapped[int] = mapped_column(ForeignKey("outside_line.id"), index=True)
    disbursement_id: Mapped[int] = mapped_column(ForeignKey("disbursement.id"), index=True)
    fact_id: Mapped[int] = mapped_column(ForeignKey("third_party_line.id"))
    kind: Mapped[str] = mapped_column(String(12))
    differs: Mapped[dict[str, Any]] = mapped_column(Json)
    """``{"in": ["day", …]}``: in what the two differed when they were matched."""


class LineProposal(RecordedFact, Base):
    """The line could be this payment: a person is asked."""

    __tablename__ = "line_proposal"
    __table_args__ = (UniqueConstraint("line_id", "disbursement_id"), APPEND_ONLY)

    line_id: Mapped[int] = mapped_column(ForeignKey("outside_line.id"))
    disbursement_id: Mapped[int] = mapped_column(ForeignKey("disbursement.id"), index=True)
    differs: Mapped[dict[str, Any]] = mapped_column(Json)


class LineRejection(RecordedFact, Base):
    """A person says that the line is not this payment, and why."""

    __tablename__ = "line_rejection"
    __table_args__ = (
        UniqueConstraint("line_id", "disbursement_id"),
        CheckConstraint("words <> ''", name="says_why"),
        APPEND_ONLY,
    )

    line_id: Mapped[int] = mapped_column(ForeignKey("outside_line.id"))
    disbursement_id: Mapped[int] = mapped_column(ForeignKey("disbursement.id"), index=True)
    words: Mapped[str] = mapped_column(String(300))

"""Snapshots: a portfolio's audit for two days, reckoned once and read by every page.

``known_on`` is the day our records are read at; ``facts_seq`` the portfolio's counter then, so that a page can tell
whether facts came in since.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.foundation.storage import Base, BigId, Instant, Json, Minor, SealedJson


class AuditSnapshot(Base):
    """The whole audit as ``flask audit --json`` prints it."""

    __tablename__ = "audit_snapshot"
    __table_args__ = (
        UniqueConstraint("portfolio_id", "as_of", "known_on", "facts_seq"),
        {"info": {"append_only": True}},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolio.id"))
    as_of: Mapped[date] = mapped_column(Date)
    known_on: Mapped[date] = mapped_column(Date)
    facts_seq: Mapped[int] = mapped_column(Integer)
    payload: Mapped[dict[str, Any]] = mapped_column(SealedJson)
    made_at: Mapped[datetime] = mapped_column(Instant)


class AuditLine(Base):
    """One bucket's share of one agreement: summing lines gives the ledger, listing them opens a figure."""

    __tablename__ = "audit_line"
    __table_args__ = (
        Index("ix_audit_line_bucket", "snapshot_id", "standing", "grade", "bucket", "amount_minor"),
        Index("ix_audit_line_agreement", "snapshot_id", "agreement_id"),
        {"info": {"append_only": True}},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("audit_snapshot.id"))
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"))
    grade: Mapped[str] = mapped_column(String(30))
    """The instrument whose ledger it stands in; grades are never added."""
    standing: Mapped[str] = mapped_column(String(12), default="member")
    """``member`` of the ledger; ``pre_event`` (会前存量) and ``late`` (补录) stand apart, in sums of their own."""
    bucket: Mapped[str] = mapped_column(String(4))
    amount_minor: Mapped[int] = mapped_column(Minor)
    verified_minor: Mapped[int] = mapped_column(Minor, default=0)
    band: Mapped[int] = mapped_column(Integer)
    """Age since signing: 0 is 0–30 days, then 31–90, 91–180, 181–360, 4 is over 360."""
    reason: Mapped[dict[str, Any] | None] = mapped_column(Json)
    position_id: Mapped[int | None] = mapped_column(ForeignKey("statement_position.id"))


class AuditRow(Base):
    """One agreement as one audit saw it: what list pages sort, filter and show without touching its facts.

    Amounts are minor units of the portfolio's currency; null is *not stated*, never zero.
    """

    __tablename__ = "audit_row"
    __table_args__ = (
        UniqueConstraint("snapshot_id", "agreement_id"),
        Index("ix_audit_row_signed", "snapshot_id", "grade", "signed_minor"),
        {"info": {"append_only": True}},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("audit_snapshot.id"))
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"))
    position_id: Mapped[int | None] = mapped_column(ForeignKey("statement_position.id"))
    statement_id: Mapped[int | None] = mapped_column(ForeignKey("statement.id"))
    public_key: Mapped[str] = mapped_column(String(120))
    external_id: Mapped[str] = mapped_column(String(160))
    firm: Mapped[str | None] = mapped_column(String(300))
    lender: Mapped[str | None] = mapped_column(String(200))
    branch: Mapped[str | None] = mapped_column(String(200))
    area_name: Mapped[str | None] = mapped_column(String(120))
    product: Mapped[str | None] = mapped_column(String(200))
    grade: Mapped[str] = mapped_column(String(30))
    """Empty for an agreement that a statement names without a signing day: it stands in no ledger."""
    standing: Mapped[str] = mapped_column(String(12))
    status: Mapped[str] = mapped_column(String(80))
    """The stage derived for that day (cases), or the status the statement gives."""
    band: Mapped[int | None] = mapped_column(Integer)
    signed_on: Mapped[date | None] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date)
    """The agreed day of payment after its cap (cases), the closing day (statements)."""
    signed_minor: Mapped[int | None] = mapped_column(Minor)
    paid: Mapped[bool]
    """Whether any source says that money left."""
    paid_minor: Mapped[int | None] = mapped_column(Minor)
    verified_minor: Mapped[int] = mapped_column(Minor, default=0)
    open_minor: Mapped[int | None] = mapped_column(Minor)
    """Signed, and neither paid nor closed: what is still waited for or unexplained."""
    buckets: Mapped[dict[str, Any]] = mapped_column(Json)
    """Bucket → minor units."""
    detail: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """Cases: due day, excess, cumulative draws, the net-new reckoning and every disbursement reconciled."""
    search: Mapped[str] = mapped_column(Text)
    """Case-folded words that a search looks in."""

"""A credit decision with its terms, and everything that was ever done with it. No amount here is signed or paid."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.foundation.storage import Base, BigId, Instant, Json, Minor

OPEN = ("draft", "submitted", "approved")
"""States in which a decision stands for its referral; there is one such decision per referral."""
_OPEN = text("state IN ('draft', 'submitted', 'approved')")


class CreditDecision(Base):
    """What the bank ``bank_id`` (the branch that works on it) decides for the firm ``firm_id`` on one referral."""

    __tablename__ = "credit_decision"
    __table_args__ = (
        CheckConstraint(
            "state IN ('draft', 'submitted', 'approved', 'refused', 'discarded', 'turned_down', 'revoked', 'lapsed')",
            name="state_known",
        ),
        CheckConstraint("line_minor IS NULL OR line_minor > 0", name="line_positive"),
        CheckConstraint("lpr_tenor IN ('', '1Y', '5Y')", name="tenor_known"),
        # a draft may lack anything; a line that a signing can draw on lacks nothing
        CheckConstraint(
            "state <> 'approved' OR (line_minor IS NOT NULL AND expires_on IS NOT NULL AND rate_ppm IS NOT NULL "
            "AND term_months > 0 AND decided_on IS NOT NULL)",
            name="approved_is_complete",
        ),
        # 未获批 has its coded reason
        CheckConstraint(
            "state <> 'refused' OR (reason_code <> '' AND decided_on IS NOT NULL)", name="refused_says_why"
        ),
        CheckConstraint("decided_by = '' OR decided_by <> submitted_by", name="maker_is_not_checker"),
        CheckConstraint("version > 0", name="version_counts"),
        Index("uq_credit_decision_open", "referral_key", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_credit_decision_bank_id_id", "bank_id", "id"),
        Index("ix_credit_decision_firm_id_id", "firm_id", "id"),
        Index("ix_credit_decision_state_expires_on", "state", "expires_on"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_key: Mapped[str] = mapped_column(String(120), unique=True)
    referral_key: Mapped[str] = mapped_column(String(120))
    need_key: Mapped[str] = mapped_column(String(120))
    need_minor: Mapped[int] = mapped_column(Minor)
    """What the firm asked for when the bank began to decide."""
    firm_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    bank_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    product: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(12))
    version: Mapped[int] = mapped_column(Integer, default=1)
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    line_minor: Mapped[int | None] = mapped_column(Minor)
    revolving: Mapped[bool] = mapped_column(default=False)
    term_months: Mapped[int | None] = mapped_column(Integer)
    conditions: Mapped[dict[str, Any]] = mapped_column(Json)
    """``{"items": [{"holder", "words"}]}``: what has to be met before money is paid, and who holds it."""
    expires_on: Mapped[date | None] = mapped_column(Date)
    """Last day on which a paper can be signed under it."""
    lpr_tenor: Mapped[str] = mapped_column(String(2), default="")
    lpr_on: Mapped[date | None] = mapped_column(Date)
    """The day of the fixing that the yearly rate stands on."""
    spread_bp: Mapped[int | None] = mapped_column(Integer)
    rate_ppm: Mapped[int | None] = mapped_column(Integer)
    """The yearly rate, LPR ± bp, reckoned when the terms were last written."""
    reason_code: Mapped[str] = mapped_column(String(40), default="")
    reason_words: Mapped[str] = mapped_column(String(1000), default="")
    reason_version: Mapped[int | None] = mapped_column(Integer)
    """Version of the list of reasons that ``reason_code`` was chosen from."""
    submitted_by: Mapped[str] = mapped_column(String(80), default="")
    decided_by: Mapped[str] = mapped_column(String(80), default="")
    decided_on: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(Instant)


class DecisionEvent(Base):
    """Somebody did something with a decision. ``number`` is its version afterwards."""

    __tablename__ = "credit_decision_event"
    __table_args__ = (UniqueConstraint("decision_id", "number"), {"info": {"append_only": True}})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("credit_decision.id"))
    number: Mapped[int] = mapped_column(Integer)
    action: Mapped[str] = mapped_column(String(16))
    before: Mapped[str] = mapped_column(String(12), default="")
    after: Mapped[str] = mapped_column(String(12))
    role: Mapped[str] = mapped_column(String(24))
    actor: Mapped[str] = mapped_column(String(80))
    words: Mapped[str] = mapped_column(String(1000), default="")
    terms: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """The terms as they were submitted; None for every other action."""
    recorded_at: Mapped[datetime] = mapped_column(Instant)

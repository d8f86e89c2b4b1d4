"""A need, and everything that was ever done with it.

The row holds the present terms and state; each change raises ``version`` and leaves an event that is never changed.
No amount here is a loan: what a bank signs or pays out is told elsewhere.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.foundation.storage import Base, BigId, Instant, Json, Minor

STATES = (
    "draft", "returned", "posted", "discarded", "verified", "listed", "referred", "contracted", "closed", "withdrawn",
    "expired", "merged",
)  # fmt: skip
"""Set by whom: ``domain/states.py``, NEED."""
PURPOSES = (
    "materials", "orders", "seasonal_purchase", "running_costs", "equipment", "premises", "renewal", "other_purpose",
)  # fmt: skip
UNITS = ("wan", "yuan")
GUARANTEES = ("credit", "surety", "mortgage", "pledge")
"""What a firm can offer; 组合 is what a bank makes of several."""
ENTERED_BY = ("firm", "bureau")


class Need(Base):
    """One need of one firm."""

    __tablename__ = "need"
    __table_args__ = (
        CheckConstraint(
            "state IN ('draft', 'returned', 'posted', 'discarded', 'verified', 'listed', 'referred', 'contracted', "
            "'closed', 'withdrawn', 'expired', 'merged')",
            name="state_known",
        ),
        # a draft may lack anything; what others read lacks nothing
        CheckConstraint(
            "state NOT IN ('posted', 'verified', 'listed', 'referred', 'contracted', 'closed') OR "
            "(amount_minor IS NOT NULL AND amount_minor > 0 AND term_months IS NOT NULL AND term_months > 0 "
            "AND purpose <> '' AND loan_kind <> '' AND posted_on IS NOT NULL AND expires_on IS NOT NULL)",
            name="posted_is_complete",
        ),
        # an amount is never kept without the unit it was typed in
        CheckConstraint("(amount_minor IS NULL) = (amount_unit = '')", name="amount_has_its_unit"),
        CheckConstraint("amount_unit IN ('', 'wan', 'yuan')", name="unit_known"),
        CheckConstraint("entered_by IN ('firm', 'bureau')", name="entered_by_known"),
        CheckConstraint("version > 0", name="version_counts"),
        Index("ix_need_organisation_id_id", "organisation_id", "id"),
        Index("ix_need_area_code_state_id", "area_code", "state", "id"),
        Index("ix_need_state_expires_on", "state", "expires_on"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_key: Mapped[str] = mapped_column(String(120), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    """The firm."""
    state: Mapped[str] = mapped_column(String(12))
    version: Mapped[int] = mapped_column(Integer, default=1)
    """Raised with every change; a page sends back the one it was made from."""
    amount_minor: Mapped[int | None] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    amount_unit: Mapped[str] = mapped_column(String(8), default="")
    """The unit that the person chose when typing: ``wan`` or ``yuan``; empty where there is no amount."""
    amount_confirmed: Mapped[bool] = mapped_column(default=False)
    """The person was asked whether the unit is right, and said that the amount stands."""
    term_months: Mapped[int | None] = mapped_column(Integer)
    purpose: Mapped[str] = mapped_column(String(24), default="")
    purpose_words: Mapped[str] = mapped_column(String(300), default="")
    loan_kind: Mapped[str] = mapped_column(String(24), default="")
    guarantees: Mapped[dict[str, Any]] = mapped_column(Json)
    """``{"modes": […]}``, sorted: what the firm can offer."""
    rate_ceiling_ppm: Mapped[int | None] = mapped_column(Integer)
    """The highest yearly rate it would take; None states no wish."""
    needed_by: Mapped[date | None] = mapped_column(Date)
    answers: Mapped[dict[str, Any]] = mapped_column(Json, default=dict, server_default="{}")
    """What criteria ask beside (``matching.criteria.ASKS``), as ``matching.rules.rules_json`` writes it."""
    area_code: Mapped[str] = mapped_column(String(40))
    """County of the firm, as its profile said when the terms were last written."""
    zone_code: Mapped[str | None] = mapped_column(ForeignKey("zone.code"))
    entered_by: Mapped[str] = mapped_column(String(8))
    """Who wrote it: the firm itself, or the bureau for it (代录)."""
    posted_on: Mapped[date | None] = mapped_column(Date)
    """Business day of the last posting."""
    expires_on: Mapped[date | None] = mapped_column(Date)
    """Last day on which it stands without news; set with ``posted_on``."""
    created_at: Mapped[datetime] = mapped_column(Instant)


class NeedEvent(Base):
    """Somebody did something with a need. ``number`` is the need's version afterwards, so no two follow one another
    from the same version."""

    __tablename__ = "need_event"
    __table_args__ = (UniqueConstraint("need_id", "number"), {"info": {"append_only": True}})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"))
    number: Mapped[int] = mapped_column(Integer)
    action: Mapped[str] = mapped_column(String(16))
    """``start``, or an action of the table NEED."""
    before: Mapped[str] = mapped_column(String(12), default="")
    after: Mapped[str] = mapped_column(String(12))
    role: Mapped[str] = mapped_column(String(24))
    actor: Mapped[str] = mapped_column(String(80))
    words: Mapped[str] = mapped_column(String(1000), default="")
    terms: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """The terms as they were posted; None for every other action."""
    recorded_at: Mapped[datetime] = mapped_column(Instant)

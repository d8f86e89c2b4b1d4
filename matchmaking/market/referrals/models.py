"""A referral, everything that was ever done with it, and the coded reason where it was declined.

The row copies what the bank may see before the firm's file is open (amount, term, industry, county), so that a list
needs no look at the firm. No amount here is a loan.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.foundation.storage import Base, BigId, Instant, Minor

LIVE = ("claimed", "sent", "accepted", "diligence", "deciding", "approved", "signed")
"""States in which the need stands at the bank; all others have ended. Set by whom: ``domain/states.py``, REFERRAL."""
OPENED = ("accepted", "diligence", "deciding", "approved", "signed")
"""States in which the firm's name and file are open to the bank, as long as the firm's consent is."""
STATES = (
    *LIVE, "declined", "refused", "withdrawn", "transferred", "released", "terminated", "lapsed", "merged",
)  # fmt: skip
SENT_BY = ("firm", "bureau")
ONE_LIVE = text(f"state IN ({', '.join(repr(state) for state in LIVE)})")


class Referral(Base):
    """One need at one bank, for one version of a product."""

    __tablename__ = "referral"
    __table_args__ = (
        CheckConstraint(f"state IN ({', '.join(repr(state) for state in STATES)})", name="state_known"),
        CheckConstraint("sent_by IN ('firm', 'bureau')", name="sent_by_known"),
        CheckConstraint("version > 0", name="version_counts"),
        CheckConstraint("amount_minor > 0 AND term_months > 0", name="asks_for_something"),
        CheckConstraint("due_on >= sent_on", name="due_after_it_was_sent"),
        CheckConstraint("turn IN ('with_bank', 'with_firm', 'with_third', 'stopped')", name="turn_known"),
        # a need stands once at a bank, whichever of its branches has it
        Index("uq_referral_one_live", "need_id", "legal_person_id", unique=True, sqlite_where=ONE_LIVE,
              postgresql_where=ONE_LIVE),
        Index("ix_referral_need_id", "need_id"),
        Index("ix_referral_organisation_id_state_due_on", "organisation_id", "state", "due_on"),
        Index("ix_referral_state_sent_on", "state", "sent_on"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_key: Mapped[str] = mapped_column(String(120), unique=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    """The bank, or the branch of it, that has the need now."""
    legal_person_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    """The bank as a legal person; never changes."""
    product_version_id: Mapped[int] = mapped_column(ForeignKey("product_version.id"))
    recommendation_id: Mapped[int | None] = mapped_column(ForeignKey("recommendation.id"))
    """What matching said; None where the firm wants no automated ranking."""
    points: Mapped[int | None] = mapped_column(Integer)
    """Thousandths of points, from the recommendation."""
    state: Mapped[str] = mapped_column(String(12))
    version: Mapped[int] = mapped_column(Integer, default=1)
    """Raised with every change; a page sends back the one it was made from."""
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    """Who in the branch works on it; None while nobody was named."""
    sent_by: Mapped[str] = mapped_column(String(8))
    sent_on: Mapped[date] = mapped_column(Date)
    """Business day."""
    due_on: Mapped[date] = mapped_column(Date)
    """The last day on which the bank's answer is in time; moved by the workdays on which its clock stood."""
    decide_by: Mapped[date | None] = mapped_column(Date)
    """After accepting, the last day on which its decision is in time, moved likewise; None before."""
    turn: Mapped[str] = mapped_column(String(10), default="with_bank", server_default="with_bank")
    """Whose turn it is; set by what was done, see the table TURN."""
    turn_on: Mapped[date | None] = mapped_column(Date)
    """Since when; None: since it was sent."""
    answered_on: Mapped[date | None] = mapped_column(Date)
    """When the bank accepted or declined; None while it said neither."""
    amount_minor: Mapped[int] = mapped_column(Minor)
    """What the need asked for on the day it was sent."""
    currency: Mapped[str] = mapped_column(String(3))
    term_months: Mapped[int] = mapped_column(Integer)
    industry_code: Mapped[str | None] = mapped_column(String(8))
    area_code: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(Instant)


class ReferralEvent(Base):
    """Somebody did something with a referral. ``number`` is its version afterwards."""

    __tablename__ = "referral_event"
    __table_args__ = (UniqueConstraint("referral_id", "number"), {"info": {"append_only": True}})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    number: Mapped[int] = mapped_column(Integer)
    action: Mapped[str] = mapped_column(String(16))
    """``send``, or an action of the table REFERRAL."""
    before: Mapped[str] = mapped_column(String(12), default="")
    after: Mapped[str] = mapped_column(String(12))
    role: Mapped[str] = mapped_column(String(24))
    actor: Mapped[str] = mapped_column(String(80))
    words: Mapped[str] = mapped_column(String(1000), default="")
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    """Which branch has it afterwards."""
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class ReferralTurn(Base):
    """Whose turn it became, when, through whom and why. ``number`` is the referral's version afterwards."""

    __tablename__ = "referral_turn"
    __table_args__ = (
        UniqueConstraint("referral_id", "number"),
        CheckConstraint("after IN ('with_bank', 'with_firm', 'with_third', 'stopped')", name="turn_known"),
        # the bank's clock is never stopped without a coded reason and words
        CheckConstraint(
            "action NOT IN ('ask_firm', 'await_third') OR (reason_code <> '' AND words <> '')", name="pause_says_why"
        ),
        {"info": {"append_only": True}},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    number: Mapped[int] = mapped_column(Integer)
    action: Mapped[str] = mapped_column(String(16))
    before: Mapped[str] = mapped_column(String(10))
    after: Mapped[str] = mapped_column(String(10))
    reason_code: Mapped[str] = mapped_column(String(40), default="")
    """Of :data:`turns.ASKED` or :data:`turns.AWAITED`."""
    words: Mapped[str] = mapped_column(String(1000), default="")
    on_day: Mapped[date] = mapped_column(Date)
    """Business day."""
    role: Mapped[str] = mapped_column(String(24))
    actor: Mapped[str] = mapped_column(String(80))
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class ReferralDecline(Base):
    """Why the bank declined, did not approve or ended it. The firm and that bank read all of it, government readers the
    group only. One that was taken back keeps its row and gets a :class:`ReferralDeclineUndo`."""

    __tablename__ = "referral_decline"
    __table_args__ = (
        Index("ix_referral_decline_referral_id", "referral_id"),
        CheckConstraint("reason_code <> '' AND reason_group <> ''", name="reason_is_coded"),
        {"info": {"append_only": True}},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    list_version: Mapped[int] = mapped_column(Integer)
    reason_group: Mapped[str] = mapped_column(String(24))
    reason_code: Mapped[str] = mapped_column(String(40))
    words: Mapped[str] = mapped_column(String(1000), default="")
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(80))


class ReferralDeclineUndo(Base):
    """A decline was taken back within the minutes allowed: a later fact, the decline itself stays."""

    __tablename__ = "referral_decline_undo"
    __table_args__ = (UniqueConstraint("decline_id"), {"info": {"append_only": True}})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    decline_id: Mapped[int] = mapped_column(ForeignKey("referral_decline.id"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(80))

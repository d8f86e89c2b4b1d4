"""What the evening reckoned of every bank from one stored audit, and what banks say to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.foundation.storage import Base, BigId, Instant, Json, Minor

APPEND_ONLY = {"info": {"append_only": True}}


class BankStanding(Base):
    """One bank in one audit. Amounts in minor units of loan contracts in the ledger; shares in parts per million.

    ``cases``: loan contracts whose agreed day has come. The estimate is None where ``why`` says so: few cases of its
    own, or too few of others.
    """

    __tablename__ = "bank_standing"
    __table_args__ = (
        UniqueConstraint("snapshot_id", "lender"),
        CheckConstraint("why IN ('', 'few', 'alone')", name="why_known"),
        CheckConstraint("band IN ('', 'above', 'level', 'below')", name="band_known"),
        # either the whole estimate, or the reason why there is none
        CheckConstraint(
            "(why = '') = (band <> '') AND (why = '') = (share_ppm IS NOT NULL AND expected_ppm IS NOT NULL AND "
            "low95_ppm IS NOT NULL AND low80_ppm IS NOT NULL AND high80_ppm IS NOT NULL AND high95_ppm IS NOT NULL)",
            name="estimate_is_whole",
        ),
        APPEND_ONLY,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("audit_snapshot.id"))
    lender: Mapped[str] = mapped_column(String(200))
    signed: Mapped[dict[str, Any]] = mapped_column(Json)
    """Grade → minor units signed; grades are never added."""
    contracts: Mapped[int] = mapped_column(Integer)
    signed_minor: Mapped[int] = mapped_column(Minor)
    reported_minor: Mapped[int] = mapped_column(Minor)
    verified_minor: Mapped[int] = mapped_column(Minor)
    cases: Mapped[int] = mapped_column(Integer)
    why: Mapped[str] = mapped_column(String(8))
    band: Mapped[str] = mapped_column(String(8))
    observed_ppm: Mapped[int | None] = mapped_column(Integer)
    expected_ppm: Mapped[int | None] = mapped_column(Integer)
    share_ppm: Mapped[int | None] = mapped_column(Integer)
    """The observed share drawn towards the expected one, the more the fewer its cases."""
    low95_ppm: Mapped[int | None] = mapped_column(Integer)
    low80_ppm: Mapped[int | None] = mapped_column(Integer)
    high80_ppm: Mapped[int | None] = mapped_column(Integer)
    high95_ppm: Mapped[int | None] = mapped_column(Integer)
    prior_milli: Mapped[int | None] = mapped_column(Integer)
    """How many thousandths of a case the expectation weighs."""
    made_at: Mapped[datetime] = mapped_column(Instant)


class BankCase(Base):
    """One contract as the comparison saw it. ``expected_ppm`` is None where nothing is said of the bank."""

    __tablename__ = "bank_case"
    __table_args__ = (UniqueConstraint("standing_id", "agreement_id"), APPEND_ONLY)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    standing_id: Mapped[int] = mapped_column(ForeignKey("bank_standing.id"))
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"))
    signed_minor: Mapped[int] = mapped_column(Minor)
    """Less what was merged with another paper or passed on into a later one."""
    verified_minor: Mapped[int] = mapped_column(Minor)
    paid_ppm: Mapped[int] = mapped_column(Integer)
    expected_ppm: Mapped[int | None] = mapped_column(Integer)
    kind: Mapped[dict[str, Any]] = mapped_column(Json)
    """Factor → level, and the further ways to split (``facts.CUTS``)."""
    shifts: Mapped[dict[str, Any]] = mapped_column(Json)
    """Factor → parts per million by which this level alone moves the base share."""


class BankComment(Base):
    """The bank's word on its standing (N12), printed beside it as it was given; never rewritten."""

    __tablename__ = "bank_comment"
    __table_args__ = (CheckConstraint("words <> ''", name="says_something"), APPEND_ONLY)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolio.id"), index=True)
    standing_id: Mapped[int] = mapped_column(ForeignKey("bank_standing.id"))
    """The reckoning it was given on."""
    lender: Mapped[str] = mapped_column(String(200))
    words: Mapped[str] = mapped_column(String(1000))
    said_at: Mapped[datetime] = mapped_column(Instant)
    said_by: Mapped[str] = mapped_column(String(80))

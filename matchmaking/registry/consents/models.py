"""A consent and its end, each a row that is never changed: what was shown under it stays on record."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.foundation.storage import Base, BigId, Digest, Instant, Json

PURPOSES = ("share_dossier", "return_credit_information")
"""The firm's file to the institution; loan information from the institution to this platform."""


class Consent(Base):
    """One firm (or a person behind it) lets one institution do one thing, for a time."""

    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint("purpose IN ('share_dossier', 'return_credit_information')", name="purpose_known"),
        CheckConstraint("manner IN ('online', 'paper')", name="manner_known"),
        # every consent ends by itself
        CheckConstraint("expires_on > given_on", name="runs_for_a_time"),
        # a paper consent counts when its scan is here, not before
        CheckConstraint("manner = 'online' OR evidence_sha256 IS NOT NULL", name="paper_has_its_scan"),
        CheckConstraint("shown <> ''", name="words_were_shown"),
        Index("ix_consent_enterprise_id_organisation_id_purpose", "enterprise_id", "organisation_id", "purpose"),
        Index("ix_consent_organisation_id", "organisation_id"),
        {"info": {"append_only": True}},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_key: Mapped[str] = mapped_column(String(120), unique=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise_person.id"))
    """Whose consent it is when not the firm's own: an owner or spouse who borrows gives their own."""
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    """The legal person, branches included; 农商行 and 村镇银行 are legal persons of their own."""
    purpose: Mapped[str] = mapped_column(String(40))
    scope: Mapped[dict[str, Any]] = mapped_column(Json)
    """``{}`` for everything under the purpose, or ``{"needs": [public keys]}``."""
    given_on: Mapped[date] = mapped_column(Date)
    expires_on: Mapped[date] = mapped_column(Date)
    """The last day on which it holds."""
    manner: Mapped[str] = mapped_column(String(8))
    text_version: Mapped[int] = mapped_column(Integer)
    language: Mapped[str] = mapped_column(String(8))
    shown: Mapped[str] = mapped_column(Text)
    """The very words that were agreed to."""
    evidence_sha256: Mapped[str | None] = mapped_column(Digest)
    batch: Mapped[str] = mapped_column(String(80), default="")
    """Under which an event's papers were scanned together."""
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(80))


class ConsentRevocation(Base):
    """The consent ends with ``revoked_on``: nothing more is opened or reported; what was recorded under it stays."""

    __tablename__ = "consent_revocation"
    __table_args__ = (UniqueConstraint("consent_id"), {"info": {"append_only": True}})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    consent_id: Mapped[int] = mapped_column(ForeignKey("consent.id"))
    revoked_on: Mapped[date] = mapped_column(Date)
    words: Mapped[str] = mapped_column(String(300), default="")
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(80))

"""Evidence: which files are kept, and what each of them proves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.foundation.storage import Base, BigId, Digest, Instant


class EvidenceFile(Base):
    """One file by its content. The same bytes sent twice are one row."""

    __tablename__ = "evidence_file"
    __table_args__ = {"info": {"append_only": True}}

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sha256: Mapped[str] = mapped_column(Digest, unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    """Bytes."""
    kind: Mapped[str] = mapped_column(String(12))
    """What its first bytes say it is, a key of ``signatures.MEDIA``; never what the sender claimed."""
    at: Mapped[datetime] = mapped_column(Instant)


class EvidenceLink(Base):
    """A file in support of a subject, under the name and the caption its sender gave. One file may support several."""

    __tablename__ = "evidence_link"
    __table_args__ = (
        Index("ix_evidence_link_subject", "subject", "id"),
        {"info": {"append_only": True}},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject: Mapped[str] = mapped_column(String(160))
    """A code such as ``statement:12``."""
    sha256: Mapped[str] = mapped_column(ForeignKey("evidence_file.sha256"))
    name: Mapped[str] = mapped_column(String(200))
    """For display only; no path on disk is ever made from it."""
    words: Mapped[str] = mapped_column(String(200))
    actor: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(Instant)

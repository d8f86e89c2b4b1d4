"""The reading log: who opened what that is not everybody's to read (B05).

A page that shows such a thing writes here before it shows it. This and a session's last-seen instant are all that a GET
may write, on a connection of their own: what the page reads stays a plain reading transaction.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from matchmaking.foundation.access.viewer import Viewer
from matchmaking.foundation.storage import Base, BigId, Instant, engine
from matchmaking.foundation.storage.engine import begin_statement


class AccessLog(Base):
    """Somebody read something."""

    __tablename__ = "access_log"
    __table_args__ = (Index("ix_access_log_subject", "subject", "id"), {"info": {"append_only": True}})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    actor: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(40))
    organisation_id: Mapped[int | None] = mapped_column(BigInteger)
    """For whom the reader worked; a number, not a key: this room stands below the organisations."""
    subject: Mapped[str] = mapped_column(String(160))
    """``enterprise:<key>``: whose it is."""
    under: Mapped[str] = mapped_column(String(160))
    """``referral:<key>``: by what right it was opened."""
    at: Mapped[datetime] = mapped_column(Instant)


def log_reading(viewer: Viewer, *, subject: str, under: str, at: datetime) -> None:
    """Write one reading, committed when this returns; where it cannot be written nothing may be shown."""
    token = begin_statement.set("BEGIN IMMEDIATE")
    try:
        with engine().begin() as connection:
            connection.execute(
                AccessLog.__table__.insert().values(  # type: ignore[attr-defined]
                    actor=viewer.actor,
                    role=viewer.role.value,
                    organisation_id=viewer.organisation_id,
                    subject=subject,
                    under=under,
                    at=at,
                )  # fmt: skip
            )
    finally:
        begin_statement.reset(token)


def readings_of(session: Session, subject: str, *, limit: int = 50) -> list[AccessLog]:
    """Who read it, the latest first."""
    wanted = select(AccessLog).where(AccessLog.subject == subject).order_by(AccessLog.id.desc()).limit(limit)
    return list(session.scalars(wanted))

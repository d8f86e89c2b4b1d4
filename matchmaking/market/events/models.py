"""A meeting where firms and banks met, who was invited, and its sign-in sheet.

``public_key`` is what a signed paper names as its event. The sheet freezes at the end of ``freezes_on``, three workdays
after the meeting; whoever is entered later is 补录 and never joins the frozen cohort.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.foundation.storage import Base, BigId, Digest, Instant

KINDS = ("matching", "regular")
"""对接会 and 常态化对接会: figures of the two come from different activities and are never added."""
STATES = ("open", "frozen")
APPEND_ONLY = {"info": {"append_only": True}}


class EventFact:
    """Columns of every appended row: the event, when it was recorded and by whom."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(80))


class Event(Base):
    """One meeting. What it is, and when it was, never changes after it is recorded."""

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("kind IN ('matching', 'regular')", name="kind_known"),
        CheckConstraint("state IN ('open', 'frozen')", name="state_known"),
        CheckConstraint("number <> '' AND name <> '' AND place <> ''", name="named"),
        CheckConstraint("freezes_on > held_on", name="freezes_after_it"),
        CheckConstraint("version > 0", name="version_counts"),
        # a frozen sheet says when, with how many, and by which hash; an open one says none of it
        CheckConstraint(
            "(state = 'frozen') = (frozen_at IS NOT NULL AND sheet_sha256 IS NOT NULL AND firms IS NOT NULL "
            "AND banks IS NOT NULL)",
            name="frozen_is_complete",
        ),
        Index("ix_event_held_on_id", "held_on", "id"),
        Index("ix_event_state_freezes_on", "state", "freezes_on"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_key: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    number: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    held_on: Mapped[date] = mapped_column(Date)
    """Its day, the first if it ran for several."""
    place: Mapped[str] = mapped_column(String(200))
    area_code: Mapped[str] = mapped_column(String(40))
    """The county it was for, or ``*`` for one of the whole city."""
    freezes_on: Mapped[date] = mapped_column(Date)
    """The last day on which the sheet takes names."""
    state: Mapped[str] = mapped_column(String(8))
    version: Mapped[int] = mapped_column(Integer, default=1)
    """Raised with every change; a page sends back the one it was made from."""
    frozen_at: Mapped[datetime | None] = mapped_column(Instant)
    firms: Mapped[int | None] = mapped_column(Integer)
    banks: Mapped[int | None] = mapped_column(Integer)
    sheet_sha256: Mapped[str | None] = mapped_column(Digest)
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[str] = mapped_column(String(80))


class EventInvitation(EventFact, Base):
    """A firm or bank was asked to come."""

    __tablename__ = "event_invitation"
    __table_args__ = (
        UniqueConstraint("event_id", "organisation_id"),
        Index("ix_event_invitation_organisation_id", "organisation_id"),
        APPEND_ONLY,
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))


class EventAttendance(EventFact, Base):
    """A firm or bank signed in. ``late`` rows (补录) were entered after the sheet froze."""

    __tablename__ = "event_attendance"
    __table_args__ = (
        CheckConstraint("side IN ('enterprise', 'bank')", name="side_known"),
        CheckConstraint("NOT late OR words <> ''", name="late_says_why"),
        Index("ix_event_attendance_event_id", "event_id", "id"),
        Index("ix_event_attendance_organisation_id", "organisation_id", "event_id"),
        APPEND_ONLY,
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    side: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(200))
    """As it stood on the sheet."""
    entered_on: Mapped[date] = mapped_column(Date)
    late: Mapped[bool] = mapped_column(default=False)
    words: Mapped[str] = mapped_column(String(300), default="")
    """Why it is entered only now; empty for those entered in time."""


class EventAttendanceStruck(Base):
    """A name entered by mistake was struck before the sheet froze; it counts in nothing."""

    __tablename__ = "event_attendance_struck"
    __table_args__ = (UniqueConstraint("attendance_id"), APPEND_ONLY)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    attendance_id: Mapped[int] = mapped_column(ForeignKey("event_attendance.id"))
    words: Mapped[str] = mapped_column(String(300))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(80))

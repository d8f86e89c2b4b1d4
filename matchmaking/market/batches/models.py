"""A list of recommended firms, its members with their five tests, and what is said of it once it stands frozen.

Only :class:`Batch` is ever changed, and only until it freezes. Members are appended; one struck from a draft keeps its
row. After the freeze nothing joins or leaves: a correction is a :class:`BatchRestatement` beside it.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.foundation.storage import Base, BigId, Digest, Instant, Minor

KINDS = ("city", "upward")
"""To the banks of the city, or to the province's department (向上推荐)."""
STATES = ("draft", "frozen", "discarded")
TESTS = ("lawful", "premises", "true_need", "credit", "lawful_use")
"""The five tests of a recommended firm: 合规持续经营, 固定经营场所, 真实融资需求, 信用状况良好, 贷款用途合规."""
VERDICTS = ("passed", "failed", "unknown")
OUTCOMES = ("accepted", "declined", "unknown")
UNITS = ("wan", "yuan")
APPEND_ONLY = {"info": {"append_only": True}}


class BatchFact:
    """Columns of every appended row: when it was recorded and by whom."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(80))


class Batch(Base):
    """One list (批次)."""

    __tablename__ = "batch"
    __table_args__ = (
        CheckConstraint("kind IN ('city', 'upward')", name="kind_known"),
        CheckConstraint("state IN ('draft', 'frozen', 'discarded')", name="state_known"),
        CheckConstraint("number <> '' AND title <> ''", name="named"),
        CheckConstraint("version > 0", name="version_counts"),
        # what stands frozen says since when, with how many firms and yuan, and by which hash; a draft says none of it
        CheckConstraint(
            "(state = 'frozen') = (frozen_on IS NOT NULL AND membership_sha256 IS NOT NULL AND members > 0 "
            "AND asked_minor > 0)",
            name="frozen_is_complete",
        ),
        Index("ix_batch_kind_id", "kind", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_key: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(8))
    number: Mapped[str] = mapped_column(String(40), unique=True)
    """As the notice numbers it, such as ``2026-01``."""
    title: Mapped[str] = mapped_column(String(200))
    recipient: Mapped[str] = mapped_column(String(200), default="")
    """To whom it goes: the city's banks, or the province's department by name."""
    area_code: Mapped[str] = mapped_column(String(40))
    """Whose list it is: a county, or ``*`` for the city's."""
    state: Mapped[str] = mapped_column(String(12))
    version: Mapped[int] = mapped_column(Integer, default=1)
    """Raised with every change; a page sends back the one it was made from."""
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    frozen_on: Mapped[date | None] = mapped_column(Date)
    members: Mapped[int | None] = mapped_column(Integer)
    asked_minor: Mapped[int | None] = mapped_column(Minor)
    membership_sha256: Mapped[str | None] = mapped_column(Digest)
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[str] = mapped_column(String(80))


class BatchMember(BatchFact, Base):
    """One firm on a list with the amount it asks for, as it was entered."""

    __tablename__ = "batch_member"
    __table_args__ = (
        CheckConstraint("asked_minor > 0", name="amount_positive"),
        CheckConstraint("asked_unit IN ('wan', 'yuan')", name="amount_has_its_unit"),
        UniqueConstraint("batch_id", "position"),
        Index("ix_batch_member_organisation_id", "organisation_id"),
        APPEND_ONLY,
    )

    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"))
    position: Mapped[int] = mapped_column(Integer)
    """1, 2, 3 … in the order of entry."""
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    uscc: Mapped[str] = mapped_column(String(18))
    name: Mapped[str] = mapped_column(String(200))
    """As the list has it; the firm may be called otherwise later."""
    area_code: Mapped[str] = mapped_column(String(40))
    """The firm's county on the day of entry."""
    asked_minor: Mapped[int] = mapped_column(Minor)
    asked_unit: Mapped[str] = mapped_column(String(8))
    amount_confirmed: Mapped[bool] = mapped_column(default=False)
    """The person was asked whether the unit is right, and said that the amount stands."""
    need_key: Mapped[str | None] = mapped_column(ForeignKey("need.public_key"))
    """The posted need behind it, where there is one."""


class BatchMemberStruck(BatchFact, Base):
    """The member was taken off the draft again; it counts in nothing."""

    __tablename__ = "batch_member_struck"
    __table_args__ = (UniqueConstraint("member_id"), APPEND_ONLY)

    member_id: Mapped[int] = mapped_column(ForeignKey("batch_member.id"))
    words: Mapped[str] = mapped_column(String(300))


class BatchTest(BatchFact, Base):
    """What was found of one test for one member; of several the latest holds. Nobody looked: there is no row."""

    __tablename__ = "batch_test"
    __table_args__ = (
        CheckConstraint("test IN ('lawful', 'premises', 'true_need', 'credit', 'lawful_use')", name="test_known"),
        CheckConstraint("verdict IN ('passed', 'failed', 'unknown')", name="verdict_known"),
        # what passed or failed says on what
        CheckConstraint("verdict = 'unknown' OR words <> ''", name="verdict_has_its_ground"),
        Index("ix_batch_test_member_id", "member_id", "id"),
        APPEND_ONLY,
    )

    member_id: Mapped[int] = mapped_column(ForeignKey("batch_member.id"))
    test: Mapped[str] = mapped_column(String(12))
    verdict: Mapped[str] = mapped_column(String(8))
    words: Mapped[str] = mapped_column(String(300), default="")
    """What it rests on: the paper seen, the register looked up, the visit."""


class BatchRestatement(BatchFact, Base):
    """更正: dated, beside the frozen list, with its cause and the difference it makes. The list itself stays."""

    __tablename__ = "batch_restatement"
    __table_args__ = (
        CheckConstraint("cause <> ''", name="cause_given"),
        CheckConstraint("difference_members <> 0 OR difference_minor <> 0", name="says_a_difference"),
        Index("ix_batch_restatement_batch_id", "batch_id", "id"),
        APPEND_ONLY,
    )

    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("batch_member.id"))
    """The member it is about; None for a firm that the list lacks."""
    on_day: Mapped[date] = mapped_column(Date)
    cause: Mapped[str] = mapped_column(String(500))
    difference_members: Mapped[int] = mapped_column(Integer)
    difference_minor: Mapped[int] = mapped_column(Minor)


class BatchOutcome(BatchFact, Base):
    """What the province answered about one member of an upward list; of several the latest holds."""

    __tablename__ = "batch_outcome"
    __table_args__ = (
        CheckConstraint("outcome IN ('accepted', 'declined', 'unknown')", name="outcome_known"),
        CheckConstraint("outcome <> 'declined' OR words <> ''", name="declined_says_why"),
        Index("ix_batch_outcome_member_id", "member_id", "id"),
        APPEND_ONLY,
    )

    member_id: Mapped[int] = mapped_column(ForeignKey("batch_member.id"))
    outcome: Mapped[str] = mapped_column(String(10))
    on_day: Mapped[date] = mapped_column(Date)
    words: Mapped[str] = mapped_column(String(300), default="")

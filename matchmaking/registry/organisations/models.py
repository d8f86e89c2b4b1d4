"""Who there is. A branch hangs under its bank; 农商行 and 村镇银行 are legal persons of their own: heads."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.foundation.storage import Base, BigId, Instant

KINDS = ("enterprise", "bank", "bureau", "office", "guarantor", "operator")
LEVELS = ("head", "branch", "sub_branch")
CHANGES = ("renamed", "closed", "reopened")


class Zone(Base):
    """A functional zone (高新区, 恒口): reports beside the counties and is no GB/T 2260 code."""

    __tablename__ = "zone"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))
    area_code: Mapped[str] = mapped_column(String(40))
    """The county it lies in."""


class Organisation(Base):
    """A firm, an institution or a branch of one. Never deleted: ``active`` false closes it, its rows stay."""

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('enterprise', 'bank', 'bureau', 'office', 'guarantor', 'operator')", name="kind_known"
        ),
        CheckConstraint("level IN ('head', 'branch', 'sub_branch')", name="level_known"),
        # a head hangs under nobody; a branch hangs under somebody
        CheckConstraint("(level = 'head') = (parent_id IS NULL)", name="branch_has_a_parent"),
        # only banks have branches here; with the pair of keys below, a branch's parent is a bank
        CheckConstraint("level = 'head' OR kind = 'bank'", name="branch_is_a_banks"),
        # a legal person is its own head, and only heads are legal persons
        CheckConstraint("(level = 'head') = (legal_person_id = id)", name="legal_person_is_its_own_head"),
        # the path of a head is itself; a branch's path ends in itself
        CheckConstraint("level <> 'head' OR path = '/' || id || '/'", name="head_begins_its_path"),
        CheckConstraint("path LIKE '%/' || id || '/'", name="path_ends_in_itself"),
        CheckConstraint("name <> ''", name="named"),
        UniqueConstraint("id", "kind"),
        ForeignKeyConstraint(["parent_id", "kind"], ["organisation.id", "organisation.kind"]),
        ForeignKeyConstraint(["legal_person_id", "kind"], ["organisation.id", "organisation.kind"]),
        Index("ix_organisation_parent_id", "parent_id"),
        Index("ix_organisation_kind_area_code", "kind", "area_code"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_key: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    """The present name; earlier ones stand in ``organisation_change``."""
    level: Mapped[str] = mapped_column(String(20))
    parent_id: Mapped[int | None] = mapped_column(BigId)
    path: Mapped[str] = mapped_column(String(200), unique=True)
    """``/1/5/9/``: the ids from the head down to this one. Everything under a bank begins with the bank's path."""
    legal_person_id: Mapped[int] = mapped_column(BigId)
    """The head it belongs to; itself for a head."""
    area_code: Mapped[str] = mapped_column(String(40))
    """County (GB/T 2260) where it is today, or ``*`` for an institution of the whole city."""
    zone_code: Mapped[str | None] = mapped_column(ForeignKey("zone.code"))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(Instant)


class OrganisationChange(Base):
    """It was renamed, closed or opened again, on a day and for a reason. ``before`` and ``after`` are names."""

    __tablename__ = "organisation_change"
    __table_args__ = (
        CheckConstraint("change IN ('renamed', 'closed', 'reopened')", name="change_known"),
        CheckConstraint("(change = 'renamed') = (before <> after)", name="a_new_name_differs"),
        Index("ix_organisation_change_organisation_id", "organisation_id", "on_day"),
        {"info": {"append_only": True}},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    change: Mapped[str] = mapped_column(String(12))
    before: Mapped[str] = mapped_column(String(200))
    after: Mapped[str] = mapped_column(String(200))
    on_day: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(300))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(80))

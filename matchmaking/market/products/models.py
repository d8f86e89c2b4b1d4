"""A product, the versions it went through, and the terms of each.

Terms are appended and never changed: amending a draft adds a revision, and a published version stays at the revision it
was published with. What moves (state, days in force) stands in ``product_version`` alone.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.foundation.storage import Base, BigId, Digest, Instant, Json, Minor

STATES = ("draft", "submitted", "published", "superseded", "retired", "discarded")
"""Set by whom: ``domain/states.py``, PRODUCT_VERSION."""
ONCE_PUBLISHED = ("published", "superseded", "retired")
OPEN_DRAFT = text("state IN ('draft', 'submitted')")


class Product(Base):
    """A named loan product of one bank or branch. ``demo``: its terms are invented (演示数据)."""

    __tablename__ = "product"
    __table_args__ = (
        # a bank does not sell two things under one name
        UniqueConstraint("organisation_id", "name"),
        CheckConstraint("name <> ''", name="named"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_key: Mapped[str] = mapped_column(String(120), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String(80))
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[str] = mapped_column(String(80))


class ProductVersion(Base):
    """One version's place in its life. ``revision`` names the row of :class:`ProductTerms` that holds its terms."""

    __tablename__ = "product_version"
    __table_args__ = (
        CheckConstraint(
            "state IN ('draft', 'submitted', 'published', 'superseded', 'retired', 'discarded')", name="state_known"
        ),
        # a version is in force from a day on once it is published, and not before
        CheckConstraint(
            "(state IN ('published', 'superseded', 'retired')) = (effective_from IS NOT NULL)",
            name="published_has_its_day",
        ),
        # a version that has no end is the one in force or to come
        CheckConstraint("state <> 'superseded' OR effective_to IS NOT NULL", name="superseded_has_ended"),
        UniqueConstraint("product_id", "number"),
        # one draft at a time: two would be published over each other
        Index("uq_product_version_one_draft", "product_id", unique=True, sqlite_where=OPEN_DRAFT,
              postgresql_where=OPEN_DRAFT),
        Index("ix_product_version_state_effective_to", "state", "effective_to"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    number: Mapped[int] = mapped_column(Integer)
    """1, 2, 3 … within the product; what a match and an agreement name."""
    state: Mapped[str] = mapped_column(String(12))
    version: Mapped[int] = mapped_column(Integer, default=1)
    """Raised with every change; a page sends back the one it was made from."""
    revision: Mapped[int] = mapped_column(Integer, default=1)
    effective_from: Mapped[date | None] = mapped_column(Date)
    effective_to: Mapped[date | None] = mapped_column(Date)
    """Last day in force; None while nothing ends it."""
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    published_by: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[str] = mapped_column(String(80))


class ProductTerms(Base):
    """The terms of a version at a revision. Money in minor units of ``currency``, spreads in basis points."""

    __tablename__ = "product_terms"
    __table_args__ = (
        UniqueConstraint("version_id", "revision"),
        CheckConstraint("lpr_tenor IN ('1Y', '5Y')", name="tenor_known"),
        CheckConstraint("spread_low_bp <= spread_high_bp", name="spread_ascends"),
        CheckConstraint("amount_max_minor > 0 AND amount_min_minor <= amount_max_minor", name="amounts_ascend"),
        CheckConstraint("term_max > 0 AND term_min <= term_max", name="terms_ascend"),
        CheckConstraint("quota_minor IS NULL OR quota_minor > 0", name="quota_positive"),
        {"info": {"append_only": True}},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("product_version.id"))
    revision: Mapped[int] = mapped_column(Integer)
    effective_from: Mapped[date] = mapped_column(Date)
    """From when on it shall be in force once published."""
    summary: Mapped[str] = mapped_column(String(300), default="")
    criteria: Mapped[dict[str, Any]] = mapped_column(Json)
    """Admission rules, as ``matching.rules.rules_json`` writes them."""
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    # the next six are copied from the rules, so that a list can filter and sort without opening each
    amount_min_minor: Mapped[int] = mapped_column(Minor)
    amount_max_minor: Mapped[int] = mapped_column(Minor)
    term_min: Mapped[int] = mapped_column(Integer)
    term_max: Mapped[int] = mapped_column(Integer)
    loan_kinds: Mapped[str] = mapped_column(String(120), default="")
    """``,fixed_asset,working_capital,``; empty takes all."""
    guarantees: Mapped[str] = mapped_column(String(120), default="")
    """``,credit,mortgage,``; empty takes all."""
    lpr_tenor: Mapped[str] = mapped_column(String(4))
    spread_low_bp: Mapped[int] = mapped_column(Integer)
    spread_high_bp: Mapped[int] = mapped_column(Integer)
    quota_minor: Mapped[int | None] = mapped_column(Minor)
    """What the bank sets aside for it; None states none."""
    promised_workdays: Mapped[int | None] = mapped_column(Integer)
    """In how many workdays the bank promises to answer."""
    documents: Mapped[dict[str, Any]] = mapped_column(Json)
    """``{"names": […]}``: what to bring."""
    fees: Mapped[dict[str, Any]] = mapped_column(Json, default=lambda: {"rows": []}, server_default='{"rows":[]}')
    """``{"rows": […]}``: every charge beside interest, as ``matching.costs.fees_json`` writes them."""
    digest: Mapped[str] = mapped_column(Digest)
    """SHA-256 over everything above; the trail names it when the version is published."""
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(80))


class ProductQuota(Base):
    """What approved and signed lines take of a product's quota, all its versions together.

    Money in minor units of the product's currency. Raised and lowered by decisions, in the unit of work of each; equal
    to the sum of the lines that stand.
    """

    __tablename__ = "product_quota"
    __table_args__ = (CheckConstraint("taken_minor >= 0", name="taken_not_negative"),)

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), primary_key=True, autoincrement=False)
    taken_minor: Mapped[int] = mapped_column(Minor)

"""A plan over a frozen list, and what each of its runs found: pairs, prices of quotas, firms that found no place.

Only :class:`AllocationPlan` is ever changed, and only until it freezes. Every run appends rows under its number, so an
earlier answer can still be read; a wish (a pair pinned, forbidden, or free again) is appended too and the latest holds.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.foundation.storage import Base, BigId, Digest, Instant, Json, Minor

STATES = ("draft", "solving", "solved", "frozen", "discarded")
WISHES = ("pin", "forbid", "free")
UNPLACED = ("no_need", "declined", "no_profile", "no_eligible", "forbidden", "over_quota", "quota_full")
"""Why a firm of the list has no product: no posted need that is open, it declined automated ranking, no profile on the
day, no product whose rules it meets, every such pair forbidden, no quota left as large as the need, quotas full."""
APPEND_ONLY = {"info": {"append_only": True}}


class AllocationPlan(Base):
    """One plan (分配方案) over one list. Figures are those of its last run; None before there was one."""

    __tablename__ = "allocation_plan"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'solving', 'solved', 'frozen', 'discarded')", name="state_known"),
        CheckConstraint("version > 0 AND run >= 0", name="version_counts"),
        CheckConstraint("count_most > 0", name="count_positive"),
        CheckConstraint(
            "state NOT IN ('solved', 'frozen') OR (run > 0 AND policy_version <> '' AND value IS NOT NULL "
            "AND bound IS NOT NULL AND placed IS NOT NULL)",
            name="solved_is_complete",
        ),
        CheckConstraint(
            "(state = 'frozen') = (frozen_on IS NOT NULL AND digest IS NOT NULL)", name="frozen_is_complete"
        ),
        UniqueConstraint("batch_id", "number"),
        Index("ix_allocation_plan_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_key: Mapped[str] = mapped_column(String(120), unique=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"))
    number: Mapped[int] = mapped_column(Integer)
    """1, 2, 3 … among the plans of the list."""
    on_day: Mapped[date] = mapped_column(Date)
    """The day whose needs, products, policy and quotas the last run read."""
    policy_version: Mapped[str] = mapped_column(String(40), default="")
    state: Mapped[str] = mapped_column(String(12))
    version: Mapped[int] = mapped_column(Integer, default=1)
    """Raised with every change; a page sends back the one it was made from."""
    run: Mapped[int] = mapped_column(Integer, default=0)
    """Runs finished; rows of the last one carry this number."""
    count_most: Mapped[int] = mapped_column(Integer)
    """Firms that one product takes, at most."""
    task_key: Mapped[str | None] = mapped_column(Digest)
    """The task that solves it, where one was asked for."""
    members: Mapped[int | None] = mapped_column(Integer)
    candidates: Mapped[int | None] = mapped_column(Integer)
    """Firms with at least one product whose rules they meet."""
    placed: Mapped[int | None] = mapped_column(Integer)
    placed_most: Mapped[int | None] = mapped_column(Integer)
    """No plan places more; proved."""
    value: Mapped[int | None] = mapped_column(Minor)
    """Yuan times degree of fit, over the chosen pairs; whole yuan."""
    bound: Mapped[int | None] = mapped_column(Minor)
    """No plan that meets coverage and floors is worth more; proved."""
    bound_by: Mapped[str] = mapped_column(String(8), default="")
    """``prices``: the plan's own; ``solver``: the exact solver proved a smaller one."""
    floors: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """``{"floors": [{"kind", "area", "firms", "least", "got"}]}`` of the last run."""
    digest: Mapped[str | None] = mapped_column(Digest)
    frozen_on: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[str] = mapped_column(String(80))


class OfRun:
    """Columns of every row that a run appends."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("allocation_plan.id"))
    run: Mapped[int] = mapped_column(Integer)


class AllocationPair(OfRun, Base):
    """A need and a product version whose rules it meets, chosen or not."""

    __tablename__ = "allocation_pair"
    __table_args__ = (
        CheckConstraint("amount_minor > 0 AND points >= 0 AND worth >= 0", name="figures_not_negative"),
        UniqueConstraint("plan_id", "run", "need_key", "product_id"),
        Index("ix_allocation_pair_plan_id_run_position", "plan_id", "run", "position"),
        APPEND_ONLY,
    )

    position: Mapped[int] = mapped_column(Integer)
    """Of the firm on the list."""
    firm: Mapped[str] = mapped_column(String(200))
    area_code: Mapped[str] = mapped_column(String(40))
    need_key: Mapped[str] = mapped_column(ForeignKey("need.public_key"))
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    product_version_id: Mapped[int] = mapped_column(ForeignKey("product_version.id"))
    bank_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    """The legal person: at most one product of a bank per need."""
    amount_minor: Mapped[int] = mapped_column(Minor)
    points: Mapped[int] = mapped_column(Integer)
    """Degree of fit, thousandths of 0–100."""
    worth: Mapped[int] = mapped_column(Minor)
    chosen: Mapped[bool] = mapped_column()
    wish: Mapped[str] = mapped_column(String(8), default="")
    """``pin`` or ``forbid`` as it held when the run was made."""


class AllocationPrice(OfRun, Base):
    """What the quota of one product costs the plan, in thousandths of a point; a point is 1 万元 at full fit."""

    __tablename__ = "allocation_price"
    __table_args__ = (
        CheckConstraint("per_wan >= 0 AND per_firm >= 0", name="prices_not_negative"),
        UniqueConstraint("plan_id", "run", "product_id"),
        APPEND_ONLY,
    )

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    bank_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    quota_minor: Mapped[int | None] = mapped_column(Minor)
    """What is left of the product's quota on the day; None keeps no quota."""
    used_minor: Mapped[int] = mapped_column(Minor)
    used_count: Mapped[int] = mapped_column(Integer)
    per_wan: Mapped[int] = mapped_column(Minor)
    """Of one more 万元 of quota."""
    per_firm: Mapped[int] = mapped_column(Minor)
    """Of one more firm that the product may take."""


class AllocationUnplaced(OfRun, Base):
    """A firm of the list without a product, and why."""

    __tablename__ = "allocation_unplaced"
    __table_args__ = (
        CheckConstraint(
            "reason IN ('no_need', 'declined', 'no_profile', 'no_eligible', 'forbidden', 'over_quota', 'quota_full')",
            name="reason_known",
        ),
        UniqueConstraint("plan_id", "run", "position"),
        APPEND_ONLY,
    )

    position: Mapped[int] = mapped_column(Integer)
    firm: Mapped[str] = mapped_column(String(200))
    area_code: Mapped[str] = mapped_column(String(40))
    need_key: Mapped[str | None] = mapped_column(ForeignKey("need.public_key"))
    amount_minor: Mapped[int] = mapped_column(Minor)
    reason: Mapped[str] = mapped_column(String(12))


class AllocationWish(Base):
    """Somebody pinned a pair, forbade it, or set it free again."""

    __tablename__ = "allocation_wish"
    __table_args__ = (
        CheckConstraint("wish IN ('pin', 'forbid', 'free')", name="wish_known"),
        Index("ix_allocation_wish_plan_id", "plan_id", "id"),
        APPEND_ONLY,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("allocation_plan.id"))
    need_key: Mapped[str] = mapped_column(ForeignKey("need.public_key"))
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    wish: Mapped[str] = mapped_column(String(8))
    words: Mapped[str] = mapped_column(String(300))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(80))

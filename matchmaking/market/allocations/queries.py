"""Reading plans. Who sees the list sees its plans; of pairs and firms without a place those of one's own area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import Session, aliased

from matchmaking.foundation.access.viewer import EVERYWHERE, Viewer
from matchmaking.foundation.jobs import Task
from matchmaking.market.allocations.facts import Line
from matchmaking.market.allocations.models import (
    AllocationPair,
    AllocationPlan,
    AllocationPrice,
    AllocationUnplaced,
    AllocationWish,
)
from matchmaking.market.batches.models import Batch
from matchmaking.market.batches.queries import seen_by
from matchmaking.market.products.models import Product, ProductVersion
from matchmaking.registry.organisations.models import Organisation

BY = ("bank", "firm")
"""How the pairs of a plan can be grouped."""


@dataclass(frozen=True, slots=True)
class PairRow:
    """One pair with the names of its product and bank."""

    pair: AllocationPair
    product: str
    product_key: str
    bank: str


@dataclass(frozen=True, slots=True)
class PriceRow:
    """What one quota costs, with the names."""

    price: AllocationPrice
    product: str
    bank: str


@dataclass(frozen=True, slots=True)
class WishRow:
    """A wish that holds, in words."""

    wish: AllocationWish
    firm: str
    product: str


def plan_list(session: Session, batch: Batch, *, limit: int, offset: int = 0) -> tuple[list[AllocationPlan], int]:
    """Plans over a list that the caller may see, the latest first, and how many; one SQL statement."""
    asked = select(AllocationPlan, func.count().over()).where(AllocationPlan.batch_id == batch.id)
    rows = session.execute(asked.order_by(AllocationPlan.id.desc()).limit(limit).offset(offset)).all()
    return [row[0] for row in rows], rows[0][1] if rows else 0


def visible_plan(session: Session, viewer: Viewer, key: str) -> tuple[AllocationPlan, Batch] | None:
    """The plan ``key`` with its list, or None where there is none for this viewer; one SQL statement."""
    asked = select(AllocationPlan, Batch).join(Batch, Batch.id == AllocationPlan.batch_id)
    row = session.execute(asked.where(AllocationPlan.public_key == key, seen_by(viewer))).first()
    return None if row is None else (row[0], row[1])


def plan_by_key(session: Session, key: str) -> AllocationPlan | None:
    """The plan ``key``, for commands and jobs, which see everything."""
    asked = select(AllocationPlan).where(AllocationPlan.public_key == key)
    return session.scalars(asked.execution_options(populate_existing=True)).one_or_none()


def plan_task(session: Session, plan: AllocationPlan) -> Task | None:
    """The task that solves it, or that failed to."""
    return None if plan.task_key is None else session.scalars(select(Task).where(Task.key == plan.task_key)).first()


def chosen_page(
    session: Session, viewer: Viewer, plan: AllocationPlan, *, by: str = "bank", limit: int, offset: int = 0
) -> tuple[list[PairRow], int, int]:
    """Chosen pairs of the last run the viewer may see, how many, and for how many fen in all; one SQL statement."""
    bank = aliased(Organisation)
    order: tuple[Any, ...] = (bank.name, Product.name, Product.id, AllocationPair.position)
    if by == "firm":
        order = (AllocationPair.position, bank.name, Product.id)
    asked = _pairs(bank).add_columns(func.count().over(), func.sum(AllocationPair.amount_minor).over())
    asked = asked.where(_of(AllocationPair, plan), AllocationPair.chosen, _there(AllocationPair, viewer))
    rows = session.execute(asked.order_by(*order).limit(limit).offset(offset)).all()
    found = [PairRow(row[0], row[1], row[2], row[3]) for row in rows]
    return found, rows[0][4] if rows else 0, int(rows[0][5]) if rows else 0


def candidates_of(session: Session, viewer: Viewer, plan: AllocationPlan, position: int) -> list[PairRow]:
    """Every eligible pair of the firm at ``position``, chosen ones first, then by fit; one SQL statement."""
    bank = aliased(Organisation)
    asked = _pairs(bank).where(
        _of(AllocationPair, plan), AllocationPair.position == position, _there(AllocationPair, viewer)
    )
    order = (AllocationPair.chosen.desc(), AllocationPair.points.desc(), bank.name, Product.id)
    return [PairRow(*row) for row in session.execute(asked.order_by(*order))]


def prices_of(session: Session, plan: AllocationPlan) -> list[PriceRow]:
    """What the quotas of the last run cost, the dearest first; one SQL statement."""
    bank = aliased(Organisation)
    asked = (
        select(AllocationPrice, Product.name, bank.name)
        .join(Product, Product.id == AllocationPrice.product_id)
        .join(bank, bank.id == AllocationPrice.bank_id)
        .where(_of(AllocationPrice, plan))
        .order_by(AllocationPrice.per_wan.desc(), AllocationPrice.per_firm.desc(), bank.name, Product.id)
    )
    return [PriceRow(*row) for row in session.execute(asked)]


def unplaced_of(
    session: Session, viewer: Viewer, plan: AllocationPlan, *, limit: int
) -> tuple[list[AllocationUnplaced], dict[str, int]]:
    """Firms of the last run without a product, in the order of the list, and reason → how many; two SQL statements."""
    here = (_of(AllocationUnplaced, plan), _there(AllocationUnplaced, viewer))
    counts = select(AllocationUnplaced.reason, func.count()).where(*here).group_by(AllocationUnplaced.reason)
    asked = select(AllocationUnplaced).where(*here).order_by(AllocationUnplaced.reason, AllocationUnplaced.position)
    return list(session.scalars(asked.limit(limit))), {row[0]: row[1] for row in session.execute(counts)}


def wishes_held(session: Session, viewer: Viewer, plan: AllocationPlan) -> list[WishRow]:
    """Pairs that are pinned or forbidden now, the latest first; one SQL statement."""
    latest = (
        select(func.max(AllocationWish.id))
        .where(AllocationWish.plan_id == plan.id)
        .group_by(AllocationWish.need_key, AllocationWish.product_id)
    )
    pair = AllocationPair
    asked = (
        select(AllocationWish, pair.firm, Product.name)
        .join(Product, Product.id == AllocationWish.product_id)
        .join(pair, (pair.need_key == AllocationWish.need_key) & (pair.product_id == AllocationWish.product_id))
        .where(_of(pair, plan), _there(pair, viewer), AllocationWish.id.in_(latest), AllocationWish.wish != "free")
        .order_by(AllocationWish.id.desc())
    )
    return [WishRow(*row) for row in session.execute(asked)]


def is_candidate(session: Session, plan: AllocationPlan, need_key: str, product_id: int) -> bool:
    """Whether the last run found the pair eligible."""
    asked = select(AllocationPair.id).where(
        _of(AllocationPair, plan), AllocationPair.need_key == need_key, AllocationPair.product_id == product_id
    )
    return session.execute(asked.limit(1)).first() is not None


def chosen_lines(session: Session, plan: AllocationPlan) -> Sequence[Line]:
    """What the hash is taken over: need, product, version and fen of every chosen pair of the last run."""
    pair = AllocationPair
    asked = (
        select(pair.need_key, Product.public_key, ProductVersion.number, pair.amount_minor)
        .join(Product, Product.id == pair.product_id)
        .join(ProductVersion, ProductVersion.id == pair.product_version_id)
        .where(_of(pair, plan), pair.chosen)
    )
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(asked)]


def _pairs(bank: Any) -> Select[Any]:
    return (
        select(AllocationPair, Product.name, Product.public_key, bank.name)
        .join(Product, Product.id == AllocationPair.product_id)
        .join(bank, bank.id == AllocationPair.bank_id)
    )


def _of(table: Any, plan: AllocationPlan) -> ColumnElement[bool]:
    found: ColumnElement[bool] = (table.plan_id == plan.id) & (table.run == plan.run)
    return found


def _there(table: Any, viewer: Viewer) -> ColumnElement[bool]:
    return true() if viewer.jurisdiction == EVERYWHERE else table.area_code == viewer.jurisdiction

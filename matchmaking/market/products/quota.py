"""What lines take of a product's quota: taken on approval, given back when a line ends unsigned, never exceeded."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from matchmaking.domain.money import plain_amount
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.market.products.models import ProductQuota, ProductTerms, ProductVersion
from matchmaking.market.products.queries import in_force


def quota_on(session: Session, version_id: int, on: date) -> tuple[int, int | None]:
    """The product of a version, and its quota in minor units by the version in force on ``on`` (else by that version).

    None: the bank states no quota.
    """
    named = session.get_one(ProductVersion, version_id)
    asked = (
        select(ProductTerms.quota_minor)
        .join(ProductVersion, ProductVersion.id == ProductTerms.version_id)
        .where(
            ProductVersion.product_id == named.product_id, ProductTerms.revision == ProductVersion.revision,
            or_(in_force(ProductVersion, on), ProductVersion.id == version_id),
        )
        .order_by(ProductVersion.number.desc())
    )  # fmt: skip
    return named.product_id, session.execute(asked).scalars().first()


def take_quota(session: Session, product_id: int, minor: int, quota: int | None) -> None:
    """Take ``minor`` of what is left; of two at once the second waits and sees the first.

    Raises :class:`Refusal` ``product_quota_short`` with quota, taken and left; nothing is taken then.
    """
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    begin = dialect.insert(ProductQuota).values(product_id=product_id, taken_minor=0)
    session.execute(begin.on_conflict_do_nothing(index_elements=["product_id"]))
    step = update(ProductQuota).where(ProductQuota.product_id == product_id)
    if quota is not None:
        step = step.where(ProductQuota.taken_minor + minor <= quota)
    done = session.execute(
        step.values(taken_minor=ProductQuota.taken_minor + minor).returning(ProductQuota.product_id),
        execution_options={"synchronize_session": False},
    ).first()
    if done is None and quota is not None:
        taken = taken_of(session, [product_id]).get(product_id, 0)
        shown = {"quota": quota, "taken": taken, "left": max(quota - taken, 0), "line": minor}
        raise Refusal(Reason("product_quota_short", {name: plain_amount(told) for name, told in shown.items()}))


def free_quota(session: Session, product_id: int, minor: int) -> None:
    """Give back what a line took that ended without a signing."""
    session.execute(
        update(ProductQuota)
        .where(ProductQuota.product_id == product_id)
        .values(taken_minor=ProductQuota.taken_minor - minor),
        execution_options={"synchronize_session": False},
    )


def taken_of(session: Session, product_ids: Collection[int]) -> Mapping[int, int]:
    """Product → what approved and signed lines take of it, in minor units; products without any are left out."""
    asked = select(ProductQuota.product_id, ProductQuota.taken_minor).where(ProductQuota.product_id.in_(product_ids))
    return {row.product_id: row.taken_minor for row in session.execute(asked)}

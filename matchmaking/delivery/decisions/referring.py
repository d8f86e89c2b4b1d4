"""What a decision means for the referral that it decides: the same step, in the same unit of work."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.delivery.decisions.facts import Case
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.states import REFERRAL
from matchmaking.market.needs.models import Need
from matchmaking.market.products.models import Product, ProductVersion
from matchmaking.market.products.quota import free_quota, quota_on, take_quota
from matchmaking.market.referrals.commands import move
from matchmaking.market.referrals.commands.moving import lock_need
from matchmaking.market.referrals.models import LIVE, Referral
from matchmaking.market.referrals.queries import known_to_bank

STEPS = {
    "submit": "submit",
    "return": "return",
    "approve": "approve",
    "refuse": "refuse",
    "revoke": "terminate",
    "turn_down": "withdraw",
    "lapse": "lapse",
    "countersign": "sign",
}
"""What is done with a decision, or a paper under it → what is thereby done with its referral."""

ENDS = ("revoke", "turn_down", "lapse")
"""Ends of an approved line."""


def referral_of(session: Session, referral_key: str) -> Referral:
    """The referral, its need held until the commit: withdrawing the need and deciding on it take turns."""
    wanted = select(Referral).where(Referral.public_key == referral_key)
    found = session.scalars(wanted).one()
    lock_need(session, found.need_id)
    session.refresh(found)
    return found


def refuse_shut(session: Session, referral_key: str, on: date) -> None:
    """Nobody works on a firm whose file is shut: ``consent_shut`` where its consent was taken back or ran out."""
    if not known_to_bank(session, [referral_key], on=on):
        raise Refusal(Reason("consent_shut"))


def begin(session: Session, referral: Referral, *, actor: str, role: str, at: datetime) -> Case:
    """What is to be decided; an accepted referral enters diligence. Raises what the table REFERRAL raises."""
    if referral.state != "diligence":
        move(
            session, actor=actor, role=role, referral=referral, action="start_diligence", version=referral.version,
            at=at,
        )  # fmt: skip
    need = session.get_one(Need, referral.need_id)
    named = select(Product.name).join(ProductVersion, ProductVersion.product_id == Product.id)
    product = session.execute(named.where(ProductVersion.id == referral.product_version_id)).scalar()
    return Case(
        referral_key=referral.public_key, need_key=need.public_key, need_minor=referral.amount_minor,
        firm_id=need.organisation_id, bank_id=referral.organisation_id, product=product or "",
    )  # fmt: skip


def follow(
    session: Session, referral: Referral, action: str, *, actor: str, role: str, at: datetime, on: date | None = None
) -> bool:
    """Take the referral along; whether it moved.

    A line that ends after a signing under it leaves the referral signed, one that ends after the referral leaves it be.
    """
    step = STEPS.get(action)
    if step is None or (referral.state == "signed" and not REFERRAL.may("signed", step, role)):
        return False
    if action in ENDS and referral.state not in LIVE:
        return False
    move(session, actor=actor, role=role, referral=referral, action=step, version=referral.version, at=at, on=on)
    return True


def count_quota(session: Session, referral: Referral, line_minor: int, action: str, on: date) -> None:
    """What the step means for the product's quota; ``referral`` as it was before the step.

    Approving takes the line, its end gives it back unless something was signed under it. Raises
    ``product_quota_short``.
    """
    if action != "approve" and (action not in ENDS or referral.state == "signed"):
        return
    product_id, quota = quota_on(session, referral.product_version_id, on)
    if action == "approve":
        take_quota(session, product_id, line_minor, quota)
    else:
        free_quota(session, product_id, line_minor)

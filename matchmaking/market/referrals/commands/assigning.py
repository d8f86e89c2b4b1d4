"""Giving a referral to an officer, or to another unit of the same bank."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.market.referrals.commands.moving import move
from matchmaking.market.referrals.models import Referral
from matchmaking.market.referrals.queries import officers_at
from matchmaking.registry.organisations.models import Organisation


def assign(
    session: Session, *, actor: str, role: str, referral: Referral, version: int, organisation_id: int,
    officer_id: int | None, at: datetime,
) -> Referral:  # fmt: skip
    """Give it to a unit of the same legal person, and there to an officer or to nobody yet.

    Raises :class:`Refusal` ``referral_unit`` for another bank's or a closed unit, ``referral_officer`` for somebody who
    does not work there, and what :func:`move` raises.
    """
    unit = session.get(Organisation, organisation_id)
    if unit is None or not unit.active or unit.legal_person_id != referral.legal_person_id:
        raise Refusal(Reason("referral_unit"))
    if officer_id is not None and officer_id not in {one.id for one in officers_at(session, [unit.id])}:
        raise Refusal(Reason("referral_officer", {"unit": unit.name}))
    return move(
        session, actor=actor, role=role, referral=referral, action="assign", version=version, at=at,
        values={"organisation_id": unit.id, "officer_id": officer_id},
    )  # fmt: skip

"""The bank's answer: 受理, or 不予受理 with a coded reason."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from matchmaking.domain.declines import BANK
from matchmaking.market.referrals.commands.moving import move
from matchmaking.market.referrals.models import Referral, ReferralDecline
from matchmaking.rulebook import number
from matchmaking.rulebook.reference import declines


def accept(
    session: Session, *, actor: str, role: str, referral: Referral, version: int, on: date, at: datetime
) -> Referral:
    """The bank takes it in hand; from now on the firm's file is open to it, as long as the firm's consent is."""
    return move(
        session, actor=actor, role=role, referral=referral, action="accept", version=version, at=at,
        values={"answered_on": on},
    )  # fmt: skip


def decline(
    session: Session, *, actor: str, role: str, referral: Referral, version: int, reason: str, words: str, on: date,
    at: datetime,
) -> Referral:  # fmt: skip
    """The bank says no, with a ``reason`` of the second level from the list.

    Raises what ``DeclineTable.given`` and :func:`move` raise.
    """
    said = declines().given(reason, BANK, words, fewest=number("decline_other_fewest_characters", on))
    moved = move(
        session, actor=actor, role=role, referral=referral, action="decline", version=version, at=at,
        values={"answered_on": on},
    )  # fmt: skip
    session.add(
        ReferralDecline(
            referral_id=moved.id, list_version=said.version, reason_group=said.reason.group,
            reason_code=said.reason.code, words=said.words, recorded_at=at, recorded_by=actor,
        )
    )  # fmt: skip
    session.flush()
    return moved

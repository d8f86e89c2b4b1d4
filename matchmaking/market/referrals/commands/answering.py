"""The bank's answer: 受理, or 不予受理 with a coded reason, which it may take back within minutes; and 终止."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.domain.declines import BANK, Decline
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.states import REFERRAL, SYSTEM
from matchmaking.foundation.files import Kept, attach
from matchmaking.market.needs.commands import move_need
from matchmaking.market.products.models import ProductTerms, ProductVersion
from matchmaking.market.referrals.checks import stopping
from matchmaking.market.referrals.commands.moving import lock_need, move, moved_on
from matchmaking.market.referrals.models import Referral, ReferralDecline, ReferralDeclineUndo
from matchmaking.market.referrals.queries import acted_since, decline_of, declined_from
from matchmaking.registry.accounts.models import UserAccount
from matchmaking.rulebook import number, workdays
from matchmaking.rulebook.reference import declines

UNDO = {"sent": "undo", "accepted": "undo_accepted"}


def accept(
    session: Session, *, actor: str, role: str, referral: Referral, version: int, on: date, at: datetime
) -> Referral:
    """The bank takes it in hand; from now on the firm's file is open to it, as long as the firm's consent is.

    Where nobody had been named, whoever accepts is the one whom the firm may ask.

    Raises a reason ``check_stop_…`` for every check that stands in the way, and what :func:`move` raises.
    """
    if REFERRAL.may(referral.state, "accept", role) and referral.version == version:
        found = stopping(session, referral, on)
        if found:
            raise Refusal(*found)
    return move(
        session, actor=actor, role=role, referral=referral, action="accept", version=version, at=at, on=on,
        values={
            "answered_on": on, "decide_by": _decide_by(session, referral, on),
            "officer_id": referral.officer_id or _person(session, actor),
        },
    )  # fmt: skip


def _person(session: Session, actor: str) -> int | None:
    """The account behind ``user:12``; None for what is done by no person."""
    kind, _colon, number = actor.partition(":")
    known = kind == "user" and number.isdecimal() and session.get(UserAccount, int(number)) is not None
    return int(number) if known else None


def decline(
    session: Session, *, actor: str, role: str, referral: Referral, version: int, reason: str, words: str, on: date,
    at: datetime, kept: Kept | None = None,
) -> Referral:  # fmt: skip
    """The bank says no, with a ``reason`` of the second level from the list, and its record where the list asks one.

    Raises what ``DeclineTable.given`` and :func:`move` raise.
    """
    said = _said(reason, words, on, kept)
    moved = move(
        session, actor=actor, role=role, referral=referral, action="decline", version=version, at=at, on=on,
        values={"answered_on": on},
    )  # fmt: skip
    keep_reason(session, moved, said, actor=actor, at=at, kept=kept)
    return moved


def terminate(
    session: Session, *, actor: str, role: str, referral: Referral, version: int, reason: str, words: str, on: date,
    at: datetime, kept: Kept | None = None,
) -> Referral:  # fmt: skip
    """The manager ends work in hand, with a coded reason. An approved line is ended by revoking the decision.

    Raises ``referral_revoke_instead``, and what :func:`decline` raises.
    """
    if referral.state == "approved":
        raise Refusal(Reason("referral_revoke_instead"))
    said = _said(reason, words, on, kept)
    moved = move(
        session, actor=actor, role=role, referral=referral, action="terminate", version=version, at=at, on=on
    )  # fmt: skip
    keep_reason(session, moved, said, actor=actor, at=at, kept=kept)
    return moved


def keep_reason(
    session: Session, referral: Referral, said: Decline, *, actor: str, at: datetime, kept: Kept | None = None
) -> None:
    """Why the bank ended it, where firm and bank read it; for this slice and for the credit decision's 未获批."""
    session.add(
        ReferralDecline(
            referral_id=referral.id, list_version=said.version, reason_group=said.reason.group,
            reason_code=said.reason.code, words=said.words, recorded_at=at, recorded_by=actor,
        )
    )  # fmt: skip
    session.flush()
    if kept is not None:
        subject = f"decline:{referral.public_key}"
        attach(session, kept, subject=subject, words=kept.name, actor=actor, at=at)


def undo_decline(
    session: Session, *, actor: str, role: str, referral: Referral, version: int, on: date, at: datetime
) -> Referral:
    """Take a decline back, within the minutes of the parameter and only while nobody has acted on it.

    The decline stays on record; the referral stands again where it stood, its day to answer unchanged. Raises
    ``referral_undo_late``, ``referral_undo_acted`` and what :func:`move` raises.
    """
    need = lock_need(session, referral.need_id)
    session.refresh(referral)
    if referral.version != version:
        raise moved_on(referral)
    REFERRAL.move(referral.state, "undo", role)
    said, minutes = decline_of(session, referral.id), number("referral_undo_minutes", on)
    if said is None or at - said.recorded_at > timedelta(minutes=minutes):
        raise Refusal(Reason("referral_undo_late", {"minutes": minutes}))
    if acted_since(session, need.id, said.recorded_at):
        raise Refusal(Reason("referral_undo_acted", {"state_word": f"state_need_{need.state}"}))
    if need.state == "verified":
        move_need(session, actor=actor, role=SYSTEM, need=need, version=need.version, action="restore", at=at)
    before = declined_from(session, referral.id)
    moved = move(
        session, actor=actor, role=role, referral=referral, action=UNDO[before], version=version, at=at, on=on,
        values={} if before == "accepted" else {"answered_on": None},
    )  # fmt: skip
    session.add(ReferralDeclineUndo(decline_id=said.id, recorded_at=at, recorded_by=actor))
    session.flush()
    return moved


def _said(reason: str, words: str, on: date, kept: Kept | None) -> Decline:
    fewest = number("decline_other_fewest_characters", on)
    return declines().given(reason, BANK, words, fewest=fewest, attached=kept is not None)


def _decide_by(session: Session, referral: Referral, on: date) -> date | None:
    """The last day of the decision: what the product promises, or the parameter; None in a year not announced yet."""
    asked = select(ProductTerms.promised_workdays).join(ProductVersion, ProductVersion.id == ProductTerms.version_id)
    asked = asked.where(
        ProductVersion.id == referral.product_version_id, ProductVersion.revision == ProductTerms.revision
    )
    days = session.scalars(asked).first() or number("referral_decide_workdays", on)
    try:
        return workdays().add(on, days)
    except Refusal:
        return None

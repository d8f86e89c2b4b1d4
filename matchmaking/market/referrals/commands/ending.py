"""Ends that nobody at the bank sets: the firm withdraws the need, time passes, or the need ended elsewhere."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.states import BUREAU, FIRM, SYSTEM
from matchmaking.domain.turns import STOPPED
from matchmaking.market.needs.commands import move_need
from matchmaking.market.needs.models import Need
from matchmaking.market.referrals.commands.moving import change, lock_need, move
from matchmaking.market.referrals.commands.standing import clock_columns, keep_turn
from matchmaking.market.referrals.models import Referral
from matchmaking.market.referrals.queries import live_of, orphaned, still_ticking, unanswered
from matchmaking.rulebook import number

HOW = {
    "withdrawn": {"sent": ("withdraw", FIRM), "claimed": ("pass_over", SYSTEM), "": ("withdraw", FIRM)},
    "merged": {"": ("merge", BUREAU)},
}
"""State of the need → state of the referral ("" any other) → the move that follows from it, and in whose name."""


def withdraw_need(
    session: Session, *, actor: str, role: str, need: Need, version: int, at: datetime, words: str = ""
) -> Need:
    """The firm wants nothing more: the need is withdrawn, and with it every referral that has not ended.

    Raises what ``move_need`` raises, and ``referral_signed_already`` where a contract was signed.
    """
    locked = lock_need(session, need.id)
    if any(referral.state == "signed" for referral in live_of(session, locked.id)):
        raise Refusal(Reason("referral_signed_already"))
    moved = move_need(
        session, actor=actor, role=role, need=locked, version=version, action="withdraw", at=at, words=words
    )
    for referral in live_of(session, moved.id):
        _end(session, referral, moved.state, actor=actor, at=at)
    return moved


def lapse(session: Session, *, actor: str, as_of: date, at: datetime, limit: int = 200) -> int:
    """End referrals that no bank answered in the workdays of the parameter; how many, at most ``limit`` at a time."""
    found = unanswered(session, as_of, limit=limit)
    for referral in found:
        move(
            session, actor=actor, role=SYSTEM, referral=referral, action="lapse", version=referral.version, at=at,
            on=as_of,
        )  # fmt: skip
    return len(found)


def close_orphans(session: Session, *, actor: str, at: datetime, limit: int = 200) -> int:
    """End referrals whose need was withdrawn or merged from a page of its own; how many."""
    found = orphaned(session, limit=limit)
    for referral in found:
        need = lock_need(session, referral.need_id)
        session.refresh(referral)
        _end(session, referral, need.state, actor=actor, at=at)
    return len(found)


def stop_clocks(session: Session, *, actor: str, as_of: date, at: datetime, limit: int = 200) -> int:
    """Stop the clocks of declined referrals that can no longer be taken back, on the day of the answer; how many."""
    last = at - timedelta(minutes=number("referral_undo_minutes", as_of))
    found = still_ticking(session, last, limit=limit)
    for referral in found:
        lock_need(session, referral.need_id)
        session.refresh(referral)
        before, day = referral.turn, referral.answered_on or as_of
        change(session, referral, referral.version, clock_columns(referral, STOPPED, day))
        keep_turn(session, referral, "stop", before, actor=actor, role=SYSTEM, on=day, at=at)
    return len(found)


def _end(session: Session, referral: Referral, need_state: str, *, actor: str, at: datetime) -> None:
    how = HOW[need_state]
    action, role = how.get(referral.state, how[""])
    move(session, actor=actor, role=role, referral=referral, action=action, version=referral.version, at=at)

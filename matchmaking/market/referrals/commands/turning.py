"""Passing the turn: the bank asks the firm or awaits a third party, the firm answers, the bank goes on (B03)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.states import TURN
from matchmaking.foundation.files import Kept, attach
from matchmaking.market.referrals.commands.moving import change, lock_need, moved_on
from matchmaking.market.referrals.commands.standing import clock_columns, keep_turn
from matchmaking.market.referrals.models import Referral
from matchmaking.market.referrals.queries import NEED_OPEN
from matchmaking.market.referrals.turns import ASKED, AWAITED, TURNABLE, subject_of_turn
from matchmaking.rulebook import number

MOST_WORDS = 1000
REASONS = {"ask_firm": ASKED, "await_third": AWAITED}


def pause(
    session: Session, *, actor: str, role: str, referral: Referral, version: int, action: str, reason: str, words: str,
    on: date, at: datetime, kept: Kept | None = None,
) -> Referral:  # fmt: skip
    """``ask_firm`` or ``await_third``: the bank's clock stands from ``on``, with a coded reason and words.

    Raises :class:`Refusal` ``turn_reason_needed``, ``turn_words_short`` or ``…_long``, and what :func:`_turn` raises.
    """
    if reason not in REASONS.get(action, ()):
        raise Refusal(Reason("turn_reason_needed"))
    fewest, told = number("referral_turn_fewest_characters", on), sum(c.isalnum() for c in words)
    if told < fewest:
        raise Refusal(Reason("turn_words_short", {"given": told, "fewest": fewest}))
    return _turn(
        session, actor, role, referral, version, action, on, at, kept=kept, reason=reason, words=_bounded(words)
    )


def answer(
    session: Session, *, actor: str, role: str, referral: Referral, version: int, words: str, on: date, at: datetime,
    kept: Kept | None = None,
) -> Referral:  # fmt: skip
    """The firm answers with words, a file, or both; from now on it is the bank's turn, and its day has moved.

    Raises :class:`Refusal` ``turn_answer_empty`` where there is neither, and what :func:`_turn` raises.
    """
    if not words.strip() and kept is None:
        raise Refusal(Reason("turn_answer_empty"))
    return _turn(session, actor, role, referral, version, "answer", on, at, kept=kept, words=_bounded(words))


def resume(
    session: Session, *, actor: str, role: str, referral: Referral, version: int, on: date, at: datetime
) -> Referral:
    """The bank goes on without waiting any longer, or because the third party is done."""
    return _turn(session, actor, role, referral, version, "resume", on, at)


def _turn(
    session: Session, actor: str, role: str, referral: Referral, version: int, action: str, on: date, at: datetime, *,
    kept: Kept | None = None, reason: str = "", words: str = "",
) -> Referral:  # fmt: skip
    """Raises what ``TURN.move`` raises, ``referral_moved_on``, ``referral_need_ended`` and ``turn_not_in_hand``."""
    need = lock_need(session, referral.need_id)
    session.refresh(referral)
    if referral.version != version:
        raise moved_on(referral)
    before, to = referral.turn, TURN.move(referral.turn, action, role)
    if need.state not in NEED_OPEN:
        raise Refusal(Reason("referral_need_ended", {"state_word": f"state_need_{need.state}"}))
    if referral.state not in TURNABLE:
        raise Refusal(Reason("turn_not_in_hand", {"state_word": f"state_referral_{referral.state}"}))
    change(session, referral, version, clock_columns(referral, to, on))
    keep_turn(
        session, referral, action, before, actor=actor, role=role, on=on, at=at, reason=reason, words=words
    )  # fmt: skip
    if kept is not None:
        subject = subject_of_turn(referral, referral.version)
        attach(session, kept, subject=subject, words=kept.name, actor=actor, at=at)
    return referral


def _bounded(words: str) -> str:
    if len(words) > MOST_WORDS:
        raise Refusal(Reason("turn_words_long", {"given": len(words), "most": MOST_WORDS}))
    return words.strip()

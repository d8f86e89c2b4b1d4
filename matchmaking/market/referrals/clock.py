"""The bank's clock in words: over, today, so many workdays left, or standing while somebody else has the turn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.turns import BANK, PAUSED
from matchmaking.market.referrals.models import LIVE, Referral
from matchmaking.rulebook import workdays

WAITING = ("sent", "claimed")
IN_HAND = ("accepted", "diligence", "deciding")
TURN = {"sent": "bank", "accepted": "bank", "diligence": "bank", "deciding": "bank", "claimed": "firm",
        "approved": "bank", "signed": "bank"}  # fmt: skip
PASSED = {"with_firm": "firm", "with_third": "third"}


@dataclass(frozen=True, slots=True)
class Clock:
    """``look``: bad, wait or mute; ``icon`` its shape."""

    said: Reason
    look: str
    icon: str


def clock_of(referral: Referral, on: date) -> Clock:
    """How the referral's clock stands on ``on``."""
    if referral.state in LIVE and referral.turn in PAUSED:
        since = (referral.turn_on or referral.sent_on).isoformat()
        return Clock(Reason(f"referral_clock_{referral.turn}", {"since": since}), "wait", "wait")
    if referral.state in WAITING:
        return _running("referral_clock", referral.due_on, on)
    if referral.state in IN_HAND and referral.decide_by is not None and referral.turn == BANK:
        return _running("referral_decide", referral.decide_by, on)
    if referral.answered_on is None:
        return Clock(Reason("referral_clock_none", {}), "mute", "none")
    return Clock(Reason("referral_clock_answered", {"day": referral.answered_on.isoformat()}), "mute", "ok")


def _running(code: str, last: date, on: date) -> Clock:
    due = last.isoformat()
    if last == on:
        return Clock(Reason(f"{code}_today", {}), "wait", "wait")
    late = last < on
    first, end = (last, on) if late else (on, last)
    try:
        days = workdays().between(first, end)
    except Refusal:
        return Clock(Reason(f"{code}_unknown", {"due": due}), "bad" if late else "mute", "wait")
    if late:
        return Clock(Reason(f"{code}_over", {"days": days, "due": due}), "bad", "late")
    return Clock(Reason(f"{code}_left", {"days": days, "due": due}), "mute", "none")


def turn_of(referral: Referral) -> str:
    """Whose turn it is: a code of words."""
    if referral.state not in LIVE:
        return "referral_turn_nobody"
    return f"referral_turn_{PASSED.get(referral.turn) or TURN[referral.state]}"


def next_of(referral: Referral) -> Reason:
    """What happens next, in one sentence."""
    if referral.state in LIVE and referral.turn in PAUSED:
        return Reason(f"referral_next_{referral.turn}", {})
    due = referral.decide_by if referral.state in IN_HAND else referral.due_on
    if referral.state in IN_HAND and due is not None:
        return Reason(f"referral_next_{referral.state}_by", {"due": due.isoformat()})
    return Reason(f"referral_next_{referral.state}", {"due": referral.due_on.isoformat()})

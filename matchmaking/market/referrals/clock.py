"""The bank's clock in words: over, today, or so many workdays left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.market.referrals.models import LIVE, Referral
from matchmaking.rulebook import workdays

WAITING = ("sent", "claimed")
TURN = {"sent": "bank", "accepted": "bank", "diligence": "bank", "deciding": "bank", "claimed": "firm",
        "approved": "bank", "signed": "bank"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clock:
    """``look``: bad, wait or mute; ``icon`` its shape."""

    said: Reason
    look: str
    icon: str


def clock_of(referral: Referral, on: date) -> Clock:
    """How the referral's clock stands on ``on``."""
    if referral.state not in WAITING:
        if referral.answered_on is None:
            return Clock(Reason("referral_clock_none", {}), "mute", "none")
        return Clock(Reason("referral_clock_answered", {"day": referral.answered_on.isoformat()}), "mute", "ok")
    due = referral.due_on.isoformat()
    if referral.due_on == on:
        return Clock(Reason("referral_clock_today", {}), "wait", "wait")
    late = referral.due_on < on
    first, last = (referral.due_on, on) if late else (on, referral.due_on)
    try:
        days = workdays().between(first, last)
    except Refusal:
        return Clock(Reason("referral_clock_unknown", {"due": due}), "bad" if late else "mute", "wait")
    if late:
        return Clock(Reason("referral_clock_over", {"days": days, "due": due}), "bad", "late")
    return Clock(Reason("referral_clock_left", {"days": days, "due": due}), "mute", "none")


def turn_of(referral: Referral) -> str:
    """Whose turn it is: a code of words."""
    return f"referral_turn_{TURN[referral.state] if referral.state in LIVE else 'nobody'}"


def next_of(referral: Referral) -> Reason:
    """What happens next, in one sentence."""
    return Reason(f"referral_next_{referral.state}", {"due": referral.due_on.isoformat()})

"""The bank's clock in a referral's own row: it stands, runs again with its day moved, and ends with the referral."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from matchmaking.domain.states import SYSTEM, TURN
from matchmaking.domain.turns import BANK, PAUSED, STOPPED, moved_day
from matchmaking.foundation.trail import record
from matchmaking.market.referrals.models import LIVE, Referral, ReferralTurn
from matchmaking.rulebook import workdays

TAGS = {
    "ask_firm": "turn.firm_asked",
    "await_third": "turn.third_awaited",
    "answer": "turn.answered",
    "resume": "turn.resumed",
    "stop": "turn.stopped",
}
ADVANCES = ("accept", "start_diligence", "submit", "return", "approve", "refuse", "decline", "terminate")
"""What the bank does only while it is its own turn: a standing clock runs again first."""


def clock_columns(referral: Referral, to: str, on: date) -> dict[str, Any]:
    """Columns that change when the turn becomes ``to`` on ``on``; a clock that stood moves the day it runs to.

    Raises what the workday calendar raises for a year that was not announced yet.
    """
    values: dict[str, Any] = {"turn": to, "turn_on": on}
    if referral.turn in PAUSED and to != referral.turn:
        name = "due_on" if referral.state in ("sent", "claimed") else "decide_by"
        due, since = getattr(referral, name), referral.turn_on or referral.sent_on
        if due is not None and to == BANK:
            values[name] = moved_day(due, since, on, workdays())
    return values


def consequence(referral: Referral, action: str, after: str, on: date) -> tuple[str, str, dict[str, Any]] | None:
    """What a step of the referral to ``after`` means for the clock: (action, role or "", columns); None for nothing."""
    # a decline can be taken back for some minutes: its clock is stopped by the job
    if action != "decline" and (after not in LIVE or action == "sign"):
        return None if referral.turn == STOPPED else ("stop", SYSTEM, clock_columns(referral, STOPPED, on))
    if action in ADVANCES and referral.turn in PAUSED:
        return "resume", "", clock_columns(referral, BANK, on)
    return None


def keep_turn(
    session: Session, referral: Referral, action: str, before: str, *, actor: str, role: str, on: date, at: datetime,
    reason: str = "", words: str = "",
) -> ReferralTurn:  # fmt: skip
    """A line of the clock's history, and of the trail; the referral's row has changed already."""
    assert TURN.move(before, action, role) == referral.turn  # noqa: S101  the caller asked the same table
    made = ReferralTurn(
        referral_id=referral.id, number=referral.version, action=action, before=before, after=referral.turn,
        reason_code=reason, words=words, on_day=on, role=role, actor=actor, recorded_at=at,
    )  # fmt: skip
    session.add(made)
    session.flush()
    payload = {"from": before, "to": referral.turn, "reason": reason, "on": on.isoformat(), "role": role,
               "due_on": referral.due_on.isoformat(),
               "decide_by": referral.decide_by.isoformat() if referral.decide_by else None}  # fmt: skip
    record(
        session, actor=actor, tag=TAGS[action], subject=f"referral:{referral.public_key}", payload=payload, at=at
    )  # fmt: skip
    return made

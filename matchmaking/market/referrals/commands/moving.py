"""One step of the table REFERRAL, for this slice and the later ones."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.states import REFERRAL, SYSTEM
from matchmaking.foundation.clock import business_day
from matchmaking.foundation.trail import record
from matchmaking.market.needs.commands import move_need
from matchmaking.market.needs.models import Need
from matchmaking.market.referrals.commands.standing import consequence, keep_turn
from matchmaking.market.referrals.models import LIVE, Referral, ReferralEvent
from matchmaking.market.referrals.queries import NEED_OPEN, live_of

TAGS = {
    "choose": "referral.chosen",
    "pass_over": "referral.passed_over",
    "release": "referral.released",
    "accept": "referral.accepted",
    "decline": "referral.declined",
    "undo": "referral.decline_undone",
    "undo_accepted": "referral.decline_undone",
    "start_diligence": "referral.diligence_started",
    "submit": "referral.submitted",
    "return": "referral.returned",
    "approve": "referral.approved",
    "refuse": "referral.refused",
    "sign": "referral.signed",
    "assign": "referral.assigned",
    "withdraw": "referral.withdrawn",
    "take_elsewhere": "referral.taken_elsewhere",
    "recall": "referral.recalled",
    "terminate": "referral.terminated",
    "lapse": "referral.lapsed",
    "merge": "referral.merged",
}
ENDINGS = ("withdraw", "recall", "lapse", "merge", "pass_over", "release", "take_elsewhere", "terminate")
"""What may still be done once the need itself has ended."""


def move(
    session: Session,
    *,
    actor: str,
    role: str,
    referral: Referral,
    action: str,
    version: int,
    at: datetime,
    words: str = "",
    values: dict[str, Any] | None = None,
    on: date | None = None,
) -> Referral:
    """Do ``action``; ``version`` is the one the page was made from, ``values`` columns that change with it.

    ``on`` is the business day (that of ``at`` unless told). The clock follows: it ends with the referral, and a clock
    that stood runs again when the bank goes on.
    ``sign`` brings the need to ``contracted``; when the last referral of a need ends without a signing the need is open
    again. Raises what ``REFERRAL.move`` raises, ``referral_moved_on`` where somebody else changed it meanwhile, and
    ``referral_need_ended`` where the firm withdrew the need.
    """
    need = lock_need(session, referral.need_id)
    session.refresh(referral)
    if referral.version != version:
        raise moved_on(referral)
    before, to = referral.state, REFERRAL.move(referral.state, action, role)
    if need.state not in NEED_OPEN and action not in ENDINGS:
        raise Refusal(Reason("referral_need_ended", {"state_word": f"state_need_{need.state}"}))
    day, turn = on or business_day(at), referral.turn
    turned = consequence(referral, action, to, day)
    change(session, referral, version, {**(turned[2] if turned else {}), "state": to, **(values or {})})
    keep_event(session, referral, action, before, actor=actor, role=role, at=at, words=words)
    if turned:
        keep_turn(session, referral, turned[0], turn, actor=actor, role=turned[1] or role, on=day, at=at)
    payload = {"from": before, "to": to, "version": referral.version, "role": role}
    record(session, actor=actor, tag=TAGS[action], subject=subject_of(referral), payload=payload, at=at)
    _follow(session, need, referral, action, actor=actor, role=role, at=at)
    return referral


def change(session: Session, referral: Referral, version: int, values: dict[str, Any]) -> None:
    """Write ``values`` and raise the version, from the row as it was read; else ``referral_moved_on``."""
    changed = session.execute(
        update(Referral)
        .where(
            Referral.id == referral.id, Referral.state == referral.state, Referral.version == version,
            Referral.turn == referral.turn,
        )
        .values(version=version + 1, **values)
        .returning(Referral.id)
        .execution_options(synchronize_session=False)
    ).first()  # fmt: skip
    session.refresh(referral)
    if changed is None:
        raise moved_on(referral)


def subject_of(referral: Referral) -> str:
    """The referral as trail and reading log name it."""
    return f"referral:{referral.public_key}"


def lock_need(session: Session, need_id: int) -> Need:
    """The need's row, locked and as it is now: withdrawing it and anything done with its referrals take turns."""
    asked = select(Need).where(Need.id == need_id).with_for_update()
    return session.scalars(asked.execution_options(populate_existing=True)).one()


def keep_event(
    session: Session, referral: Referral, action: str, before: str, *, actor: str, role: str, at: datetime,
    words: str = "",
) -> None:  # fmt: skip
    """A line of the history."""
    event = ReferralEvent(
        referral_id=referral.id, number=referral.version, action=action, before=before, after=referral.state,
        role=role, actor=actor, words=words, organisation_id=referral.organisation_id, officer_id=referral.officer_id,
        recorded_at=at,
    )  # fmt: skip
    session.add(event)
    session.flush()


def moved_on(referral: Referral) -> Refusal:
    """Somebody else changed it since the page was made."""
    return Refusal(Reason("referral_moved_on", {"state_word": f"state_referral_{referral.state}"}))


def _follow(
    session: Session, need: Need, referral: Referral, action: str, *, actor: str, role: str, at: datetime
) -> None:
    """What the need does in consequence, in the same unit of work."""
    step: dict[str, Any] = {"actor": actor, "need": need, "version": need.version, "at": at}
    if action == "sign":
        move_need(session, role=role, action="sign", **step)
    elif referral.state not in LIVE and need.state == "referred" and not live_of(session, need.id):
        move_need(session, role=SYSTEM, action="reopen", **step)

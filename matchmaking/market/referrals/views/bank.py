"""Each button of the bank's desk: 受理, 不予受理 and taking it back, 终止, the turn, giving work to somebody, files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.access.reading import log_reading
from matchmaking.foundation.files import Kept
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.today import business_today
from matchmaking.market.referrals import commands
from matchmaking.market.referrals.commands.moving import subject_of
from matchmaking.market.referrals.forms import AssignForm, DeclineForm, StepForm, TurnForm
from matchmaking.market.referrals.models import Referral
from matchmaking.market.referrals.queries import dossier, handed_on, referral_by_key, referral_row, units_of
from matchmaking.market.referrals.views.desk import bank_referrals, show
from matchmaking.market.referrals.views.files import given_out, taken_in

MOVED = ("move_", "referral_moved", "referral_need", "referral_undo", "referral_handed", "turn_not")
"""Beginnings of codes that say that the world has moved on, rather than that something is to be typed again."""


@bank_referrals.post("/inbox/<key:key>/accept")
@requires(Permission.DECIDE_REFERRALS)
def accept(key: str) -> ResponseReturnValue:
    """受理."""
    return _plain(key, "accept", commands.accept)


@bank_referrals.post("/inbox/<key:key>/undo")
@requires(Permission.DECIDE_REFERRALS)
def undo(key: str) -> ResponseReturnValue:
    """Take a decline back."""
    return _plain(key, "undo", commands.undo_decline)


@bank_referrals.post("/inbox/<key:key>/decline")
@requires(Permission.DECIDE_REFERRALS)
def decline(key: str) -> ResponseReturnValue:
    """不予受理, with the reason of the button pressed."""
    return _ended(key, "decline", commands.decline)


@bank_referrals.post("/inbox/<key:key>/terminate")
@requires(Permission.DECIDE_REFERRALS)
def terminate(key: str) -> ResponseReturnValue:
    """终止办理, with the reason of the button pressed; the table lets the manager."""
    return _ended(key, "terminate", commands.terminate)


@bank_referrals.post("/inbox/<key:key>/turn")
@requires(Permission.DECIDE_REFERRALS)
def turn(key: str) -> ResponseReturnValue:
    """Ask the firm or await a third party, and the clock stands; without a reason it runs again."""
    on, at, viewer, form = business_today(), clock.now(), current_viewer(), TurnForm()
    version, words = form.version.data, form.words.data or ""
    action, _, reason = str(form.reason.data or "")[:60].partition(":")
    kept, refused = _file(key, form)
    if refused is not None:
        return show(key, refused, form), _status(refused)

    def pass_on(work: Session, referral: Referral) -> None:
        told: dict[str, Any] = {"actor": viewer.actor, "role": viewer.role.value, "referral": referral,
                                "version": version, "on": on, "at": at}  # fmt: skip
        if action == "resume":
            commands.resume(work, **told)
        else:
            commands.pause(work, action=action, reason=reason, words=words, kept=kept, **told)

    body = {"version": version, "reason": f"{action}:{reason}", "words": words, "file": kept.sha256 if kept else None}
    return _step(key, "turn", form, body, pass_on)


@bank_referrals.post("/inbox/<key:key>/assign")
@requires(Permission.ASSIGN_REFERRALS)
def assign(key: str) -> ResponseReturnValue:
    """Give it to a unit of the bank at or under one's own, and to an officer there."""
    at, viewer, form = clock.now(), current_viewer(), AssignForm()
    version, officer = form.version.data, form.officer.data or None
    unit = next((one for one in units_of(session(), viewer) if one.public_key == form.unit.data), None)
    unit_id = unit.id if unit else 0

    def give(work: Session, referral: Referral) -> None:
        commands.assign(
            work, actor=viewer.actor, role=viewer.role.value, referral=referral, version=version,
            organisation_id=unit_id, officer_id=officer, at=at,
        )  # fmt: skip

    return _step(key, "assign", form, {"version": version, "unit": unit_id, "officer": officer}, give)


@bank_referrals.get("/inbox/<key:key>/files/<id:link_id>")
@requires(Permission.READ_REFERRALS)
def file(key: str, link_id: int) -> ResponseReturnValue:
    """A file of the referral; the firm's only while its file is open, and that reading is logged."""
    viewer, on = current_viewer(), business_today()
    row = referral_row(session(), viewer, key) or abort(404)
    opened = dossier(session(), row.referral, row.need, on=on)
    answer = given_out(row.referral, link_id, all_open=opened is not None)
    if opened is not None:
        subject = f"enterprise:{opened.enterprise.public_key}"
        log_reading(viewer, subject=subject, under=subject_of(row.referral), at=clock.now())
    return answer


def _plain(key: str, action: str, command: Callable[..., Referral]) -> ResponseReturnValue:
    """A step that asks for nothing."""
    on, at, viewer, form = business_today(), clock.now(), current_viewer(), StepForm()
    version = form.version.data

    def do(work: Session, referral: Referral) -> None:
        command(work, actor=viewer.actor, role=viewer.role.value, referral=referral, version=version, on=on, at=at)

    return _step(key, action, form, {"version": version}, do)


def _ended(key: str, action: str, command: Callable[..., Referral]) -> ResponseReturnValue:
    """An end with a coded reason, words and a record where the reason asks for them."""
    on, at, viewer, form = business_today(), clock.now(), current_viewer(), DeclineForm()
    version, reason, words = form.version.data, str(form.reason.data or "")[:60], form.words.data or ""
    kept, refused = _file(key, form)
    if refused is not None:
        return show(key, refused, form), _status(refused)

    def end(work: Session, referral: Referral) -> None:
        command(
            work, actor=viewer.actor, role=viewer.role.value, referral=referral, version=version, reason=reason,
            words=words, on=on, at=at, kept=kept,
        )  # fmt: skip

    body = {"version": version, "reason": reason, "words": words, "file": kept.sha256 if kept else None}
    return _step(key, action, form, body, end)


def _file(key: str, form: DeclineForm | TurnForm) -> tuple[Kept | None, Refusal | None]:
    """What was attached, taken in before the unit of work; nobody keeps files on what they may not see."""
    if not _known(key):
        return None, Refusal(Reason("referral_handed_on"))
    try:
        return taken_in(form.evidence.data), None
    except Refusal as refusal:
        return None, refusal


def _status(refusal: Refusal) -> int:
    return 409 if refusal.reason.code.startswith(MOVED) else 422


def _known(key: str) -> bool:
    """Whether the referral is here; False where it was given to another unit meanwhile, 404 for anything else."""
    if referral_by_key(session(), current_viewer(), key) is not None:
        return True
    return False if handed_on(session(), current_viewer(), key) else abort(404)


def _held(work: Session, key: str) -> Referral:
    found = referral_by_key(work, current_viewer(), key)
    if found is None and handed_on(work, current_viewer(), key):
        raise Refusal(Reason("referral_handed_on"))
    return found or abort(404)


def _step(
    key: str, action: str, form: StepForm, body: dict[str, Any], do: Callable[[Session, Referral], None]
) -> ResponseReturnValue:
    viewer = current_viewer()
    if not _known(key):
        return show(key), 409
    if not form.validate_on_submit():
        return show(key, form=form), 422

    def work(inside: Session) -> dict[str, Any]:
        do(inside, _held(inside, key))
        return {"referral": key}

    try:
        keyed(f"referrals.{action}", form.key.data, {"referral": key, **body}, work)
    except Refusal as refusal:
        return show(key, refusal, form), _status(refusal)
    after = referral_by_key(session(), viewer, key)
    # given to a unit that is not under one's own it is no longer there to be read
    return redirect(
        url_for("bank_referrals.sheet" if after else "bank_referrals.index", key=key if after else None), 303
    )

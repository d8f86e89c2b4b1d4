"""What the firm does with one bank's referral: take it back, answer the bank, go elsewhere; and its files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.today import business_today
from matchmaking.market.needs.queries import visible_need
from matchmaking.market.referrals import commands
from matchmaking.market.referrals.forms import AnswerForm, StepForm
from matchmaking.market.referrals.models import Referral
from matchmaking.market.referrals.queries import referral_by_key
from matchmaking.market.referrals.views.files import given_out, taken_in
from matchmaking.market.referrals.views.firm import progress_page, referrals

MOVED = ("move_", "referral_moved", "referral_need", "turn_not")


@referrals.post("/needs/<key:key>/referrals/<key:referral>/withdraw")
@requires(Permission.POST_NEEDS)
def withdraw_one(key: str, referral: str) -> ResponseReturnValue:
    """Take it back from one bank."""
    return _ended(key, referral, "withdraw")


@referrals.post("/needs/<key:key>/referrals/<key:referral>/elsewhere")
@requires(Permission.POST_NEEDS)
def elsewhere(key: str, referral: str) -> ResponseReturnValue:
    """转他行: this bank's ends, and the page offers the next products with the same file."""
    return _ended(key, referral, "take_elsewhere")


@referrals.post("/needs/<key:key>/referrals/<key:referral>/answer")
@requires(Permission.POST_NEEDS)
def answer(key: str, referral: str) -> ResponseReturnValue:
    """Answer what the bank asked: words, a file, or both."""
    on, at, viewer, form = business_today(), clock.now(), current_viewer(), AnswerForm()
    _found(key, referral)
    version, words = form.version.data, form.words.data or ""
    if not form.validate_on_submit():
        return progress_page(key, answering=form, of=referral), 422
    try:
        kept = taken_in(form.evidence.data)
    except Refusal as refusal:
        return progress_page(key, refusal, answering=form, of=referral), 422

    def say(work: Session, held: Referral) -> None:
        commands.answer(
            work, actor=viewer.actor, role=viewer.role.value, referral=held, version=version, words=words, kept=kept,
            on=on, at=at,
        )  # fmt: skip

    body = {"version": version, "words": words, "file": kept.sha256 if kept else None}
    done = _step(key, referral, "answer", form, body, say)
    if done is None:
        flash(_("已答复银行，时钟接着走。"), "ok")
    return done or redirect(url_for("referrals.progress", key=key), code=303)


@referrals.get("/needs/<key:key>/referrals/<key:referral>/files/<id:link_id>")
@requires(Permission.READ_OWN_NEEDS)
def file(key: str, referral: str, link_id: int) -> ResponseReturnValue:
    """A file the firm sent, or one the bank attached to a reason."""
    return given_out(_found(key, referral), link_id, all_open=True)


def _ended(key: str, referral: str, action: str) -> ResponseReturnValue:
    on, at, viewer, form = business_today(), clock.now(), current_viewer(), StepForm()
    _found(key, referral)
    version = form.version.data

    def end(work: Session, held: Referral) -> None:
        commands.move(
            work, actor=viewer.actor, role=viewer.role.value, referral=held, action=action, version=version, at=at,
            on=on,
        )  # fmt: skip

    done = _step(key, referral, action, form, {"version": version}, end)
    return done or redirect(url_for("referrals.progress", key=key), code=303)


def _step(
    key: str, referral: str, action: str, form: StepForm, body: dict[str, Any], do: Callable[[Session, Referral], None]
) -> ResponseReturnValue | None:
    """Do it once; the page with the refusal, or None where it was done."""
    viewer = current_viewer()

    def work(inside: Session) -> dict[str, Any]:
        do(inside, referral_by_key(inside, viewer, referral) or abort(404))
        return {"referral": referral}

    try:
        keyed(f"referrals.{action}", form.key.data, {"referral": referral, **body}, work)
    except Refusal as refusal:
        answering = form if isinstance(form, AnswerForm) else None
        page = progress_page(key, refusal, answering=answering, of=referral)
        return page, 409 if refusal.reason.code.startswith(MOVED) else 422
    return None


def _found(key: str, referral: str) -> Referral:
    """The referral of this very need, both the viewer's own; else 404."""
    need = visible_need(session(), current_viewer(), key) or abort(404)
    found = referral_by_key(session(), current_viewer(), referral)
    if found is None or found.need_id != need.id:
        abort(404)
    return found

"""One's own second factor: setting it up, new recovery codes, doing without."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import clock, storage
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import carried, current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.access.roles import STAFF
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.foundation.web.limits import limit_sign_in
from matchmaking.registry.accounts import commands, queries
from matchmaking.registry.accounts.forms import AgainForm, CodeForm
from matchmaking.registry.accounts.views.hanging import accounts, seal, settings


@accounts.get("/account/factor")
@requires(Permission.OWN_ACCOUNT)
def factor() -> ResponseReturnValue:
    """Whether there is one, how many recovery codes are left, and what can be done."""
    return _page()


@accounts.post("/account/factor")
@requires(Permission.OWN_ACCOUNT)
@limit_sign_in
def begin_factor() -> ResponseReturnValue:
    """Offer a secret to this browser, against the password: an unwatched desk must not lock its owner out."""
    viewer, form, at = current_viewer(), AgainForm(), clock.now()
    if not form.validate_on_submit():
        return _page(again=form), 422
    try:
        commands.confirm_password(login=viewer.login, password=form.password.data, at=at)
    except Refusal as refusal:
        form.add_refusal(refusal, "password")
        return _page(again=form), 422
    run_in_unit_of_work(commands.offer_factor, user_id=viewer.user_id, at=at, seal=seal(), token=carried())
    return redirect(url_for("accounts.enrol", next=url_for("accounts.factor")), code=303)


@accounts.post("/account/factor/codes")
@requires(Permission.OWN_ACCOUNT)
@limit_sign_in
def renew_codes() -> ResponseReturnValue:
    """Ten new recovery codes against a code of the phone; the old ones are void."""
    viewer, form = current_viewer(), CodeForm()
    if not form.validate_on_submit():
        return _page(code=form), 422
    try:
        codes = commands.renew_recovery_codes(
            actor=viewer.actor, user_id=viewer.user_id, typed=form.code.data, at=clock.now(), seal=seal()
        )
    except Refusal as refusal:
        form.add_refusal(refusal, "code")
        return _page(code=form), 422
    return render_template("accounts/codes.html", codes=codes, onward=url_for("accounts.factor"), first=False)


@accounts.post("/account/factor/remove")
@requires(Permission.OWN_ACCOUNT)
@limit_sign_in
def remove_factor() -> ResponseReturnValue:
    """Do without again, against a code; staff cannot where the installation asks for a factor."""
    viewer, form = current_viewer(), CodeForm()
    if not form.validate_on_submit():
        return _page(code=form), 422
    try:
        commands.remove_factor(
            actor=viewer.actor,
            user_id=viewer.user_id,
            typed=form.code.data,
            at=clock.now(),
            seal=seal(),
            required=settings().second_factor_required,
        )
    except Refusal as refusal:
        form.add_refusal(refusal, "code")
        return _page(code=form), 422
    flash(_("动态口令已关闭，以后只凭密码登录。"), "success")
    return redirect(url_for("accounts.factor"), code=303)


def _page(again: AgainForm | None = None, code: CodeForm | None = None) -> str:
    viewer = current_viewer()
    return render_template(
        "accounts/factor.html",
        viewer=viewer,
        factor=queries.own_factor(storage.session(), viewer=viewer),
        again=again or AgainForm(formdata=None),
        code=code or CodeForm(formdata=None),
        required=settings().second_factor_required and viewer.role in STAFF,
    )

"""One's own account: password, language, sessions, signing out."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import clock, storage
from matchmaking.foundation.access.guard import public, requires
from matchmaking.foundation.access.login import carry, current_viewer, drop, viewer_or_none
from matchmaking.foundation.access.next_page import safe_next
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.foundation.web.limits import limit_sign_in
from matchmaking.foundation.web.locale import language, remember_language
from matchmaking.registry.accounts import commands, queries
from matchmaking.registry.accounts.forms import EmptyForm, LanguageForm, PasswordForm
from matchmaking.registry.accounts.views.hanging import accounts, idle_minutes, place
from matchmaking.rulebook import number


@accounts.post("/sign-out")
@requires(Permission.OWN_ACCOUNT)
def sign_out() -> ResponseReturnValue:
    """End this session, here and in the table."""
    viewer = current_viewer()
    run_in_unit_of_work(commands.sign_out, actor=viewer.actor, session_id=viewer.session_id, at=clock.now())
    drop()
    flash(_("已退出登录。"), "success")
    return redirect(url_for("accounts.sign_in"), code=303)


@accounts.get("/account")
@requires(Permission.OWN_ACCOUNT)
def account() -> ResponseReturnValue:
    """One's own account: password and language."""
    return _account_page(PasswordForm(formdata=None))


@accounts.post("/account/password")
@requires(Permission.OWN_ACCOUNT)
@limit_sign_in
def change_password() -> ResponseReturnValue:
    """A new password; every other browser is signed out."""
    viewer, form = current_viewer(), PasswordForm()
    if not form.validate_on_submit():
        return _account_page(form), 422
    try:
        token = commands.change_password(
            login=viewer.login, current=form.current.data, new=form.new.data, at=clock.now(), place=place()
        )
    except Refusal as refusal:
        form.add_refusal(refusal, "current" if refusal.reason.code == "password_wrong" else "new")
        return _account_page(form), 422
    carry(token)
    flash(_("密码已修改，其他地方的登录都已退出。"), "success")
    return redirect(url_for("accounts.account"), code=303)


@accounts.get("/sessions")
@requires(Permission.OWN_ACCOUNT)
def sessions() -> ResponseReturnValue:
    """Where one is signed in."""
    viewer, at = current_viewer(), clock.now()
    lines = queries.own_sessions(storage.session(), viewer=viewer, at=at, idle_minutes=idle_minutes(at))
    return render_template("accounts/sessions.html", lines=lines, viewer=viewer, form=EmptyForm(formdata=None))


@accounts.post("/sessions/<id:session_id>/end")
@requires(Permission.OWN_ACCOUNT)
def end_session(session_id: int) -> ResponseReturnValue:
    """End one of one's own sessions; another's is as absent as one that never was."""
    viewer = current_viewer()
    try:
        run_in_unit_of_work(
            commands.revoke_own_session,
            actor=viewer.actor,
            user_id=viewer.user_id,
            session_id=session_id,
            at=clock.now(),
        )
    except Refusal:
        abort(404)
    flash(_("该处的登录已结束。"), "success")
    return redirect(url_for("accounts.sessions"), code=303)


@accounts.post("/language")
@public("the sign-in page, too, is read in either language")
def choose_language() -> ResponseReturnValue:
    """Keep the language in the browser, and with the account when signed in."""
    form = LanguageForm()
    if not form.validate_on_submit():
        abort(400)
    viewer = viewer_or_none()
    if viewer is not None:
        told = {"user_id": viewer.user_id, "language": form.language.data}
        run_in_unit_of_work(commands.choose_language, **told, at=clock.now())
    return remember_language(redirect(safe_next(form.next.data), code=303), form.language.data)


def _account_page(form: PasswordForm) -> str:
    return render_template(
        "accounts/account.html",
        viewer=current_viewer(),
        form=form,
        language_form=LanguageForm(formdata=None, language=language(), next=url_for("accounts.account")),
        shortest=number("password_shortest", clock.today()),
    )

"""Sign-in, sign-out, one's own account and sessions, the language."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from config import Settings
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import clock, storage
from matchmaking.foundation.access.guard import public, requires
from matchmaking.foundation.access.login import carried, carry, current_viewer, drop, load_viewers_with, viewer_or_none
from matchmaking.foundation.access.next_page import safe_next
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.foundation.web.limits import limit_sign_in
from matchmaking.foundation.web.locale import language, remember_language
from matchmaking.registry.accounts import commands, queries
from matchmaking.registry.accounts.forms import DemoForm, EmptyForm, LanguageForm, PasswordForm, SignInForm
from matchmaking.rulebook import number

accounts = Blueprint("accounts", __name__)
SEEN_EVERY_SECONDS = 60


@accounts.record_once
def _load_viewers(state: BlueprintSetupState) -> None:
    load_viewers_with(state.app, load_viewer)


def load_viewer(token: str, at: datetime) -> Viewer | None:
    """The person behind a cookie's token; notes at most once a minute that they were seen."""
    found = queries.find_live_session(
        storage.session(), token=token, at=at, idle_minutes=_idle_minutes(at), demo=_settings().demo
    )
    if found is None:
        return None
    if (at - found.last_seen_at).total_seconds() >= SEEN_EVERY_SECONDS:
        commands.note_seen(session_id=found.viewer.session_id, at=at)
    return found.viewer


@accounts.get("/sign-in")
@public("nobody has a session before signing in")
def sign_in() -> ResponseReturnValue:
    """The form, and in a demo one card per account."""
    if viewer_or_none() is not None:
        return redirect(safe_next(request.args.get("next")), code=303)
    form = SignInForm(formdata=None, next=safe_next(request.args.get("next"), ""))
    return _sign_in_page(form)


@accounts.post("/sign-in")
@public("nobody has a session before signing in")
@limit_sign_in
def sign_in_now() -> ResponseReturnValue:
    """Check name and password; the page again, with words, when they are refused."""
    form = SignInForm()
    if not form.validate_on_submit():
        return _sign_in_page(form), 422
    try:
        token = commands.sign_in(
            login=form.login.data,
            password=form.password.data,
            at=clock.now(),
            place=_place(),
            demo=_settings().demo,
        )
    except Refusal as refusal:
        form.add_refusal(refusal)
        return _sign_in_page(form), 422
    return _enter(token, form.next.data)


@accounts.post("/sign-in/demo")
@public("the demo's own cards; there is no such page outside a demo")
@limit_sign_in
def sign_in_demo() -> ResponseReturnValue:
    """Sign in as a demo account through a session like any other."""
    if not _settings().demo:
        abort(404)
    form = DemoForm()
    if not form.validate_on_submit():
        abort(400)
    try:
        token = run_in_unit_of_work(
            commands.sign_in_as_demo, login=form.login.data or "", at=clock.now(), place=_place()
        )
    except Refusal:
        abort(404)
    return _enter(token, form.next.data)


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
            login=viewer.login, current=form.current.data, new=form.new.data, at=clock.now(), place=_place()
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
    lines = queries.own_sessions(storage.session(), viewer=viewer, at=at, idle_minutes=_idle_minutes(at))
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
        run_in_unit_of_work(commands.choose_language, user_id=viewer.user_id, language=form.language.data)
    return remember_language(redirect(safe_next(form.next.data), code=303), form.language.data)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _idle_minutes(at: datetime) -> int:
    return number("session_idle_minutes", clock.business_day(at))


def _place() -> commands.Place:
    return commands.Place(
        hours=_settings().session_hours,
        address=request.remote_addr or "",
        browser="".join(letter for letter in request.user_agent.string if letter.isprintable()),
        previous=carried(),
    )


def _enter(token: str, target: str | None) -> ResponseReturnValue:
    carry(token)
    return redirect(safe_next(target), code=303)


def _sign_in_page(form: SignInForm) -> str:
    cards = queries.demo_accounts(storage.session()) if _settings().demo else []
    card_form = DemoForm(formdata=None, next=safe_next(form.next.data, ""))
    return render_template("accounts/sign_in.html", form=form, cards=cards, card_form=card_form)


def _account_page(form: PasswordForm) -> str:
    return render_template(
        "accounts/account.html",
        viewer=current_viewer(),
        form=form,
        language_form=LanguageForm(formdata=None, language=language(), next=url_for("accounts.account")),
        shortest=number("password_shortest", clock.today()),
    )

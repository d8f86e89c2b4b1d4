"""Signing in: name and password, then the code; a demo's cards; leaving half-way."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import clock, storage
from matchmaking.foundation.access.guard import public
from matchmaking.foundation.access.login import carried, carry, drop, viewer_or_none
from matchmaking.foundation.access.next_page import safe_next
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.foundation.web.limits import limit_sign_in
from matchmaking.registry.accounts import commands, queries
from matchmaking.registry.accounts.forms import CodeForm, DemoForm, EmptyForm, SignInForm
from matchmaking.registry.accounts.views.hanging import accounts, enter, place, seal, settings
from matchmaking.registry.accounts.views.picture import picture_of

HALF_WAY = "the password was right and the code is awaited: no session yet, only this browser's waiting opens it"


@accounts.get("/sign-in")
@public("nobody has a session before signing in")
def sign_in() -> ResponseReturnValue:
    """The form, and in a demo one card per account."""
    if viewer_or_none() is not None:
        return redirect(safe_next(request.args.get("next")), code=303)
    waiting = _waiting()
    if waiting is not None:
        return redirect(_page_of(waiting.awaits, request.args.get("next")), code=303)
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
        entry = commands.sign_in(
            login=form.login.data,
            password=form.password.data,
            at=clock.now(),
            place=place(),
            demo=settings().demo,
            seal=seal(),
            factor_required=settings().second_factor_required,
        )
    except Refusal as refusal:
        form.add_refusal(refusal)
        return _sign_in_page(form), 422
    if entry.awaits:
        carry(entry.token)
        return redirect(_page_of(entry.awaits, form.next.data), code=303)
    return enter(entry.token, form.next.data)


@accounts.post("/sign-in/demo")
@public("the demo's own cards; there is no such page outside a demo")
@limit_sign_in
def sign_in_demo() -> ResponseReturnValue:
    """Sign in as a demo account through a session like any other."""
    if not settings().demo:
        abort(404)
    form = DemoForm()
    if not form.validate_on_submit():
        abort(400)
    try:
        token = run_in_unit_of_work(
            commands.sign_in_as_demo, login=form.login.data or "", at=clock.now(), place=place()
        )
    except Refusal:
        abort(404)
    return enter(token, form.next.data)


@accounts.get("/sign-in/code")
@public(HALF_WAY)
def sign_in_code() -> ResponseReturnValue:
    """Ask for the phone's code; ``?way=recovery`` asks for a recovery code instead."""
    if _waiting(commands.CODE) is None:
        return redirect(url_for("accounts.sign_in"), code=303)
    return _code_page(CodeForm(formdata=None, next=safe_next(request.args.get("next"), "")))


@accounts.post("/sign-in/code")
@public(HALF_WAY)
@limit_sign_in
def sign_in_code_now() -> ResponseReturnValue:
    """Check the code; each is good once."""
    form = CodeForm()
    if not form.validate_on_submit():
        return _code_page(form), 422
    try:
        token = commands.pass_code(
            token=carried() or "", typed=form.code.data, at=clock.now(), place=place(), seal=seal()
        )
    except Refusal as refusal:
        if refusal.reason.code == "sign_in_expired":
            return _too_late(form.next.data)
        form.add_refusal(refusal, "code")
        return _code_page(form), 422
    return enter(token, form.next.data)


@accounts.get("/sign-in/enrol")
@public(HALF_WAY)
def enrol() -> ResponseReturnValue:
    """The secret for the phone, as a picture and as text, and the field for its first code."""
    waiting = _waiting(commands.ENROL)
    if waiting is None:
        return redirect(url_for("accounts.sign_in"), code=303)
    return _enrol_page(CodeForm(formdata=None, next=safe_next(request.args.get("next"), "")), waiting, 200)


@accounts.post("/sign-in/enrol")
@public(HALF_WAY)
@limit_sign_in
def enrol_now() -> ResponseReturnValue:
    """Put the factor in force and show the recovery codes, this once."""
    form, waiting = CodeForm(), _waiting(commands.ENROL)
    if waiting is None:
        return _too_late(form.next.data)
    if not form.validate_on_submit():
        return _enrol_page(form, waiting, 422)
    try:
        made = commands.enrol(token=carried() or "", typed=form.code.data, at=clock.now(), place=place(), seal=seal())
    except Refusal as refusal:
        if refusal.reason.code == "sign_in_expired":
            return _too_late(form.next.data)
        form.add_refusal(refusal, "code")
        return _enrol_page(form, waiting, 422)
    carry(made.token)
    return render_template("accounts/codes.html", codes=made.codes, onward=safe_next(form.next.data), first=True)


@accounts.post("/sign-in/leave")
@public(HALF_WAY)
def leave_sign_in() -> ResponseReturnValue:
    """Give a half-way sign-in up; somebody signed in who was only setting a factor up stays signed in."""
    if not EmptyForm().validate_on_submit():
        abort(400)
    run_in_unit_of_work(commands.leave, token=carried() or "", at=clock.now())
    if viewer_or_none() is not None:
        return redirect(url_for("accounts.account"), code=303)
    drop()
    return redirect(url_for("accounts.sign_in"), code=303)


def _waiting(awaits: str | None = None) -> queries.Waiting | None:
    token = carried()
    found = queries.pending_sign_in(storage.session(), token=token, at=clock.now()) if token else None
    return found if found and awaits in (None, found.awaits) else None


def _page_of(awaits: str, target: str | None) -> str:
    endpoint = "accounts.sign_in_code" if awaits == commands.CODE else "accounts.enrol"
    return url_for(endpoint, next=safe_next(target, "") or None)


def _too_late(target: str | None) -> ResponseReturnValue:
    flash(_("这次登录已经过时。请重新输入登录名和密码。"), "warning")
    return redirect(url_for("accounts.sign_in", next=safe_next(target, "") or None), code=303)


def _code_page(form: CodeForm) -> str:
    recovery = request.args.get("way") == "recovery"
    return render_template("accounts/code.html", form=form, recovery=recovery, leave=EmptyForm(formdata=None))


def _enrol_page(form: CodeForm, waiting: queries.Waiting, status: int) -> ResponseReturnValue:
    try:
        secret = seal().open(waiting.sealed)
    except Refusal:  # the installation's key was replaced within these ten minutes
        return _too_late(form.next.data)
    page = render_template(
        "accounts/enrol.html",
        form=form,
        login=waiting.login,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        picture=picture_of(secret, login=waiting.login),
        leave=EmptyForm(formdata=None),
        own=viewer_or_none() is not None,
    )
    return page, status


def _sign_in_page(form: SignInForm) -> str:
    cards = queries.demo_accounts(storage.session()) if settings().demo else []
    card_form = DemoForm(formdata=None, next=safe_next(form.next.data, ""))
    return render_template("accounts/sign_in.html", form=form, cards=cards, card_form=card_form)

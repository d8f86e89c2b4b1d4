"""The operator's pages of accounts: the list, a new one, one person and what can be done for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation import clock, storage
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.access.roles import NEEDS_ORGANISATION, ORGANISATION_OF, Role
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.foundation.web.locale import in_words
from matchmaking.foundation.web.paging import Page, page_number
from matchmaking.foundation.web.words import here
from matchmaking.registry.accounts import commands, queries
from matchmaking.registry.accounts.forms import EmptyForm, PersonForm, WorkForm
from matchmaking.registry.accounts.views.hanging import accounts, idle_minutes

PER_PAGE = 50


@accounts.get("/operator/accounts")
@requires(Permission.MANAGE_ACCOUNTS)
def people() -> ResponseReturnValue:
    """Every account; three SQL statements with the look at the session."""
    args, number = request.args, page_number(request.args.get("page"))
    wanted = queries.WantedPeople(
        args.get("text", "").strip()[:60], args.get("role", "")[:40], args.get("state", "")[:10]
    )
    rows, total = queries.people_list(
        storage.session(), current_viewer(), wanted, at=clock.now(), limit=PER_PAGE, offset=(number - 1) * PER_PAGE
    )
    if number > 1 and not rows:
        return redirect(here(page=None), code=303)
    page = Page(number, total, lambda changes: here(**changes), PER_PAGE)
    return render_template("accounts/people.html", rows=rows, page=page, wanted=wanted, roles=list(Role))


@accounts.get("/operator/accounts/new")
@requires(Permission.MANAGE_ACCOUNTS)
def new_person() -> ResponseReturnValue:
    """An empty form."""
    return render_template("accounts/person_new.html", form=PersonForm(formdata=None))


@accounts.post("/operator/accounts/new")
@requires(Permission.MANAGE_ACCOUNTS)
def make_person() -> ResponseReturnValue:
    """Make the account and show its initial password, this once."""
    form, password = PersonForm(), commands.initial_password()
    if not form.validate_on_submit():
        return render_template("accounts/person_new.html", form=form), 422
    try:
        organisation_id = _employer(form)
        run_in_unit_of_work(
            commands.create_user,
            actor=current_viewer().actor,
            login=form.login.data,
            name=form.name.data,
            role=form.role.data,
            jurisdiction=form.jurisdiction.data,
            organisation_id=organisation_id,
            password_hash=commands.hash_password(password),
            given=True,
            at=clock.now(),
        )
    except Refusal as refusal:
        form.add_refusal(refusal, _field_of(refusal.reason))
        return render_template("accounts/person_new.html", form=form), 422
    login = commands.fold_login(form.login.data)
    return render_template("accounts/person_password.html", login=login, password=password, made=True)


@accounts.get("/operator/accounts/<key:login>")
@requires(Permission.MANAGE_ACCOUNTS)
def person(login: str) -> ResponseReturnValue:
    """One account, what was done with it, and what can be done."""
    return _sheet(login)


@accounts.post("/operator/accounts/<key:login>/work")
@requires(Permission.MANAGE_ACCOUNTS)
def change_work(login: str) -> ResponseReturnValue:
    """Another role, jurisdiction or employer; the sessions end."""
    _refuse_own(login)
    form = WorkForm()
    if not form.validate_on_submit():
        return _sheet(login, form), 422
    try:
        run_in_unit_of_work(
            commands.change_work,
            actor=current_viewer().actor,
            login=login,
            role=form.role.data,
            jurisdiction=form.jurisdiction.data,
            organisation_id=_employer(form),
            at=clock.now(),
        )
    except Refusal as refusal:
        form.add_refusal(refusal, _field_of(refusal.reason))
        return _sheet(login, form), 422
    flash(_("已变更，该账号的登录都已退出。"), "success")
    return redirect(url_for("accounts.person", login=login), code=303)


@accounts.post("/operator/accounts/<key:login>/password")
@requires(Permission.MANAGE_ACCOUNTS)
def new_password(login: str) -> ResponseReturnValue:
    """A new initial password, shown this once; the sessions end and the lock is lifted. One's own asks for the old."""
    _refuse_own(login)
    password = commands.initial_password()
    _act(login, commands.set_password, password=password)
    return render_template("accounts/person_password.html", login=login, password=password, made=False)


@accounts.post("/operator/accounts/<key:login>/unlock")
@requires(Permission.MANAGE_ACCOUNTS)
def unlock_person(login: str) -> ResponseReturnValue:
    """Lift the locks on name and codes."""
    return _done(login, _("锁定已解除。"), commands.unlock_user)


@accounts.post("/operator/accounts/<key:login>/end-sessions")
@requires(Permission.MANAGE_ACCOUNTS)
def end_sessions(login: str) -> ResponseReturnValue:
    """Sign the person out everywhere."""
    return _done(login, _("该账号的登录都已退出。"), commands.end_sessions_of)


@accounts.post("/operator/accounts/<key:login>/reset-factor")
@requires(Permission.MANAGE_ACCOUNTS)
def reset_person_factor(login: str) -> ResponseReturnValue:
    """Take a lost second factor away; never one's own, which would make a stolen session enough."""
    _refuse_own(login)
    return _done(login, _("动态口令已重设，该账号的登录都已退出；下次登录时重新绑定。"), commands.reset_factor_of)


@accounts.post("/operator/accounts/<key:login>/shut")
@requires(Permission.MANAGE_ACCOUNTS)
def shut_person(login: str) -> ResponseReturnValue:
    """Shut an account out; never one's own."""
    _refuse_own(login)
    return _done(login, _("账号已停用，做过的事都留着。"), commands.shut_user)


def _done(login: str, words: str, command: Callable[..., Any]) -> ResponseReturnValue:
    _act(login, command)
    flash(words, "success")
    return redirect(url_for("accounts.person", login=login), code=303)


def _act(login: str, command: Callable[..., Any], **more: Any) -> None:
    """Run a command for ``login``; an account there is not is a 404, as everywhere."""
    if not EmptyForm().validate_on_submit():
        abort(400)
    try:
        run_in_unit_of_work(command, actor=current_viewer().actor, login=login, at=clock.now(), **more)
    except Refusal as refusal:
        if refusal.reason.code not in ("second_operator_needed", "password_by_shell"):
            abort(404)
        flash(in_words(refusal.reason), "error")
        abort(redirect(url_for("accounts.person", login=login), code=303))


def _refuse_own(login: str) -> None:
    # folded as the commands fold it: ``OPERATOR`` is ``operator``
    if commands.fold_login(login) == current_viewer().login:
        abort(404)


def _employer(form: WorkForm) -> int | None:
    """The organisation that was named. :class:`Refusal` ``employer_…`` when it is none or not one."""
    kind, text = ORGANISATION_OF[Role(form.role.data)], form.organisation.data or ""
    if not text:
        if form.role.data in NEEDS_ORGANISATION:
            raise Refusal(Reason("organisation_needed", {}))
        return None
    found = queries.employers_named(storage.session(), text, kind)
    storage.session().rollback()
    if len(found) == 1:
        return found[0].id
    if not found:
        raise Refusal(Reason("employer_unknown", {"text": text[:80]}))
    names = "、".join(f"{one.name}（{one.public_key}）" for one in found)
    raise Refusal(Reason("employer_many", {"text": text[:80], "names": names}))


def _field_of(reason: Reason) -> str:
    if reason.code.startswith(("organisation_", "employer_")):
        return "organisation"
    if reason.code.startswith("login_"):
        return "login"
    return "jurisdiction" if reason.code in ("jurisdiction_malformed", "county_needs_area") else "role"


def _sheet(login: str, form: WorkForm | None = None) -> str:
    viewer, at = current_viewer(), clock.now()
    sheet = queries.person_sheet(storage.session(), viewer, login, at=at, idle_minutes=idle_minutes(at))
    if sheet is None:
        abort(404)
    account, organisation = sheet.row.account, sheet.row.organisation
    work = form or WorkForm(
        formdata=None, role=account.role, jurisdiction=account.jurisdiction,
        organisation=organisation.name if organisation else "",
    )  # fmt: skip
    return render_template(
        "accounts/person.html", sheet=sheet, account=account, organisation=organisation, work=work,
        button=EmptyForm(formdata=None), own=account.id == viewer.user_id,
    )  # fmt: skip

"""The bureau's side: needs to verify, sending back with words, and writing for a firm (代录)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.paging import Page, page_number
from matchmaking.foundation.web.today import business_today
from matchmaking.foundation.web.words import here
from matchmaking.market.needs.commands import return_need, verify_need
from matchmaking.market.needs.forms import NeedForm, ReturnForm, VerifyForm
from matchmaking.market.needs.models import STATES, Need
from matchmaking.market.needs.queries import Wanted, need_counts, need_list, taken_back, visible_need
from matchmaking.market.needs.views import writing
from matchmaking.registry.enterprises.queries import visible_enterprise
from matchmaking.registry.organisations.models import Organisation
from matchmaking.rulebook.reference import divisions

bureau_needs = Blueprint("bureau_needs", __name__)
DESK = writing.Desk("bureau_needs")
PER_PAGE = 50


@bureau_needs.get("/bureau/needs")
@requires(Permission.READ_NEEDS)
def index() -> ResponseReturnValue:
    """Needs of the jurisdiction, those to verify first; three SQL statements with the session's."""
    number, wanted = page_number(request.args.get("page")), _wanted()
    offset = (number - 1) * PER_PAGE
    rows, total = need_list(session(), current_viewer(), wanted, limit=PER_PAGE, offset=offset)
    if number > 1 and not rows:
        return redirect(here(page=None), code=303)
    counts = need_counts(session(), current_viewer(), wanted)
    page = Page(number, total, lambda changes: here(**changes), PER_PAGE)
    states = [state for state in STATES if state != "discarded"]
    return render_template(
        "needs/bureau.html", rows=rows, page=page, wanted=wanted, counts=counts, states=states,
        counties=divisions().on(business_today()),
    )  # fmt: skip


@bureau_needs.get("/bureau/needs/<key:key>")
@requires(Permission.READ_NEEDS)
def sheet(key: str) -> ResponseReturnValue:
    """One need with its firm, its history and what the bureau can do."""
    return _sheet(key)


@bureau_needs.post("/bureau/needs/<key:key>/verify")
@requires(Permission.VERIFY_NEEDS)
def verify(key: str) -> ResponseReturnValue:
    """It is what it says."""
    form = VerifyForm()
    viewer, at, version = current_viewer(), clock.now(), form.version.data

    def find_right(work: Session) -> dict[str, Any]:
        need = _need(work, key)
        verify_need(work, actor=viewer.actor, role=viewer.role.value, need=need, version=version, at=at)
        return {"need": key}

    if not _there(key):
        return _gone(), 409
    try:
        writing.keyed("needs.verify", form.key.data, {"need": key, "version": version}, find_right)
    except Refusal as refusal:
        return _sheet(key, refusal=refusal), 409
    return redirect(url_for("bureau_needs.index"), code=303)


@bureau_needs.post("/bureau/needs/<key:key>/return")
@requires(Permission.VERIFY_NEEDS)
def send_back(key: str) -> ResponseReturnValue:
    """Back to the firm, with words."""
    form = ReturnForm()
    viewer, at, version = current_viewer(), clock.now(), form.version.data
    if not _there(key):
        return _gone(), 409
    if not form.validate_on_submit():
        return _sheet(key, form=form), 422
    words = str(form.words.data)

    def back(work: Session) -> dict[str, Any]:
        need = _need(work, key)
        return_need(work, actor=viewer.actor, role=viewer.role.value, need=need, version=version, words=words, at=at)
        return {"need": key}

    try:
        writing.keyed("needs.return", form.key.data, {"need": key, "version": version, "words": words}, back)
    except Refusal as refusal:
        if refusal.reason.code.startswith("words_"):
            form.add_refusal(refusal, "words")
            return _sheet(key, form=form), 422
        return _sheet(key, refusal=refusal), 409
    return redirect(url_for("bureau_needs.index"), code=303)


@bureau_needs.get("/bureau/firms/<key:firm>/needs/new")
@requires(Permission.ENTER_FOR_FIRM)
def new(firm: str) -> ResponseReturnValue:
    """An empty form for a firm of the jurisdiction."""
    return writing.form_page(writing.Desk("bureau_needs", firm), NeedForm(formdata=None), None, _firm(firm).name)


@bureau_needs.post("/bureau/firms/<key:firm>/needs/new")
@requires(Permission.ENTER_FOR_FIRM)
def write_new(firm: str) -> ResponseReturnValue:
    """Keep a new draft for the firm."""
    return writing.save_new(writing.Desk("bureau_needs", firm), _firm(firm), NeedForm())


@bureau_needs.get("/bureau/needs/<key:key>/edit")
@requires(Permission.ENTER_FOR_FIRM)
def edit(key: str) -> ResponseReturnValue:
    """The draft to write on."""
    return writing.edit_page(DESK, key)


@bureau_needs.post("/bureau/needs/<key:key>/edit")
@requires(Permission.ENTER_FOR_FIRM)
def write(key: str) -> ResponseReturnValue:
    """Keep what was changed."""
    return writing.save(DESK, key)


@bureau_needs.get("/bureau/needs/<key:key>/check")
@requires(Permission.ENTER_FOR_FIRM)
def check(key: str) -> ResponseReturnValue:
    """Check the answers."""
    return writing.check_page(DESK, key)


@bureau_needs.post("/bureau/needs/<key:key>/post")
@requires(Permission.ENTER_FOR_FIRM)
def post(key: str) -> ResponseReturnValue:
    """Hand it in for the firm."""
    return writing.post(DESK, key)


@bureau_needs.post("/bureau/needs/<key:key>/move")
@requires(Permission.ENTER_FOR_FIRM)
def move(key: str) -> ResponseReturnValue:
    """Discard a draft written for a firm."""
    return writing.move(DESK, key)


def _sheet(key: str, *, refusal: Refusal | None = None, form: ReturnForm | None = None) -> str:
    need = _there(key)
    if need is None:
        return _gone()
    verify_form = VerifyForm(formdata=None, version=need.version)
    return_form = form or ReturnForm(formdata=None, version=need.version)
    try:
        return writing.sheet_page(DESK, key, refusal=refusal, verify_form=verify_form, return_form=return_form)
    except NotFound:
        if _there(key) is None:  # taken back between two readings
            return _gone()
        raise


def _gone() -> str:
    return render_template(
        "errors/gone.html", heading=_("企业已收回这项需求"),
        told=_("在您办理时企业把它收回了；您刚才的操作没有保存。"),
        advice=_("不用做什么：企业改好再发布后，会重新出现在待核实的清单里。"),
        back=url_for("bureau_needs.index"), label=_("返回需求清单"),
    )  # fmt: skip


def _there(key: str) -> Need | None:
    """The need, or None where the firm took it back, at whatever moment that happened; 404 where it never was."""
    try:
        return _need(session(), key)
    except Refusal:
        return None


def _need(work: Session, key: str) -> Need:
    found = visible_need(work, current_viewer(), key)
    if found is None and taken_back(work, current_viewer(), key):
        raise Refusal(Reason("need_taken_back"))
    return found or abort(404)


def _firm(key: str) -> Organisation:
    found = visible_enterprise(session(), current_viewer(), key)
    return found[1] if found else abort(404)


def _wanted() -> Wanted:
    asked = request.args
    state, text = asked.get("state", ""), " ".join(asked.get("text", "").split())[:80]
    return Wanted(state=state if state in STATES else "", area=asked.get("area", "")[:40], text=text)

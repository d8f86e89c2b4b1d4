"""Writing, checking and posting a need: the same pages for the firm and for the bureau that writes for it (代录)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.states import NEED
from matchmaking.foundation import clock
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.storage import once, run_in_unit_of_work, session
from matchmaking.foundation.web.today import business_today
from matchmaking.market.needs.commands import amend_need, move_need, post_need, revenue_of, start_need
from matchmaking.market.needs.facts import terms_of
from matchmaking.market.needs.forms import MoveForm, NeedForm, PostForm, ReturnForm, VerifyForm
from matchmaking.market.needs.models import Need
from matchmaking.market.needs.queries import need_sheet, visible_need
from matchmaking.market.needs.shortfalls import doubt, shortfalls
from matchmaking.market.needs.steps import next_of, steps_of
from matchmaking.registry.organisations.models import Organisation

MOVED = "need_moved_on"


@dataclass(frozen=True, slots=True)
class Desk:
    """Whose pages these are: the blueprint's name, and ``firm``, the key of the firm that a bureau writes for."""

    blueprint: str
    firm: str = ""

    def url(self, name: str, key: str = "") -> str:
        """The address of one of this desk's pages."""
        values: dict[str, Any] = {"key": key} if key else {"firm": self.firm} if self.firm else {}
        return url_for(f"{self.blueprint}.{name}", **values)


def form_page(desk: Desk, form: NeedForm, need: Need | None, firm: str) -> str:
    """The one page on which a need is written."""
    action = desk.url("write", need.public_key) if need else desk.url("write_new")
    back = desk.url("sheet", need.public_key) if need else desk.url("index") if not desk.firm else ""
    return render_template("needs/edit.html", form=form, need=need, firm=firm, action=action, back=back)


def save_new(desk: Desk, organisation: Organisation, form: NeedForm) -> ResponseReturnValue:
    """Keep a new draft; the page again where something cannot be read."""
    if not form.validate_on_submit():
        return form_page(desk, form, None, organisation.name), 422
    viewer, on, at, terms = current_viewer(), business_today(), clock.now(), form.terms
    organisation_id = organisation.id

    def start(work: Session) -> dict[str, Any]:
        owner = work.get_one(Organisation, organisation_id)
        made = start_need(
            work, actor=viewer.actor, role=viewer.role.value, organisation=owner, terms=terms, on=on, at=at
        )
        return {"need": made.public_key}

    try:
        answer = keyed("needs.start", form.key.data, {"of": organisation_id, **terms.plain()}, start)
    except Refusal as refusal:
        form.add_refusal(refusal)
        return form_page(desk, form, None, organisation.name), 422
    return _onward(desk, answer["need"])


def edit_page(desk: Desk, key: str) -> ResponseReturnValue:
    """The draft as it is kept; ``?check=1`` says what it lacks."""
    found = need_sheet(session(), current_viewer(), key) or abort(404)
    need, role = found.need, current_viewer().role.value
    if not NEED.may(need.state, "amend", role):
        return redirect(desk.url("sheet", key), code=303)
    form = NeedForm.of(need)
    if request.args.get("check") == "1":
        form.show(shortfalls(terms_of(need), business_today()))
    return form_page(desk, form, need, found.row.firm)


def save(desk: Desk, key: str) -> ResponseReturnValue:
    """Keep what was changed; the page again where something cannot be read or somebody else was quicker."""
    viewer, form = current_viewer(), NeedForm()
    found = need_sheet(session(), viewer, key) or abort(404)
    if not form.validate_on_submit():
        return form_page(desk, form, found.need, found.row.firm), 422
    on, at, terms, version = business_today(), clock.now(), form.terms, form.version.data

    def amend(work: Session) -> dict[str, Any]:
        need = visible_need(work, viewer, key) or abort(404)
        amend_need(
            work, actor=viewer.actor, role=viewer.role.value, need=need, version=version, terms=terms, on=on, at=at
        )
        return {"need": key}

    try:
        keyed("needs.amend", form.key.data, {"need": key, "version": version, **terms.plain()}, amend)
    except Refusal as refusal:
        form.add_refusal(refusal)
        now = need_sheet(session(), viewer, key) or abort(404)
        form.version.data = now.need.version
        return form_page(desk, form, now.need, now.row.firm), 409
    return _onward(desk, key)


def check_page(desk: Desk, key: str, refusal: Refusal | None = None) -> ResponseReturnValue:
    """Check your answers: everything once more, with the amount written out in both units."""
    viewer, on = current_viewer(), business_today()
    found = need_sheet(session(), viewer, key) or abort(404)
    need = found.need
    if not NEED.may(need.state, "post", viewer.role.value):
        return redirect(desk.url("sheet", key), code=303)
    terms = terms_of(need)
    lacking = shortfalls(terms, on)
    doubted = None if need.amount_confirmed else doubt(terms, revenue_of(session(), need, on), on)
    form = PostForm(formdata=None, version=need.version)
    if refusal is not None and refusal.reason != doubted:
        form.add_refusal(refusal)
    return render_template(
        "needs/check.html", form=form, need=need, firm=found.row.firm, terms=terms, lacking=lacking, doubted=doubted,
        asked_again=refusal is not None and doubted is not None, desk=desk,
    )  # fmt: skip


def post(desk: Desk, key: str) -> ResponseReturnValue:
    """Hand it in; the page of answers again where it will not do."""
    viewer, form = current_viewer(), PostForm()
    if visible_need(session(), viewer, key) is None:
        abort(404)
    on, at, version, confirmed = business_today(), clock.now(), form.version.data, bool(form.confirmed.data)

    def hand_in(work: Session) -> dict[str, Any]:
        need = visible_need(work, viewer, key) or abort(404)
        post_need(
            work, actor=viewer.actor, role=viewer.role.value, need=need, version=version, on=on, at=at,
            confirmed=confirmed,
        )  # fmt: skip
        return {"need": key}

    body = {"need": key, "version": version, "confirmed": confirmed}
    try:
        keyed("needs.post", form.key.data, body, hand_in)
    except Refusal as refusal:
        return _not_posted(desk, key, refusal)
    return redirect(desk.url("sheet", key), code=303)


def move(desk: Desk, key: str) -> ResponseReturnValue:
    """Take back, discard or withdraw."""
    viewer, form = current_viewer(), MoveForm()
    if visible_need(session(), viewer, key) is None:
        abort(404)
    if not form.validate_on_submit():
        return sheet_page(desk, key, refusal=Refusal(Reason("need_action_unknown"))), 422
    version, action, at = form.version.data, str(form.action.data), clock.now()

    def step(work: Session) -> dict[str, Any]:
        need = visible_need(work, viewer, key) or abort(404)
        move_need(work, actor=viewer.actor, role=viewer.role.value, need=need, version=version, action=action, at=at)
        return {"need": key}

    try:
        keyed("needs.move", form.key.data, {"need": key, "version": version, "action": action}, step)
    except Refusal as refusal:
        return sheet_page(desk, key, refusal=refusal), 409
    onward = {"discard": desk.url("index"), "take_back": desk.url("edit", key)}
    return redirect(onward.get(action, desk.url("sheet", key)), code=303)


def sheet_page(desk: Desk, key: str, *, refusal: Refusal | None = None, **more: Any) -> str:
    """One need: where it stands, what happens next, its terms and its history."""
    viewer = current_viewer()
    found = need_sheet(session(), viewer, key) or abort(404)
    need = found.need
    # a step refused on the bureau's side shows the sheet again, with the bureau's own two forms
    forms = {
        "verify_form": VerifyForm(formdata=None, version=need.version),
        "return_form": ReturnForm(formdata=None, version=need.version),
    }
    return render_template(
        "needs/sheet.html",
        sheet=found,
        need=need,
        terms=terms_of(need),
        steps=steps_of(need, found.events),
        coming=next_of(need),
        may=NEED.possible(need.state, viewer.role.value),
        move_form=MoveForm(formdata=None, version=need.version),
        refusal=refusal,
        desk=desk,
        **{**forms, **more},
    )


def keyed(route: str, key: str | None, body: dict[str, Any], do: Callable[[Session], dict[str, Any]]) -> dict[str, Any]:
    """Run a command once for this page's key; the answer, or the earlier one where the page was sent twice."""
    viewer, at = current_viewer(), clock.now()

    def work(inside: Session) -> dict[str, Any]:
        return once(
            inside, actor=viewer.actor, route=route, key=key or "", body=body, at=at, do=lambda: do(inside)
        ).answer

    return run_in_unit_of_work(work)


def _onward(desk: Desk, key: str) -> ResponseReturnValue:
    """After saving: to the answers, back to what is lacking, or to the draft."""
    if request.form.get("then") != "check":
        flash(_("草稿已保存。"), "ok")
        return redirect(desk.url("sheet", key), code=303)
    need = visible_need(session(), current_viewer(), key) or abort(404)
    if shortfalls(terms_of(need), business_today()):
        return redirect(desk.url("edit", key) + "?check=1", code=303)
    return redirect(desk.url("check", key), code=303)


def _not_posted(desk: Desk, key: str, refusal: Refusal) -> ResponseReturnValue:
    now = visible_need(session(), current_viewer(), key) or abort(404)
    if not NEED.may(now.state, "post", current_viewer().role.value):
        # posted, or moved further, from another window: the need as it stands, and the reason
        return sheet_page(desk, key, refusal=refusal), 409
    status = 409 if refusal.reason.code == MOVED else 422
    answer = check_page(desk, key, refusal)
    return (answer, status) if isinstance(answer, str) else answer

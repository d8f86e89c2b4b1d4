"""授信 on the bank's desk: the branch's decisions, one with its terms and history, and each step of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from matchmaking.delivery.decisions import commands, queries
from matchmaking.delivery.decisions.facts import terms_of
from matchmaking.delivery.decisions.forms import LineForm, RefuseForm, StartForm, StepForm
from matchmaking.delivery.decisions.models import CreditDecision
from matchmaking.domain.reasons import Refusal
from matchmaking.domain.states import DECISION
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.paging import Page, page_number
from matchmaking.foundation.web.today import business_today
from matchmaking.foundation.web.words import here
from matchmaking.market.referrals.queries import referral_by_key

decisions = Blueprint("decisions", __name__)
PER_PAGE = 50
STEPS: dict[str, Callable[..., CreditDecision]] = {
    "submit": commands.submit_decision,
    "approve": commands.approve_decision,
}


@decisions.get("/bank/decisions")
@requires(Permission.READ_REFERRALS)
def index() -> ResponseReturnValue:
    """Decisions of the branch and of those under it; three SQL statements with the session's.

    ``?referral=KEY`` leads to the decision that stands for it, or shows the button that begins one.
    """
    asked = _asked(request.args.get("referral", ""))
    standing = queries.open_decision(session(), asked) if asked else None
    if standing is not None:
        return redirect(url_for("decisions.sheet", key=standing.public_key), code=303)
    number = page_number(request.args.get("page"))
    rows, total = queries.decision_list(session(), current_viewer(), limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    if number > 1 and not rows:
        return redirect(here(page=None), code=303)
    rows = queries.as_known(session(), rows, on=business_today())
    page = Page(number, total, lambda changes: here(**changes), PER_PAGE)
    return render_template("decisions/index.html", rows=rows, page=page, asked=asked, start=StartForm(formdata=None))


@decisions.post("/bank/referrals/<key:key>/decision")
@requires(Permission.DECIDE_REFERRALS)
def start(key: str) -> ResponseReturnValue:
    """Begin to decide on an accepted referral; leads to the draft, or to the one that stands already."""
    form, viewer, on, at = StartForm(), current_viewer(), business_today(), clock.now()
    if referral_by_key(session(), viewer, key) is None:
        abort(404)
    standing = queries.open_decision(session(), key)
    if standing is not None:
        return redirect(url_for("decisions.sheet", key=standing.public_key), code=303)

    def begin(work: Session) -> dict[str, Any]:
        told: dict[str, Any] = {"actor": viewer.actor, "role": viewer.role.value, "on": on, "at": at}
        return {"decision": commands.start_decision(work, referral_key=key, **told).public_key}

    try:
        answer = keyed("decisions.start", form.key.data, {"referral": key}, begin)
    except Refusal as refusal:
        return render_template("decisions/not_begun.html", refusal=refusal, referral_key=key), 409
    return redirect(url_for("decisions.sheet", key=answer["decision"]), code=303)


@decisions.get("/bank/decisions/<key:key>")
@requires(Permission.READ_REFERRALS)
def sheet(key: str) -> ResponseReturnValue:
    """One decision."""
    return _page(key)


@decisions.post("/bank/decisions/<key:key>/edit")
@requires(Permission.DECIDE_REFERRALS)
def edit(key: str) -> ResponseReturnValue:
    """Save the draft; with ``then=submit`` hand it in as well, whole. What was typed stays on the page if refused."""
    form, viewer, on, at = LineForm(), current_viewer(), business_today(), clock.now()
    _found(session(), key)
    if not form.validate_on_submit():
        return _page(key, line=form), 422
    terms, version, then = form.terms, form.version.data, request.form.get("then") == "submit"

    def amend(work: Session) -> dict[str, Any]:
        told: dict[str, Any] = {"actor": viewer.actor, "role": viewer.role.value, "on": on, "at": at}
        found = commands.amend_decision(work, decision=_found(work, key), version=version, terms=terms, **told)
        if then:
            commands.submit_whole(work, decision=found, version=found.version, **told)
        return {}

    body = {"version": version, "then": "submit" if then else "", **terms.plain()}
    return _done("decisions.amend", form.key.data, key, body, amend, line=form)


@decisions.post("/bank/decisions/<key:key>/move")
@requires(Permission.DECIDE_REFERRALS)
def move(key: str) -> ResponseReturnValue:
    """Submit, return, approve or discard; the table says who may."""
    form, viewer, on, at = StepForm(), current_viewer(), business_today(), clock.now()
    _found(session(), key)
    if not form.validate_on_submit():
        return _page(key), 422
    action, version = str(form.action.data), form.version.data

    def step(work: Session) -> dict[str, Any]:
        told: dict[str, Any] = {
            "actor": viewer.actor,
            "role": viewer.role.value,
            "decision": _found(work, key),
            "version": version,
        }
        if action in STEPS:
            STEPS[action](work, **told, on=on, at=at)
        else:
            commands.move_decision(work, **told, action=action, at=at)
        return {}

    return _done("decisions.move", form.key.data, key, {"version": version, "action": action}, step)


@decisions.post("/bank/decisions/<key:key>/refuse")
@requires(Permission.DECIDE_REFERRALS)
def refuse(key: str) -> ResponseReturnValue:
    """未获批, with its reason."""
    return _ended(key, "refuse", commands.refuse_decision)


@decisions.post("/bank/decisions/<key:key>/revoke")
@requires(Permission.DECIDE_REFERRALS)
def revoke(key: str) -> ResponseReturnValue:
    """撤销授信, with its reason."""
    return _ended(key, "revoke", commands.revoke_decision)


def _ended(key: str, action: str, command: Callable[..., CreditDecision]) -> ResponseReturnValue:
    form, viewer, on, at = RefuseForm(), current_viewer(), business_today(), clock.now()
    _found(session(), key)
    if not form.validate_on_submit():
        return _page(key, refusing=form), 422
    told: dict[str, Any] = {
        "version": form.version.data,
        "reason": str(form.reason.data),
        "words": form.words.data or "",
    }

    def step(work: Session) -> dict[str, Any]:
        command(work, actor=viewer.actor, role=viewer.role.value, decision=_found(work, key), on=on, at=at, **told)
        return {}

    return _done(f"decisions.{action}", form.key.data, key, told, step)


def _done(
    route: str, form_key: str | None, key: str, body: dict[str, Any], do: Callable[[Session], dict[str, Any]],
    *, line: LineForm | None = None,
) -> ResponseReturnValue:  # fmt: skip
    try:
        keyed(route, form_key, {"decision": key, **body}, do)
    except Refusal as refusal:
        return _page(key, refusal=refusal, line=line), 409
    return redirect(url_for("decisions.sheet", key=key), code=303)


def _asked(key: str) -> str:
    """The referral's key where it is the viewer's to see, else nothing."""
    found = referral_by_key(session(), current_viewer(), key[:120]) if key else None
    return found.public_key if found is not None else ""


def _found(work: Session, key: str) -> CreditDecision:
    row = queries.visible_decision(work, current_viewer(), key)
    return row.decision if row else abort(404)


def _page(
    key: str, *, refusal: Refusal | None = None, line: LineForm | None = None, refusing: RefuseForm | None = None
) -> str:
    viewer = current_viewer()
    found = queries.visible_decision(session(), viewer, key) or abort(404)
    row = queries.as_known(session(), [found], on=business_today())[0]
    decision = row.decision
    return render_template(
        "decisions/sheet.html", row=row, decision=decision, terms=terms_of(decision), refusal=refusal,
        events=queries.history(session(), decision.id), may=DECISION.possible(decision.state, viewer.role.value),
        line=line or LineForm.of(decision), step=StepForm(formdata=None, version=decision.version),
        refusing=refusing or RefuseForm(formdata=None, version=decision.version),
    )  # fmt: skip

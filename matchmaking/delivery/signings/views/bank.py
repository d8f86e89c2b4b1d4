"""The bank's side of a paper: draft it under an approved line, offer it, countersign."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from matchmaking.delivery.decisions.models import CreditDecision
from matchmaking.delivery.decisions.queries import DecisionRow, as_known, visible_decision
from matchmaking.delivery.signings import commands, queries
from matchmaking.delivery.signings.forms import BankStepForm, ManagerStepForm, PaperForm, PaperStepForm
from matchmaking.delivery.signings.models import Paper
from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Refusal
from matchmaking.domain.states import SIGNING
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.today import business_today
from matchmaking.market.events.models import Event
from matchmaking.market.events.queries import event_by_key, open_events

bank_papers = Blueprint("bank_papers", __name__)


@bank_papers.get("/bank/decisions/<key:key>/papers")
@requires(Permission.DECIDE_REFERRALS)
def under(key: str) -> ResponseReturnValue:
    """The papers under one line, and the form for another."""
    row = _decision(session(), key)
    return _under(row, PaperForm(formdata=None, **_proposed(row.decision)))


@bank_papers.post("/bank/decisions/<key:key>/papers")
@requires(Permission.DECIDE_REFERRALS)
def draft(key: str) -> ResponseReturnValue:
    """Draft one."""
    form, viewer, on, at = PaperForm(), current_viewer(), business_today(), clock.now()
    row = _decision(session(), key)
    if not form.validate_on_submit():
        return _under(row, form), 422
    try:
        terms = form.told(open_events(session(), on))
    except Refusal as refusal:
        form.add_refusal(refusal, "event_key")
        return _under(row, form), 422

    def make(work: Session) -> dict[str, Any]:
        line = _decision(work, key).decision
        made = commands.draft_paper(
            work, actor=viewer.actor, role=viewer.role.value, decision=line, terms=terms, on=on, at=at
        )
        return {"paper": made.public_key}

    try:
        answer = keyed("papers.draft", form.key.data, {"decision": key, **terms.plain()}, make)
    except Refusal as refusal:
        form.add_refusal(refusal)
        return _under(_decision(session(), key), form), 409
    return redirect(url_for("bank_papers.sheet", key=answer["paper"]), code=303)


@bank_papers.get("/bank/papers/<key:key>")
@requires(Permission.DECIDE_REFERRALS)
def sheet(key: str) -> ResponseReturnValue:
    """One paper."""
    return _page(key)


@bank_papers.post("/bank/papers/<key:key>/edit")
@requires(Permission.DECIDE_REFERRALS)
def edit(key: str) -> ResponseReturnValue:
    """Other terms, before the firm sees them."""
    form, viewer, on, at = PaperForm(), current_viewer(), business_today(), clock.now()
    _paper(session(), key)
    if not form.validate_on_submit():
        return _page(key, form=form), 422
    try:
        terms, version = form.told(open_events(session(), on)), form.version.data
    except Refusal as refusal:
        form.add_refusal(refusal, "event_key")
        return _page(key, form=form), 422

    def amend(work: Session) -> None:
        commands.amend_paper(
            work, actor=viewer.actor, role=viewer.role.value, paper=_paper(work, key), version=version, terms=terms,
            on=on, at=at,
        )  # fmt: skip

    return _done("papers.amend", form, key, {"version": version, **terms.plain()}, amend)


@bank_papers.post("/bank/papers/<key:key>/move")
@requires(Permission.DECIDE_REFERRALS)
def move(key: str) -> ResponseReturnValue:
    """Offer it, take it back, or drop it."""
    return _step(key, BankStepForm(), "papers.move")


@bank_papers.post("/bank/papers/<key:key>/countersign")
@requires(Permission.COUNTERSIGN_AGREEMENTS)
def countersign(key: str) -> ResponseReturnValue:
    """Sign for the bank, or step back before that."""
    return _step(key, ManagerStepForm(), "papers.countersign")


def _step(key: str, form: PaperStepForm, route: str) -> ResponseReturnValue:
    viewer, on, at = current_viewer(), business_today(), clock.now()
    _paper(session(), key)
    if not form.validate_on_submit():
        return _page(key), 422
    action, version = str(form.action.data), form.version.data

    def step(work: Session) -> None:
        told: dict[str, Any] = {"actor": viewer.actor, "role": viewer.role.value, "version": version, "at": at}
        if action == "countersign":
            commands.countersign(work, paper=_paper(work, key), on=on, **told)
        elif action == "offer":
            commands.offer_paper(work, paper=_paper(work, key), on=on, **told)
        else:
            commands.move_paper(work, paper=_paper(work, key), action=action, **told)

    return _done(route, form, key, {"version": version, "action": action}, step)


def _done(
    route: str, form: PaperForm | PaperStepForm, key: str, body: dict[str, Any], do: Callable[[Session], None]
) -> ResponseReturnValue:
    def act(work: Session) -> dict[str, Any]:
        do(work)
        return {}

    try:
        keyed(route, form.key.data, {"paper": key, **body}, act)
    except Refusal as refusal:
        return _page(key, refusal=refusal), 409
    return redirect(url_for("bank_papers.sheet", key=key), code=303)


def _proposed(decision: CreditDecision) -> dict[str, Any]:
    """What the line already says, so that nothing is typed twice; the baseline has no proposal."""
    return {
        "amount": Money(decision.line_minor, decision.currency) if decision.line_minor else None,
        "term_months": decision.term_months,
        "rate": decision.rate_ppm,
        "revolving": decision.revolving,
    }


def _decision(work: Session, key: str) -> DecisionRow:
    return visible_decision(work, current_viewer(), key) or abort(404)


def _paper(work: Session, key: str) -> Paper:
    row = queries.visible_paper(work, current_viewer(), key)
    return row.paper if row else abort(404)


def _meetings() -> list[Event]:
    return open_events(session(), business_today())


def _under(row: DecisionRow, form: PaperForm) -> str:
    row = as_known(session(), [row], on=business_today())[0]
    rows = queries.papers_of_decision(session(), current_viewer(), row.decision.id)
    intents = queries.intents_of(session(), row.decision.firm_id, row.decision.bank_id)
    return render_template("papers/under.html", row=row, rows=rows, form=form, intents=intents, meetings=_meetings())


def _page(key: str, *, refusal: Refusal | None = None, form: PaperForm | None = None) -> str:
    viewer = current_viewer()
    row = queries.as_known(session(), queries.visible_paper(session(), viewer, key) or abort(404), on=business_today())
    paper = row.paper
    step = BankStepForm(formdata=None, version=paper.version)
    return render_template(
        "papers/sheet.html", row=row, paper=paper, refusal=refusal, form=form or PaperForm.of(paper), step=step,
        may=SIGNING.possible(paper.state, viewer.role.value), events=queries.history(session(), paper.id),
        intents=queries.intents_of(session(), paper.firm_id, paper.bank_id), meetings=_meetings(),
        event=event_by_key(session(), paper.event_key) if paper.event_key else None,
    )  # fmt: skip

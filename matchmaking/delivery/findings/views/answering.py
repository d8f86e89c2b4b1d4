"""待核实事项: the list with its filters, one of them with its evidence, and answering it."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from matchmaking.delivery.findings.commands import answer_finding, judge_payment
from matchmaking.delivery.findings.forms import AnswerForm, PaymentVerdictForm
from matchmaking.delivery.findings.queries import (
    STATES,
    Wanted,
    finding_counts,
    finding_list,
    finding_sheet,
    payment_of,
)
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import once, run_in_unit_of_work, session
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.paging import Page, page_number
from matchmaking.foundation.web.today import business_today
from matchmaking.foundation.web.words import here

findings = Blueprint("findings", __name__)
PER_PAGE = 50
KINDS = {"receipt_conflict": ("for_bank", "for_firm"), "suspected_duplicate": ("distinct",)}
"""Code of a finding → verdicts that settle it; that a payment was told twice needs none, closing says so."""


@findings.get("/findings")
@findings.get("/portfolios/<key:code>/findings")
@requires(Permission.READ_FINDINGS)
def index(code: str = "") -> ResponseReturnValue:
    """Findings under the filters, and how many there are of each kind; three SQL statements with the session's."""
    number, wanted = page_number(request.args.get("page")), _wanted(code)
    offset = (number - 1) * PER_PAGE
    rows, total = finding_list(session(), current_viewer(), wanted, limit=PER_PAGE, offset=offset)
    if number > 1 and not rows:
        return redirect(here(page=None), code=303)
    counts = finding_counts(session(), current_viewer(), wanted)
    page = Page(number, total, lambda changes: here(**changes), PER_PAGE)
    return render_template(
        "findings/index.html", rows=rows, counts=counts, wanted=wanted, page=page, states=STATES, code=code
    )


@findings.get("/findings/<id:number>")
@requires(Permission.READ_FINDINGS)
def sheet(number: int) -> ResponseReturnValue:
    """One finding: what was seen, why it may be innocent, the evidence and the answers so far."""
    return _page(number, AnswerForm(formdata=None))


@findings.post("/findings/<id:number>/answer")
@requires(Permission.HANDLE_FINDINGS)
def answer(number: int) -> ResponseReturnValue:
    """Explain or close it; the page again, with words, when the reason will not do."""
    viewer, form = current_viewer(), AnswerForm()
    if finding_sheet(session(), viewer, number) is None:
        abort(404)
    if not form.validate_on_submit():
        return _page(number, form), 422
    try:
        run_in_unit_of_work(
            lambda work: once(
                work,
                actor=viewer.actor,
                route="findings.answer",
                key=form.key.data or "",
                body={"finding": number, "kind": form.kind.data, "words": form.words.data},
                at=clock.now(),
                do=lambda: {
                    "answer": answer_finding(
                        work,
                        actor=viewer.actor,
                        finding_id=number,
                        kind=form.kind.data,
                        words=form.words.data,
                        at=clock.now(),
                    ).id
                },
            )
        )
    except Refusal as refusal:
        form.add_refusal(refusal, "words")
        return _page(number, form), 409 if refusal.reason.code == "finding_closed" else 422
    return redirect(url_for("findings.sheet", number=number), code=303)


@findings.post("/findings/<id:number>/verdict")
@requires(Permission.HANDLE_FINDINGS)
def verdict(number: int) -> ResponseReturnValue:
    """Decide on the payment a finding is about, after reply; earlier figures stay, a restatement stands beside them."""
    viewer, form, at = current_viewer(), PaymentVerdictForm(), clock.now()
    found = finding_sheet(session(), viewer, number) or abort(404)
    if payment_of(session(), viewer, number) is None:
        abort(404)
    blank = AnswerForm(formdata=None)
    if not form.validate_on_submit() or form.kind.data not in KINDS.get(found.row.finding.code, ()):
        return _page(number, blank, form), 422
    told: dict[str, Any] = {
        "kind": form.kind.data, "document": form.document.data or "", "words": form.because.data or "",
        "decided_on": form.decided_on.data,
    }  # fmt: skip

    def judge(work: Session) -> dict[str, Any]:
        paid = payment_of(work, viewer, number) or abort(404)
        made = judge_payment(work, actor=viewer.actor, finding_id=number, disbursement=paid, at=at, **told)
        return {"verdict": made.public_key}

    body = {**told, "decided_on": str(told["decided_on"]), "finding": number}
    try:
        keyed("findings.verdict", form.key.data, body, judge)
    except Refusal as refusal:
        form.add_refusal(refusal)
        return _page(number, blank, form), 409
    return redirect(url_for("findings.sheet", number=number), code=303)


def _page(number: int, form: AnswerForm, verdict: PaymentVerdictForm | None = None) -> str:
    viewer = current_viewer()
    found = finding_sheet(session(), viewer, number) or abort(404)
    may_answer = viewer.may(Permission.HANDLE_FINDINGS) and found.row.state in ("open", "explained")
    kinds = KINDS.get(found.row.finding.code, ()) if may_answer else ()
    return render_template(
        "findings/sheet.html", sheet=found, row=found.row, form=form, may_answer=may_answer, kinds=kinds,
        verdict=verdict or PaymentVerdictForm(formdata=None, decided_on=business_today()),
    )  # fmt: skip


def _wanted(code: str) -> Wanted:
    asked = request.args
    state = asked.get("state", "")
    return Wanted(
        portfolio=(code or asked.get("portfolio", ""))[:60],
        code=asked.get("code", "")[:60],
        state=state if state in STATES else "",
        as_of=_day(asked.get("as_of", "")),
        agreement=asked.get("agreement", "")[:120],
    )


def _day(text: str) -> date | None:
    """A day from an address; anything else is no filter."""
    try:
        return date.fromisoformat(text) if len(text) == 10 and text.isascii() else None
    except ValueError:
        return None

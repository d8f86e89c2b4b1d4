"""口径异常, the office's pages: the list, one flag with both sides, a reply that came on paper, and the decision
by two people."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from matchmaking.delivery.flags.commands import reply
from matchmaking.delivery.flags.deciding import confirm_verdict, propose_verdict
from matchmaking.delivery.flags.facts import reason_of
from matchmaking.delivery.flags.forms import ConfirmForm, DecisionForm, HeardForm
from matchmaking.delivery.flags.models import VERDICTS
from matchmaking.delivery.flags.queries import STATES, FlagSheet, Wanted, flag_choices, flag_list, flag_sheet
from matchmaking.delivery.flags.rules import rules_on, term_on
from matchmaking.delivery.flags.workbook import MEDIA, workbook
from matchmaking.domain.conversion.detectors import detector_of
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.paging import Page, page_number
from matchmaking.foundation.web.today import business_today
from matchmaking.foundation.web.words import here

flags = Blueprint("flags", __name__)
PER_PAGE, MOST_ROWS = 50, 20_000


@flags.get("/flags")
@requires(Permission.READ_FINDINGS)
def index() -> ResponseReturnValue:
    """Flags under the filters; three SQL statements with the session's."""
    number, wanted, viewer, on = page_number(request.args.get("page")), _wanted(), current_viewer(), business_today()
    rows, total = flag_list(session(), viewer, wanted, on=on, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    if number > 1 and not rows:
        return redirect(here(page=None), code=303)
    counts, lenders = flag_choices(session(), viewer, wanted)
    page = Page(number, total, lambda changes: here(**changes), PER_PAGE)
    return render_template(
        "flags/index.html", rows=rows, counts=counts, lenders=lenders, wanted=wanted, page=page, states=STATES, on=on,
        reason_of=reason_of,
    )  # fmt: skip


@flags.get("/flags.xlsx")
@requires(Permission.EXPORT_FIGURES)
def export() -> ResponseReturnValue:
    """The same list as a workbook, without those that a bank may still answer; each with the bank's reply beside it."""
    viewer, wanted, on = current_viewer(), _wanted(), business_today()
    rows, total = flag_list(session(), viewer, wanted, on=on, limit=MOST_ROWS, public=True)
    _first, everything = flag_list(session(), viewer, wanted, on=on, limit=1)
    body = workbook(rows, held=everything - total, on=on)
    name = f"flags-{on.isoformat()}.xlsx"
    return Response(body, mimetype=MEDIA, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@flags.get("/flags/rules")
@requires(Permission.READ_FINDINGS)
def rules() -> ResponseReturnValue:
    """The twelve detectors with who may answer, why they may be wrong, and every dated number behind them."""
    on = business_today()
    return render_template("flags/rules.html", rules=rules_on(on), term=term_on(on), on=on)


@flags.get("/flags/<id:number>")
@requires(Permission.READ_FINDINGS)
def sheet(number: int) -> ResponseReturnValue:
    """One flag: what was seen, why it may be innocent, the evidence, and what each side said."""
    return _page(number)


@flags.post("/flags/<id:number>/heard")
@requires(Permission.HANDLE_FINDINGS)
def heard(number: int) -> ResponseReturnValue:
    """Write down a reply that came on paper, word for word, with its number."""
    form, viewer, at = HeardForm(), current_viewer(), clock.now()
    found = _found(number)
    detector = detector_of(found.row.flag.code)
    if not form.validate_on_submit() or detector is None or form.party.data not in detector.answers:
        return _page(number, heard_form=form), 422
    told: dict[str, Any] = {
        "party": form.party.data, "speaker": form.speaker.data or "", "document": form.document.data or "",
        "words": form.heard.data or "",
    }  # fmt: skip

    def write(work: Session) -> dict[str, Any]:
        return {"reply": reply(work, actor=viewer.actor, flag_id=number, branch=None, at=at, **told).id}

    try:
        keyed("flags.heard", form.key.data, {**told, "flag": number}, write)
    except Refusal as refusal:
        form.add_refusal(refusal, "heard")
        return _page(number, heard_form=form), 422
    return redirect(url_for("flags.sheet", number=number), code=303)


@flags.post("/flags/<id:number>/verdict")
@requires(Permission.HANDLE_FINDINGS)
def verdict(number: int) -> ResponseReturnValue:
    """Propose to uphold, to take as explained, or to withdraw; another person confirms."""
    form, viewer, at = DecisionForm(), current_viewer(), clock.now()
    _found(number)
    if not form.validate_on_submit():
        return _page(number, decision=form), 422
    told: dict[str, Any] = {
        "kind": form.kind.data, "words": form.because.data or "", "document": form.document.data or "",
        "decided_on": form.decided_on.data,
    }  # fmt: skip

    def judge(work: Session) -> dict[str, Any]:
        return {"proposal": propose_verdict(work, actor=viewer.actor, flag_id=number, at=at, **told).id}

    try:
        keyed("flags.verdict", form.key.data, {**told, "decided_on": str(told["decided_on"]), "flag": number}, judge)
    except Refusal as refusal:
        form.add_refusal(refusal)
        return _page(number, decision=form), 409
    return redirect(url_for("flags.sheet", number=number), code=303)


@flags.post("/flags/<id:number>/confirm")
@requires(Permission.HANDLE_FINDINGS)
def confirm(number: int) -> ResponseReturnValue:
    """Decide as a colleague proposed; the last decision holds and earlier figures stay."""
    form, viewer, at = ConfirmForm(), current_viewer(), clock.now()
    _found(number)
    if not form.validate_on_submit():
        return _page(number, confirming=form), 422
    proposal = int(form.proposal.data or 0)

    def judge(work: Session) -> dict[str, Any]:
        made = confirm_verdict(work, actor=viewer.actor, flag_id=number, proposal_id=proposal, at=at)
        return {"verdict": made.id}

    try:
        keyed("flags.confirm", form.key.data, {"proposal": proposal, "flag": number}, judge)
    except Refusal as refusal:
        form.add_refusal(refusal)
        return _page(number, confirming=form), 409
    return redirect(url_for("flags.sheet", number=number), code=303)


def _found(number: int) -> FlagSheet:
    return flag_sheet(session(), current_viewer(), number, on=business_today()) or abort(404)


def _page(
    number: int, *, decision: DecisionForm | None = None, heard_form: HeardForm | None = None,
    confirming: ConfirmForm | None = None,
) -> str:  # fmt: skip
    found, today = _found(number), business_today()
    return render_template(
        "flags/sheet.html", sheet=found, row=found.row, flag=found.row.flag, saw=reason_of(found.row.flag.saw),
        may_decide=current_viewer().may(Permission.HANDLE_FINDINGS), kinds=VERDICTS, today=today,
        decision=decision or DecisionForm(formdata=None, decided_on=today),
        heard=heard_form or HeardForm(formdata=None), confirming=confirming or ConfirmForm(formdata=None),
        own=found.proposal is not None and found.proposal.actor == current_viewer().actor,
    )  # fmt: skip


def _wanted() -> Wanted:
    asked = request.args
    code, state = asked.get("code", ""), asked.get("state", "")
    return Wanted(
        portfolio=asked.get("portfolio", "")[:60],
        code=code if detector_of(code) else "",
        lender=asked.get("lender", "")[:200],
        state=state if state in STATES else "",
    )

"""The bank's agreements: report money paid with its voucher, and take a report back."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Blueprint, Response, abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from matchmaking.delivery.disbursements import asking, commands
from matchmaking.delivery.disbursements.forms import FEES, ReportForm, VoidForm
from matchmaking.delivery.disbursements.lists import loan_list
from matchmaking.delivery.disbursements.slips import payee_doubt, unit_doubt
from matchmaking.delivery.disbursements.views.found import agreement_of, done, found, kept_file
from matchmaking.delivery.signings.queries import PaperRow
from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.files import Kept, attach, evidence_of, open_file
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.forms import BaseForm
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.paging import Page, page_number
from matchmaking.foundation.web.today import business_today
from matchmaking.foundation.web.words import here

bank_agreements = Blueprint("bank_agreements", __name__)
PER_PAGE = 50


@bank_agreements.get("/bank/agreements")
@requires(Permission.REPORT_DISBURSEMENTS)
def index() -> ResponseReturnValue:
    """Papers to sign and agreements of the branch, those under it, and those it pays; two SQL statements in all."""
    number = page_number(request.args.get("page"))
    rows, total = loan_list(session(), current_viewer(), limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    if number > 1 and not rows:
        return redirect(here(page=None), code=303)
    page = Page(number, total, lambda changes: here(**changes), PER_PAGE)
    return render_template("disbursements/index.html", rows=rows, page=page)


@bank_agreements.get("/bank/agreements/<key:key>")
@requires(Permission.REPORT_DISBURSEMENTS)
def sheet(key: str) -> ResponseReturnValue:
    """One agreement with every report on it."""
    return _page(key)


@bank_agreements.post("/bank/agreements/<key:key>/disbursements")
@requires(Permission.REPORT_DISBURSEMENTS)
def report(key: str) -> ResponseReturnValue:
    """Report one 借据; never more than is left."""
    form, viewer, at = ReportForm(), current_viewer(), clock.now()
    row = found(session(), key)
    if not form.validate_on_submit():
        return _page(key, report=form), 422
    if _doubts(row, form):
        return _page(key, report=form), 422
    try:
        files = [(kept_file(form.voucher.data), _("放款凭证")), (kept_file(form.proof.data), _("受托支付证明"))]
    except Refusal as refusal:
        form.add_refusal(refusal, "voucher")
        return _page(key, report=form), 422
    told = _told(row, form)

    def tell(work: Session) -> dict[str, Any]:
        made = commands.report_disbursement(work, actor=viewer.actor, agreement=agreement_of(work, key), at=at, **told)
        subject = f"disbursement:{made.public_key}"
        for kept, words in files:
            if kept is not None:
                attach(work, kept, subject=subject, words=words, actor=viewer.actor, at=at)
        return {"disbursement": made.public_key}

    try:
        keyed("disbursements.report", form.key.data, _body(key, told, [kept for kept, _words in files]), tell)
    except Refusal as refusal:
        form.add_refusal(refusal)
        return _page(key, report=form), 409
    flash(_("已报送，等企业确认。企业没答不算确认。"), "ok")
    return redirect(url_for("bank_agreements.sheet", key=key), code=303)


@bank_agreements.post("/bank/disbursements/<key:key>/void")
@requires(Permission.REPORT_DISBURSEMENTS)
def void(key: str) -> ResponseReturnValue:
    """Take one report back, with its reason; its neighbours stay. A branch that only pays takes back its own."""
    form, viewer, on, at = VoidForm(), current_viewer(), business_today(), clock.now()
    agreement_key, reason = _reported(session(), key).agreement.public_key, form.reason.data or ""

    def take_back(work: Session) -> None:
        told = _reported(work, key)
        commands.void_disbursement(
            work, actor=viewer.actor, disbursement=told.disbursement, voided_on=on, reason=reason, at=at
        )

    def again(refusal: Refusal | None, refused: BaseForm | None) -> str:
        return _page(agreement_key, refusal=refusal, refused=refused)

    to = ("bank_agreements.sheet", agreement_key)
    return done("disbursements.void", form, to, {"disbursement": key, "reason": reason}, take_back, again)


@bank_agreements.get("/bank/disbursements/<key:key>/evidence/<id:evidence_id>")
@requires(Permission.REPORT_DISBURSEMENTS)
def evidence(key: str, evidence_id: int) -> ResponseReturnValue:
    """A voucher, always as an attachment; reading it is logged."""
    told = asking.visible_report(session(), current_viewer(), key) or abort(404)
    links = evidence_of(session(), f"disbursement:{told.disbursement.public_key}")
    link = next((one for one in links if one.id == evidence_id), None) or abort(404)
    structlog.get_logger("access").info("evidence_read", viewer=current_viewer().login, sha256=link.sha256)
    answer: Response = send_file(
        open_file(link.sha256), mimetype="application/octet-stream", as_attachment=True, download_name=link.name,
        etag=False,
    )  # fmt: skip
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _reported(work: Session, key: str) -> asking.Told:
    viewer = current_viewer()
    told = asking.visible_report(work, viewer, key) or abort(404)
    row = found(work, told.agreement.public_key)
    mine = row.own or told.disbursement.branch == asking.own_branch(work, viewer)
    return told if mine else abort(404)


def _doubts(row: PaperRow, form: ReportForm) -> bool:
    """Whether something about the report has to be looked at again; the form then says what."""
    amount: Money = form.amount.data or Money.zero("CNY")
    agreement = row.agreement or abort(404)
    doubted = unit_doubt(amount.minor, asking.room_of(session(), agreement))
    if doubted is not None and not form.confirmed.data:
        form.add_refusal(Refusal(doubted), "amount")
        form.doubted = True
        return True
    lacking = payee_doubt(
        amount.minor, asking.loan_kind_of(session(), agreement.need_key), form.value_on.data or business_today(),
        payee=form.payee.data or "", own_reason=form.own_payment_reason.data or "",
        proof=bool(getattr(form.proof.data, "filename", "")),
    )  # fmt: skip
    if lacking is not None:
        form.add_refusal(Refusal(lacking[0]), lacking[1])
    return lacking is not None


def _told(row: PaperRow, form: ReportForm) -> dict[str, Any]:
    """What the command takes. A branch that only pays reports in its own name."""
    amount: Money = form.amount.data or Money.zero("CNY")
    return {
        "iou_no": form.iou_no.data or "", "amount_minor": amount.minor, "value_on": form.value_on.data,
        "payee": form.payee.data or None, "own_payment_reason": form.own_payment_reason.data or None,
        "fees": form.fees, "branch": None if row.own else asking.own_branch(session(), current_viewer()),
        "reported_on": business_today(),
    }  # fmt: skip


def _body(key: str, told: dict[str, Any], files: list[Kept | None]) -> dict[str, Any]:
    days = {name: str(told[name]) for name in ("value_on", "reported_on")}
    return {**told, **days, "agreement": key, "files": [kept.sha256 for kept in files if kept is not None]}


def _page(
    key: str, *, refusal: Refusal | None = None, report: ReportForm | None = None, refused: BaseForm | None = None
) -> str:
    viewer = current_viewer()
    row = found(session(), key)
    agreement = row.agreement or abort(404)
    told = asking.told_under(session(), viewer, [agreement.id])
    files = {one.disbursement.id: evidence_of(session(), f"disbursement:{one.disbursement.public_key}") for one in told}
    return render_template(
        "disbursements/sheet.html", row=row, agreement=agreement, told=told, files=files, fees=FEES,
        left=asking.room_of(session(), agreement), form=report or ReportForm(formdata=None),
        void_form=VoidForm(formdata=None), refusal=refusal, refused=refused,
        branch="" if row.own else asking.own_branch(session(), viewer),
    )  # fmt: skip

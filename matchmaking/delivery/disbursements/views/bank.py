"""The bank's agreements: report money paid with its voucher, take a report back, end what is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.commands import exit_agreement
from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.disbursements import asking, commands
from matchmaking.delivery.disbursements.forms import EndForm, ReportForm, VoidForm
from matchmaking.delivery.disbursements.slips import unit_doubt
from matchmaking.delivery.signings.queries import PaperRow, papers_to_sign, signed_agreement, signed_papers
from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.files import Kept, attach, evidence_of, keep, open_file
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.forms import BaseForm
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.paging import Page, page_number
from matchmaking.foundation.web.today import business_today
from matchmaking.foundation.web.words import here

bank_agreements = Blueprint("bank_agreements", __name__)
PER_PAGE = 50
VOUCHERS = ("pdf", "png", "jpg", "ofd")


@bank_agreements.get("/bank/agreements")
@requires(Permission.REPORT_DISBURSEMENTS)
def index() -> ResponseReturnValue:
    """Agreements of the branch and of those under it; four SQL statements with the session's."""
    number = page_number(request.args.get("page"))
    rows, total = signed_papers(session(), current_viewer(), limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    if number > 1 and not rows:
        return redirect(here(page=None), code=303)
    drawn = asking.drawn_of(session(), [row.agreement.id for row in rows if row.agreement])
    page = Page(number, total, lambda changes: here(**changes), PER_PAGE)
    waiting = papers_to_sign(session(), current_viewer()) if number == 1 else []
    return render_template("disbursements/index.html", rows=rows, drawn=drawn, page=page, waiting=waiting)


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
    row = _found(session(), key)
    if not form.validate_on_submit():
        return _page(key, report=form), 422
    amount: Money = form.amount.data or Money.zero("CNY")
    doubted = unit_doubt(amount.minor, _left(row))
    if doubted is not None and not form.confirmed.data:
        form.add_refusal(Refusal(doubted), "amount")
        return _page(key, report=form, doubted=True), 422
    try:
        kept = _voucher(form)
    except Refusal as refusal:
        form.add_refusal(refusal, "voucher")
        return _page(key, report=form), 422
    told: dict[str, Any] = {
        "iou_no": form.iou_no.data or "", "amount_minor": amount.minor, "value_on": form.value_on.data,
        "payee": form.payee.data or None,
    }  # fmt: skip

    def tell(work: Session) -> dict[str, Any]:
        made = commands.report_disbursement(work, actor=viewer.actor, agreement=_agreement(work, key), at=at, **told)
        if kept is not None:
            subject = f"disbursement:{made.public_key}"
            attach(work, kept, subject=subject, words=_("放款凭证"), actor=viewer.actor, at=at)
        return {"disbursement": made.public_key}

    body = {**told, "value_on": str(form.value_on.data), "agreement": key, "voucher": kept.sha256 if kept else None}
    try:
        keyed("disbursements.report", form.key.data, body, tell)
    except Refusal as refusal:
        form.add_refusal(refusal)
        return _page(key, report=form), 409
    flash(_("已报送，等企业确认。企业没答不算确认。"), "ok")
    return redirect(url_for("bank_agreements.sheet", key=key), code=303)


@bank_agreements.post("/bank/disbursements/<key:key>/void")
@requires(Permission.REPORT_DISBURSEMENTS)
def void(key: str) -> ResponseReturnValue:
    """Take one report back, with its reason; its neighbours stay."""
    form, viewer, on, at = VoidForm(), current_viewer(), business_today(), clock.now()
    found = asking.visible_report(session(), viewer, key) or abort(404)
    agreement_key, reason = found.agreement.public_key, form.reason.data or ""

    def take_back(work: Session) -> None:
        told = asking.visible_report(work, viewer, key) or abort(404)
        commands.void_disbursement(
            work, actor=viewer.actor, disbursement=told.disbursement, voided_on=on, reason=reason, at=at
        )

    return _done("disbursements.void", form, agreement_key, {"disbursement": key, "reason": reason}, take_back)


@bank_agreements.post("/bank/agreements/<key:key>/end")
@requires(Permission.COUNTERSIGN_AGREEMENTS)
def end(key: str) -> ResponseReturnValue:
    """The bank ends what is not paid yet, with its reason; what was signed stays what it was."""
    form, viewer, on, at = EndForm(), current_viewer(), business_today(), clock.now()
    _found(session(), key)
    reason = form.reason.data or ""

    def stop(work: Session) -> None:
        exit_agreement(
            work, actor=viewer.actor, agreement=_agreement(work, key), kind="bank_ends", by_party="bank",
            exited_on=on, at=at, reason=reason,
        )  # fmt: skip

    return _done("agreements.end", form, key, {"agreement": key, "reason": reason}, stop)


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


def _done(
    route: str, form: BaseForm, key: str, body: dict[str, Any], do: Callable[[Session], None]
) -> ResponseReturnValue:
    if not form.validate_on_submit():
        return _page(key, refused=form), 422

    def act(work: Session) -> dict[str, Any]:
        do(work)
        return {}

    try:
        keyed(route, form.key.data, body, act)
    except Refusal as refusal:
        return _page(key, refusal=refusal), 409
    return redirect(url_for("bank_agreements.sheet", key=key), code=303)


def _voucher(form: ReportForm) -> Kept | None:
    sent: Any = form.voucher.data
    if not getattr(sent, "filename", ""):
        return None
    return keep(sent.stream, name=sent.filename, media=VOUCHERS, limit=current_app.config["MAX_CONTENT_LENGTH"])


def _found(work: Session, key: str) -> PaperRow:
    return signed_agreement(work, current_viewer(), key) or abort(404)


def _agreement(work: Session, key: str) -> Agreement:
    return _found(work, key).agreement or abort(404)


def _left(row: PaperRow) -> int:
    agreement = row.agreement or abort(404)
    drawn = asking.drawn_of(session(), [agreement.id]).get(agreement.id, 0)
    return max((agreement.amount_minor or 0) - drawn, 0)


def _page(
    key: str, *, refusal: Refusal | None = None, report: ReportForm | None = None, doubted: bool = False,
    refused: BaseForm | None = None,
) -> str:  # fmt: skip
    viewer = current_viewer()
    row = _found(session(), key)
    agreement = row.agreement or abort(404)
    told = asking.told_under(session(), viewer, [agreement.id])
    files = {one.disbursement.id: evidence_of(session(), f"disbursement:{one.disbursement.public_key}") for one in told}
    return render_template(
        "disbursements/sheet.html", row=row, agreement=agreement, told=told, left=_left(row), files=files,
        form=report or ReportForm(formdata=None), void_form=VoidForm(formdata=None), end_form=EndForm(formdata=None),
        refusal=refusal, doubted=doubted, refused=refused, ended=asking.exits_of(session(), [agreement.id]),
        may_end=viewer.may(Permission.COUNTERSIGN_AGREEMENTS),
    )  # fmt: skip

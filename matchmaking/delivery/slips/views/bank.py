"""The bank's pages: its months, one slip to make, check, print, and send back sealed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from matchmaking.delivery.disbursements.monthly import MONTHS_BACK, Month, speaks_for
from matchmaking.delivery.signings.commands import CITY
from matchmaking.delivery.slips import commands
from matchmaking.delivery.slips.forms import BackForm, DrawForm, ScanForm, StepForm
from matchmaking.delivery.slips.models import MonthlySlip
from matchmaking.delivery.slips.queries import SlipSheet, latest_slips, slip_sheet
from matchmaking.delivery.slips.views.scans import scan_of
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.states import SLIP
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.files import keep
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.forms import BaseForm
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.today import business_today
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import portfolio_by_code

bank_slips = Blueprint("bank_slips", __name__)
SCANS = ("pdf", "png", "jpg", "ofd")


@bank_slips.get("/bank/slips")
@requires(Permission.REPORT_DISBURSEMENTS)
def index() -> ResponseReturnValue:
    """The last twelve months with their slips."""
    return _index(DrawForm(formdata=None))


@bank_slips.post("/bank/slips")
@requires(Permission.REPORT_DISBURSEMENTS)
def draw() -> ResponseReturnValue:
    """Draw up a month."""
    form, viewer, at, today = DrawForm(), current_viewer(), clock.now(), business_today()
    month = Month.read(form.month.data or "") if form.validate_on_submit() else None
    if month is None:
        return _index(form), 422

    def work(inside: Session) -> dict[str, Any]:
        lender, branch = speaks_for(inside, viewer)
        slip = commands.draw_slip(
            inside, viewer=viewer, portfolio=_city(inside), lender=lender, branch=branch, month=month, today=today,
            at=at,
        )  # fmt: skip
        return {"key": slip.public_key}

    try:
        answer = keyed("slips.draw", form.key.data, {"month": str(month)}, work)
    except Refusal as refusal:
        return _index(form, refusal), 409
    return redirect(url_for("bank_slips.sheet", key=answer["key"]), code=303)


@bank_slips.get("/bank/slips/<key:key>")
@requires(Permission.REPORT_DISBURSEMENTS)
def sheet(key: str) -> ResponseReturnValue:
    """One slip, as it is printed."""
    return _sheet(key)


@bank_slips.post("/bank/slips/<key:key>/refresh")
@requires(Permission.REPORT_DISBURSEMENTS)
def refresh(key: str) -> ResponseReturnValue:
    """Take the records as they are now."""
    form = StepForm()
    return _step(key, "refresh", form, lambda work, told: commands.refresh_slip(work, **told))


@bank_slips.post("/bank/slips/<key:key>/make")
@requires(Permission.REPORT_DISBURSEMENTS)
def make(key: str) -> ResponseReturnValue:
    """经办."""
    form = StepForm()
    return _step(
        key, "make", form, lambda work, told: commands.make_slip(work, words=form.words.data or "", **told)
    )  # fmt: skip


@bank_slips.post("/bank/slips/<key:key>/send-back")
@requires(Permission.COUNTERSIGN_AGREEMENTS)
def send_back(key: str) -> ResponseReturnValue:
    """Back to the maker."""
    form = BackForm()
    return _step(
        key, "send_back", form, lambda work, told: commands.send_back_slip(work, words=form.words.data or "", **told)
    )  # fmt: skip


@bank_slips.post("/bank/slips/<key:key>/check")
@requires(Permission.COUNTERSIGN_AGREEMENTS)
def check(key: str) -> ResponseReturnValue:
    """复核."""
    return _step(key, "check", StepForm(), lambda work, told: commands.check_slip(work, **told))


@bank_slips.post("/bank/slips/<key:key>/return")
@requires(Permission.REPORT_DISBURSEMENTS)
def send(key: str) -> ResponseReturnValue:
    """The sealed sheet as a scan, known by its hash."""
    form = ScanForm()
    sent: Any = form.scan.data
    try:
        if not getattr(sent, "filename", ""):
            raise Refusal(Reason("slip_needs_scan"))
        limit = current_app.config["MAX_CONTENT_LENGTH"]
        scan = keep(sent.stream, name=sent.filename, media=SCANS, limit=limit)
    except Refusal as refusal:
        return _sheet(key, refusal), 422
    return _step(
        key, "return", form, lambda work, told: commands.return_slip(work, scan=scan, **told), scan=scan.sha256
    )  # fmt: skip


@bank_slips.get("/bank/slips/<key:key>/scan")
@requires(Permission.REPORT_DISBURSEMENTS)
def scan(key: str) -> ResponseReturnValue:
    """The sealed sheet as it came."""
    return scan_of(_found(session(), key).slip)


def _step(
    key: str, action: str, form: Any, act: Callable[[Session, dict[str, Any]], None], **more: str
) -> ResponseReturnValue:
    viewer, at = current_viewer(), clock.now()
    _found(session(), key)
    if not form.validate_on_submit():
        return _sheet(key, form=form), 422
    version = form.version.data

    def work(inside: Session) -> dict[str, Any]:
        act(inside, {"viewer": viewer, "slip": _found(inside, key).slip, "version": version, "at": at})
        return {}

    body = {"about": key, "version": version, **more}
    try:
        keyed(f"slips.{action}", form.key.data, body, work)
    except Refusal as refusal:
        return _sheet(key, refusal), 409
    return redirect(url_for("bank_slips.sheet", key=key), code=303)


def _city(work: Session) -> Portfolio:
    return portfolio_by_code(work, CITY) or abort(404)


def _found(work: Session, key: str) -> SlipSheet:
    """The slip of the viewer's own bank; a branch has none to see."""
    lender, branch = speaks_for(work, current_viewer())
    if branch is not None:
        abort(404)
    return slip_sheet(work, _city(work).id, key, lender=lender) or abort(404)


def _index(form: DrawForm, refusal: Refusal | None = None) -> str:
    lender, branch = speaks_for(session(), current_viewer())
    today = business_today()
    month = Month.of(today)
    months = [month if month.last <= today else month.before]
    while len(months) < MONTHS_BACK:
        months.append(months[-1].before)
    held = latest_slips(session(), _city(session()).id, lender=lender) if branch is None else []
    slips: dict[str, MonthlySlip] = {one.month: one for one in held}
    return render_template(
        "slips/index.html", lender=lender, branch=branch, months=months, slips=slips, form=form, refusal=refusal
    )


def _sheet(key: str, refusal: Refusal | None = None, form: BaseForm | None = None) -> str:
    viewer = current_viewer()
    found = _found(session(), key)
    may = SLIP.possible(found.slip.state, viewer.role.value)
    return render_template(
        "slips/sheet.html", found=found, slip=found.slip, may=may, own=found.slip.made_by == viewer.actor,
        refusal=refusal, faults=form.faults if form else {}, step=StepForm(formdata=None), back=BackForm(formdata=None),
        scan=ScanForm(formdata=None), office=False,
    )  # fmt: skip

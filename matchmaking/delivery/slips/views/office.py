"""催报: who has not reported which month; the slips that came back, for the office."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from matchmaking.delivery.disbursements.monthly import Month
from matchmaking.delivery.slips.chasing import chase_board
from matchmaking.delivery.slips.commands import chase_report
from matchmaking.delivery.slips.forms import ChaseForm
from matchmaking.delivery.slips.queries import SlipSheet, slip_sheet
from matchmaking.delivery.slips.views.scans import scan_of
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.today import business_today
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import visible_portfolio

reporting = Blueprint("reporting", __name__)


@reporting.get("/portfolios/<key:code>/reporting")
@requires(Permission.READ_AUDIT)
def board(code: str) -> ResponseReturnValue:
    """Banks by months: reported, zero, not reported; reminders and slips."""
    return _board(code, ChaseForm(formdata=None))


@reporting.post("/portfolios/<key:code>/reporting")
@requires(Permission.HANDLE_FINDINGS)
def chase(code: str) -> ResponseReturnValue:
    """Note that a bank was asked for its month."""
    form, viewer, at = ChaseForm(), current_viewer(), clock.now()
    _portfolio(session(), code)
    month = Month.read(form.month.data or "") if form.validate_on_submit() else None
    if month is None:
        return _board(code, form), 422
    told = {"lender": form.lender.data or "", "means": form.means.data or "", "words": form.words.data or ""}

    def work(inside: Session) -> dict[str, Any]:
        portfolio = _portfolio(inside, code)
        return {"id": chase_report(inside, viewer=viewer, portfolio=portfolio, month=month, at=at, **told).id}

    try:
        keyed("reporting.chase", form.key.data, {"month": str(month), **told}, work)
    except Refusal as refusal:
        return _board(code, form, refusal), 409
    flash(_("已记下：催过%(bank)s %(month)s 的报送。", bank=told["lender"], month=str(month)), "ok")
    return redirect(url_for("reporting.board", code=code), code=303)


@reporting.get("/portfolios/<key:code>/slips/<key:key>")
@requires(Permission.READ_AGREEMENTS)
def slip(code: str, key: str) -> ResponseReturnValue:
    """One slip as the bank made it."""
    found = _slip(code, key)
    return render_template(
        "slips/sheet.html", found=found, slip=found.slip, may=(), own=False, refusal=None, faults={}, office=True,
        code=code,
    )  # fmt: skip


@reporting.get("/portfolios/<key:code>/slips/<key:key>/scan")
@requires(Permission.READ_AGREEMENTS)
def scan(code: str, key: str) -> ResponseReturnValue:
    """The sealed sheet as it came."""
    return scan_of(_slip(code, key).slip)


def _slip(code: str, key: str) -> SlipSheet:
    return slip_sheet(session(), _portfolio(session(), code).id, key) or abort(404)


def _portfolio(work: Session, code: str) -> Portfolio:
    found = visible_portfolio(work, current_viewer(), code)
    return found if found is not None and found.kind == "cases" else abort(404)


def _board(code: str, form: ChaseForm, refusal: Refusal | None = None) -> str:
    portfolio = _portfolio(session(), code)
    found = chase_board(session(), portfolio, today=business_today())
    return render_template(
        "slips/board.html", portfolio=portfolio, board=found, form=form, refusal=refusal, today=business_today()
    )

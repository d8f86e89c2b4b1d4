"""按月报送: the bank says that a month is reported in full, or that nothing was paid in it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from matchmaking.delivery.disbursements.forms import ThroughForm
from matchmaking.delivery.disbursements.monthly import Month, months_told, report_month, speaks_for
from matchmaking.delivery.signings.commands import CITY
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.today import business_today
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import portfolio_by_code

bank_reports = Blueprint("bank_reports", __name__)


@bank_reports.get("/bank/reports")
@requires(Permission.REPORT_DISBURSEMENTS)
def index() -> ResponseReturnValue:
    """The last twelve months: what was reported, and whether the bank said that this is all."""
    return _page(ThroughForm(formdata=None))


@bank_reports.post("/bank/reports")
@requires(Permission.REPORT_DISBURSEMENTS)
def tell() -> ResponseReturnValue:
    """本月已报全, or 本月无放款."""
    form, viewer, at = ThroughForm(), current_viewer(), clock.now()
    month = Month.read(form.month.data or "") if form.validate_on_submit() else None
    if month is None:
        return _page(form), 422
    zero = form.zero.data == "y"

    def say(work: Session) -> dict[str, Any]:
        lender, branch = speaks_for(work, viewer)
        report_month(
            work, actor=viewer.actor, portfolio=_city(work), lender=lender, branch=branch, month=month, zero=zero, at=at
        )
        return {}

    try:
        keyed("reports.through", form.key.data, {"month": str(month), "zero": zero}, say)
    except Refusal as refusal:
        return _page(form, refusal), 409
    flash(_("已记下：%(month)s 无放款（零报告）。", month=str(month)) if zero else
          _("已记下：%(month)s 的放款已报全。", month=str(month)), "ok")  # fmt: skip
    return redirect(url_for("bank_reports.index"), code=303)


def _city(work: Session) -> Portfolio:
    return portfolio_by_code(work, CITY) or abort(404)


def _page(form: ThroughForm, refusal: Refusal | None = None) -> str:
    lender, branch = speaks_for(session(), current_viewer())
    today = business_today()
    months = months_told(session(), _city(session()), lender, branch, today)
    return render_template(
        "disbursements/monthly.html", months=months, lender=lender, branch=branch, form=form, refusal=refusal,
        today=today,
    )  # fmt: skip

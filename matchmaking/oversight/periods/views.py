"""Closed months: the list with what each said and says, one of them, proposing, closing, and the workbook."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from matchmaking.delivery.disbursements.monthly import Month
from matchmaking.domain.conversion.closing import Headline
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.limits import limit_costly
from matchmaking.foundation.web.locale import in_words
from matchmaking.foundation.web.today import business_today
from matchmaking.foundation.web.words import language
from matchmaking.oversight.periods.commands import close_period, first_day_to_close, propose_period
from matchmaking.oversight.periods.export import MEDIA, workbook
from matchmaking.oversight.periods.forms import CloseForm, ProposeForm
from matchmaking.oversight.periods.pages import PeriodPage, period_page
from matchmaking.oversight.periods.queries import Period, periods_of, proposal_by_key
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import visible_portfolio

periods = Blueprint("periods", __name__)


@periods.get("/portfolios/<key:code>/periods")
@requires(Permission.READ_AUDIT)
def index(code: str) -> ResponseReturnValue:
    """Months with their heads as closed and as restated; three SQL statements with the session's."""
    return _index(code, None)


@periods.post("/portfolios/<key:code>/periods")
@requires(Permission.CLOSE_PERIODS)
@limit_costly
def propose(code: str) -> ResponseReturnValue:
    """Reckon a month and propose its figures."""
    viewer, form, at = current_viewer(), ProposeForm(), clock.now()
    _seen(session(), code)
    if not form.validate_on_submit():
        return _index(code, form), 422
    month = form.month.data or ""

    def work(inside: Session) -> dict[str, Any]:
        made = propose_period(inside, actor=viewer.actor, portfolio=_seen(inside, code), month=month, at=at)
        return {"period": made.public_key}

    try:
        keyed("periods.propose", form.key.data, {"code": code, "month": month}, work)
    except Refusal as refusal:
        form.add_refusal(refusal, "month")
        return _index(code, form), 409
    flash(_("%(month)s 的数已提出，等另一个人结账。", month=month), "success")
    return redirect(url_for("periods.sheet", code=code, month=month), code=303)


@periods.get("/portfolios/<key:code>/periods/<key:month>")
@requires(Permission.READ_AUDIT)
def sheet(code: str, month: str) -> ResponseReturnValue:
    """One month: the frozen ledger, each restatement with its facts and differences beside it."""
    portfolio = _seen(session(), code)
    return _sheet(portfolio, _found(portfolio, month), CloseForm(formdata=None))


@periods.post("/portfolios/<key:code>/periods/<key:month>/close")
@requires(Permission.CLOSE_PERIODS)
def close(code: str, month: str) -> ResponseReturnValue:
    """Close the month on the proposal that was looked at."""
    viewer, form, at = current_viewer(), CloseForm(), clock.now()
    portfolio = _seen(session(), code)
    found = _found(portfolio, month)
    if not form.validate_on_submit():
        return _sheet(portfolio, found, form), 422
    wanted = form.proposal.data or ""

    def work(inside: Session) -> dict[str, Any]:
        own = _seen(inside, code)
        proposal = proposal_by_key(inside, own.id, wanted)
        if proposal is None or proposal.month != month:
            abort(404)
        made = close_period(inside, actor=viewer.actor, portfolio=own, proposal=proposal, at=at)
        return {"close": made.id}

    try:
        keyed("periods.close", form.key.data, {"code": code, "month": month, "proposal": wanted}, work)
    except Refusal as refusal:
        for reason in refusal.reasons:
            flash(in_words(reason), "error")
        return redirect(url_for("periods.sheet", code=code, month=month), code=303)
    flash(_("%(month)s 已结账，数不再改。", month=month), "success")
    return redirect(url_for("periods.sheet", code=code, month=month), code=303)


@periods.get("/portfolios/<key:code>/periods/<key:month>/figures.xlsx")
@requires(Permission.EXPORT_FIGURES)
def export(code: str, month: str) -> ResponseReturnValue:
    """The month as a workbook."""
    portfolio = _seen(session(), code)
    page = _page(_found(portfolio, month))
    kept = page.proposal
    about = [
        (_("组合"), _title(portfolio)), (_("月份"), kept.month), (_("截止日"), kept.as_of.isoformat()),
        (_("按哪天所知"), kept.known_on.isoformat()), ("SHA-256", kept.digest), (_("币种"), portfolio.currency),
    ]  # fmt: skip
    name = f"{portfolio.code}-{kept.month}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(workbook(page, about), mimetype=MEDIA, headers=headers)


def _seen(work: Session, code: str) -> Portfolio:
    return visible_portfolio(work, current_viewer(), code) or abort(404)


def _found(portfolio: Portfolio, month: str) -> Period:
    found = (one for one in periods_of(session(), portfolio) if one.proposal.month == month)
    return next(found, None) or abort(404)


def _page(found: Period) -> PeriodPage:
    return period_page(session(), found.proposal, found.close)


def _title(portfolio: Portfolio) -> str:
    return portfolio.title_en if language() == "en" else portfolio.title_zh


def _index(code: str, form: ProposeForm | None) -> str:
    portfolio = _seen(session(), code)
    rows = periods_of(session(), portfolio)
    suggested = _next_month(rows, business_today())
    return render_template(
        "periods/index.html", portfolio=portfolio, title=_title(portfolio), rows=rows,
        form=form or ProposeForm(formdata=None, month=str(suggested)), opens=first_day_to_close(suggested),
        suggested=suggested, may_close=current_viewer().may(Permission.CLOSE_PERIODS), none_head=Headline(),
    )  # fmt: skip


def _next_month(rows: list[Period], today: date) -> Month:
    """The month after the last closed one; where none is closed, the last that may be closed today."""
    closed = [one.proposal.as_of for one in rows if one.close is not None]
    if closed:
        return Month.of(max(closed) + timedelta(days=1))
    month = Month.of(today).before
    return month if first_day_to_close(month) <= today else month.before


def _sheet(portfolio: Portfolio, found: Period, form: CloseForm) -> str:
    form.proposal.data = found.proposal.public_key
    viewer = current_viewer()
    return render_template(
        "periods/sheet.html", portfolio=portfolio, title=_title(portfolio), page=_page(found), form=form,
        may_close=viewer.may(Permission.CLOSE_PERIODS), own=found.proposal.recorded_by == viewer.actor,
    )  # fmt: skip

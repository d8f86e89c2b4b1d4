"""Meetings and what came of them, for the finance office: all of them, and one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from matchmaking.delivery.audits.queries import OpenedAudit, latest_snapshot
from matchmaking.desks.gatherings.commands import enter_cost
from matchmaking.desks.gatherings.forms import CostForm
from matchmaking.desks.gatherings.pages import event_page
from matchmaking.desks.gatherings.queries import events_told, latest_told, papers_at, papers_by_event
from matchmaking.desks.gatherings.returns import Return, horizons_of, last_cost, without_loan
from matchmaking.desks.gatherings.table import event_line
from matchmaking.desks.office.asked import read_asked
from matchmaking.desks.office.setting import Setting, setting_of
from matchmaking.domain.money import Money
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.paging import Page, page_number
from matchmaking.foundation.web.today import business_today
from matchmaking.foundation.web.words import here
from matchmaking.market.events.models import KINDS
from matchmaking.market.events.queries import event_counted
from matchmaking.registry.portfolios.queries import visible_portfolios

gatherings = Blueprint("gatherings", __name__)
PER_PAGE = 50


@gatherings.get("/events/<key:key>/outcome")
@requires(Permission.READ_AUDIT)
def sheet(key: str) -> ResponseReturnValue:
    """To the meeting's page in the first portfolio of cases this person may open."""
    return redirect(url_for("gatherings.event", code=_first(), key=key), code=303)


@gatherings.get("/portfolios/<key:code>/events")
@requires(Permission.READ_AUDIT)
def index(code: str) -> ResponseReturnValue:
    """Meetings with what was signed at each by instrument; three SQL statements with the session's."""
    opened, setting = _open(code, "gatherings.index")
    number, kind = page_number(request.args.get("page")), request.args.get("kind", "")
    kind = kind if kind in KINDS else ""
    at = {"limit": PER_PAGE, "offset": (number - 1) * PER_PAGE}
    events, told, total = events_told(session(), opened.snapshot, kind=kind, until=setting.as_of, **at)
    if number > 1 and not events:
        return redirect(here(page=None), code=303)
    rows = [event_line(event, told.get(key, ())) for key, event in events.items()]
    pages = Page(number, total, lambda changes: here(**changes), PER_PAGE)
    return render_template("events/outcomes.html", page=setting, pages=pages, rows=rows, kind=kind, kinds=KINDS)


@gatherings.get("/portfolios/<key:code>/events/<key:key>")
@requires(Permission.READ_AUDIT)
def event(code: str, key: str) -> ResponseReturnValue:
    """One meeting; eight SQL statements with the session's, whatever its size."""
    return _event(code, key, CostForm(formdata=None))


@gatherings.post("/portfolios/<key:code>/events/<key:key>/cost")
@requires(Permission.HANDLE_FINDINGS)
def cost(code: str, key: str) -> ResponseReturnValue:
    """What the meeting cost, entered by the office; the last entry holds."""
    form, viewer, at = CostForm(), current_viewer(), clock.now()
    _open(code, "gatherings.event", key=key)
    if event_counted(session(), key) is None:
        abort(404)
    if not form.validate_on_submit():
        return _event(code, key, form), 422
    minor, words = (form.amount.data or Money.zero("CNY")).minor, form.words.data or ""

    def work(inside: Session) -> dict[str, Any]:
        row = event_counted(inside, key) or abort(404)
        return {
            "id": enter_cost(inside, actor=viewer.actor, event=row.event, amount_minor=minor, words=words, at=at).id
        }

    keyed("gatherings.cost", form.key.data, {"about": key, "amount": minor, "words": words}, work)
    return redirect(url_for("gatherings.event", code=code, key=key), code=303)


def _event(code: str, key: str, form: CostForm) -> str:
    opened, setting = _open(code, "gatherings.event", key=key)
    row = event_counted(session(), key) or abort(404)
    if opened.snapshot is None:
        return render_template("office/unreckoned.html", page=setting)
    told = papers_by_event(session(), opened.snapshot, key).get(key, [])
    kept = latest_told(session(), opened.portfolio.id, key)
    papers = papers_at(session(), opened.snapshot, key)
    spent = last_cost(session(), key)
    firms, again = without_loan(session(), opened.snapshot, row.event)
    back = Return(spent, horizons_of(row.event, kept, spent, setting.as_of), firms, again)
    page = event_page(setting, row, told, kept, papers)
    return render_template("events/outcome.html", page=page, back=back, form=form)


def _first() -> str:
    mine = [one for one in visible_portfolios(session(), current_viewer()) if one.kind == "cases"]
    return mine[0].code if mine else abort(404)


def _open(code: str, endpoint: str, **values: Any) -> tuple[OpenedAudit, Setting]:
    asked = read_asked(request.args)
    today = business_today()
    opened = latest_snapshot(session(), current_viewer(), code, asked.as_of, asked.known_on, today=today)
    if opened is None:
        abort(404)
    setting = setting_of(
        opened, asked, portfolios=[opened.portfolio], action=url_for(endpoint, code=code, **values), may_reckon=False
    )
    return opened, setting

"""Lines that match nothing, reports that no line speaks of, what was matched; and taking in new lines."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.limits import limit_costly
from matchmaking.foundation.web.paging import Page, page_number
from matchmaking.foundation.web.today import business_today
from matchmaking.foundation.web.words import here, language
from matchmaking.oversight.lines.commands import take_in_lines
from matchmaking.oversight.lines.forms import LinesForm
from matchmaking.oversight.lines.queries import matched_lines, open_lines, silent_reports
from matchmaking.oversight.lines.reading import MOST_LINES, read_lines
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import visible_portfolio

lines = Blueprint("lines", __name__)
PER_PAGE = 50
SIDES = {"": open_lines, "bank": silent_reports, "matched": matched_lines}
"""``side`` of the address → what is listed."""


@lines.get("/portfolios/<key:code>/lines")
@requires(Permission.READ_AGREEMENTS)
def index(code: str) -> ResponseReturnValue:
    """One of the three lists; three SQL statements with the session's."""
    portfolio, side = seen(session(), code), request.args.get("side", "")
    side = side if side in SIDES else ""
    number = page_number(request.args.get("page"))
    found = SIDES[side](session(), portfolio.id, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    if number > 1 and not found.rows:
        return redirect(here(page=None), code=303)
    page = Page(number, found.total, lambda changes: here(**changes), PER_PAGE)
    return render_template(
        "lines/index.html", portfolio=portfolio, title=title_of(portfolio), side=side, rows=found.rows, page=page,
        today=business_today(), may_match=current_viewer().may(Permission.HANDLE_FINDINGS),
    )  # fmt: skip


@lines.get("/portfolios/<key:code>/lines/new")
@requires(Permission.HANDLE_FINDINGS)
def new(code: str) -> ResponseReturnValue:
    """A form for lines of one statement."""
    return _new(seen(session(), code), LinesForm(formdata=None))


@lines.post("/portfolios/<key:code>/lines/new")
@requires(Permission.HANDLE_FINDINGS)
@limit_costly
def take_in(code: str) -> ResponseReturnValue:
    """Take lines in, all or none, and match them."""
    viewer, form, at = current_viewer(), LinesForm(), clock.now()
    portfolio = seen(session(), code)
    if not form.validate_on_submit():
        return _new(portfolio, form), 422
    told = {"source": form.source.data or "", "firm": form.firm.data or ""}

    def work(inside: Session) -> dict[str, Any]:
        rows = read_lines(form.rows.data or "")
        came = take_in_lines(inside, actor=viewer.actor, portfolio=seen(inside, code), rows=rows, at=at, **told)
        return {"added": came.added, "known": came.known, "matched": came.matched, "proposed": came.proposed}

    try:
        came = keyed("lines.take_in", form.key.data, {**told, "code": code, "rows": form.rows.data}, work)
    except Refusal as refusal:
        form.add_refusal(refusal)
        return _new(portfolio, form), 409
    flash(_("新录 %(added)s 行，原有 %(known)s 行；对上 %(matched)s 笔，待核对 %(proposed)s 对。", **came), "success")
    return redirect(url_for("lines.index", code=code), code=303)


def seen(work: Session, code: str) -> Portfolio:
    """The portfolio of cases this person may see; a 404 for any other."""
    found = visible_portfolio(work, current_viewer(), code)
    return found if found is not None and found.kind == "cases" else abort(404)


def title_of(portfolio: Portfolio) -> str:
    """Its name in this page's language."""
    return portfolio.title_en if language() == "en" else portfolio.title_zh


def _new(portfolio: Portfolio, form: LinesForm) -> str:
    return render_template("lines/new.html", portfolio=portfolio, title=title_of(portfolio), form=form, most=MOST_LINES)

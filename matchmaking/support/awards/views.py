"""Subsidies and awards: lists with their totals, and one list row by row."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.paging import Page, page_number
from matchmaking.foundation.web.words import here
from matchmaking.support.awards.models import KINDS
from matchmaking.support.awards.queries import award_list_by_key, award_lists, award_page, award_totals

awards = Blueprint("awards", __name__)
PER_PAGE = 50


@awards.get("/awards")
@requires(Permission.READ_LISTS)
def index() -> ResponseReturnValue:
    """Lists by kind, each kind with its total; three SQL statements with the session's."""
    number, totals = page_number(request.args.get("page")), award_totals(session())
    rows = award_lists(session(), limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    if number > 1 and not rows:
        return redirect(here(page=None), code=303)
    page = Page(number, sum(lists for lists, _ in totals.values()), lambda changes: here(**changes), PER_PAGE)
    groups = [(kind, totals.get(kind, (0, 0)), [row for row in rows if row.listed.kind == kind]) for kind in KINDS]
    return render_template("awards/index.html", groups=groups, page=page)


@awards.get("/awards/<key:key>")
@requires(Permission.READ_LISTS)
def sheet(key: str) -> ResponseReturnValue:
    """One list row by row; four SQL statements with the session's."""
    listed = award_list_by_key(session(), key) or abort(404)
    number = page_number(request.args.get("page"))
    offset = (number - 1) * PER_PAGE
    rows, total, amount = award_page(session(), current_viewer(), listed, limit=PER_PAGE, offset=offset)
    if number > 1 and not rows:
        return redirect(here(page=None), code=303)
    page = Page(number, total, lambda changes: here(**changes), PER_PAGE)
    return render_template("awards/sheet.html", listed=listed, rows=rows, total=amount, page=page)

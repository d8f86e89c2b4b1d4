"""我的需求: the firm's own needs, on a phone."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.paging import Page, page_number
from matchmaking.foundation.web.words import here
from matchmaking.market.needs.forms import NeedForm
from matchmaking.market.needs.queries import own_needs
from matchmaking.market.needs.steps import next_of
from matchmaking.market.needs.views import writing
from matchmaking.registry.organisations.models import Organisation

needs = Blueprint("needs", __name__)
DESK = writing.Desk("needs")
PER_PAGE = 20


@needs.get("/needs")
@requires(Permission.READ_OWN_NEEDS)
def index() -> ResponseReturnValue:
    """Own needs, one card each with what happens next; two SQL statements with the session's."""
    number = page_number(request.args.get("page"))
    rows, total = own_needs(session(), current_viewer(), limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    if number > 1 and not rows:
        return redirect(here(page=None), code=303)
    page = Page(number, total, lambda changes: here(**changes), PER_PAGE)
    cards = [(row.need, next_of(row.need)) for row in rows]
    return render_template("needs/index.html", cards=cards, page=page)


@needs.get("/needs/new")
@requires(Permission.POST_NEEDS)
def new() -> ResponseReturnValue:
    """An empty form; nothing is kept until it is sent."""
    return writing.form_page(DESK, NeedForm(formdata=None), None, _own().name)


@needs.post("/needs/new")
@requires(Permission.POST_NEEDS)
def write_new() -> ResponseReturnValue:
    """Keep a new draft."""
    return writing.save_new(DESK, _own(), NeedForm())


@needs.get("/needs/<key:key>")
@requires(Permission.READ_OWN_NEEDS)
def sheet(key: str) -> ResponseReturnValue:
    """One own need."""
    return writing.sheet_page(DESK, key)


@needs.get("/needs/<key:key>/edit")
@requires(Permission.POST_NEEDS)
def edit(key: str) -> ResponseReturnValue:
    """The draft to write on."""
    return writing.edit_page(DESK, key)


@needs.post("/needs/<key:key>/edit")
@requires(Permission.POST_NEEDS)
def write(key: str) -> ResponseReturnValue:
    """Keep what was changed."""
    return writing.save(DESK, key)


@needs.get("/needs/<key:key>/check")
@requires(Permission.POST_NEEDS)
def check(key: str) -> ResponseReturnValue:
    """Check your answers."""
    return writing.check_page(DESK, key)


@needs.post("/needs/<key:key>/post")
@requires(Permission.POST_NEEDS)
def post(key: str) -> ResponseReturnValue:
    """Hand it in."""
    return writing.post(DESK, key)


@needs.post("/needs/<key:key>/move")
@requires(Permission.POST_NEEDS)
def move(key: str) -> ResponseReturnValue:
    """Take back, discard or withdraw."""
    return writing.move(DESK, key)


def _own() -> Organisation:
    found = session().get(Organisation, current_viewer().organisation_id or 0)
    return found or abort(404)

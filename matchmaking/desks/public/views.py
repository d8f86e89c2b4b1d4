"""The public page at an address of its own, for those who are signed in too, and its figures as a file."""

from __future__ import annotations

from flask import Blueprint, Response, abort
from flask.typing import ResponseReturnValue

from matchmaking.desks.public.page import figures, figures_csv, public_page
from matchmaking.foundation.access.guard import public

public_desk = Blueprint("public_desk", __name__)


@public_desk.get("/public")
@public("open statistics: small and dominated cells are withheld, nobody is named")
def home() -> ResponseReturnValue:
    """The page a stranger sees at the front door."""
    return public_page()


@public_desk.get("/public/figures.csv")
@public("open statistics: small and dominated cells are withheld, nobody is named")
def file() -> ResponseReturnValue:
    """The public table as CSV; 404 before the first audit."""
    told = figures() or abort(404)
    name = f"public-{told.as_of.isoformat()}.csv"
    return Response(
        figures_csv(told), mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )

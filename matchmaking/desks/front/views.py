"""``/``: the public page for those who are not signed in, the home of their role for those who are."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from matchmaking.desks.front.homes import HOMES
from matchmaking.desks.public.page import public_page
from matchmaking.foundation.access.guard import public
from matchmaking.foundation.access.login import viewer_or_none
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.web.words import link

front = Blueprint("front", __name__)


@front.get("/")
@public("the first page: it shows a stranger public figures, and sends everybody else home")
def home() -> ResponseReturnValue:
    """Where this reader's day begins."""
    viewer = viewer_or_none()
    return public_page() if viewer is None else redirect(home_address(viewer.role), code=303)


def home_address(role: Role) -> str:
    """The first page of ``role`` that this installation has."""
    known = (link(endpoint) for endpoint in HOMES[role])
    return next((address for address in known if address), url_for("accounts.account"))

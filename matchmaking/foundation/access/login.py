"""The one wrapper around Flask-Login: the signed cookie holds a random session token, nothing else of the person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Flask, abort, current_app, g, has_request_context, session
from flask.sansio.app import App
from flask_login import LoginManager, UserMixin, current_user

from matchmaking.foundation import clock
from matchmaking.foundation.access.viewer import Viewer

Load = Callable[[str, datetime], Viewer | None]
"""(token, now) → the person whose live session it is. Given by the accounts slice, which owns the tables."""

LONGEST_TOKEN = 100


class SignedIn(UserMixin):
    """Flask-Login's user: a box around the :class:`Viewer`."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer


def setup_login(app: Flask) -> None:
    """Attach Flask-Login; until :func:`load_viewers_with` is called nobody is ever signed in."""
    manager = LoginManager()
    manager.session_protection = None  # the token's own row says when it ends; a changed address is not a theft
    manager.init_app(app)
    manager.user_loader(_load)


def load_viewers_with(app: App, load: Load) -> None:
    """Name the function that turns a token into a viewer."""
    app.extensions["load_viewer"] = load


def _load(token: str) -> SignedIn | None:
    load: Load | None = current_app.extensions.get("load_viewer")
    if load is None or not isinstance(token, str) or len(token) > LONGEST_TOKEN:
        return None
    viewer = load(token, clock.now())
    return SignedIn(viewer) if viewer else None


def viewer_or_none() -> Viewer | None:
    """The signed-in person or None; one statement for the first call of a request, none afterwards."""
    if not has_request_context() or g.get("viewer_unknown"):
        return None
    return current_user.viewer if current_user.is_authenticated else None


def current_viewer() -> Viewer:
    """The signed-in person; 404 when nobody is (a guarded view never sees that)."""
    return viewer_or_none() or abort(404)


def give_up_on_viewer() -> None:
    """For error pages after the database went away: do not ask it again who is looking."""
    g.viewer_unknown = True


def carry(token: str) -> None:
    """Start this browser's session afresh with ``token``: the old contents, CSRF secret included, are gone."""
    session.clear()
    session["_user_id"] = token
    g.pop("_login_user", None)
    g.pop("csrf_token", None)  # a page shown in this very answer carries a token of the new session


def carried() -> str | None:
    """The token in this browser's cookie, if any."""
    token = session.get("_user_id")
    return token if isinstance(token, str) and len(token) <= LONGEST_TOKEN else None


def drop() -> None:
    """Empty this browser's session."""
    session.clear()
    g.pop("_login_user", None)

"""The door. Every route says which key it takes, or why it is open; one that says neither stays shut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

import structlog
from flask import Flask, abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from matchmaking.foundation.access.login import viewer_or_none
from matchmaking.foundation.access.next_page import safe_next
from matchmaking.foundation.access.permissions import Permission

F = TypeVar("F", bound=Callable[..., Any] | type)
MARK = "__access__"
SIGN_IN, OWN_ACCOUNT = "accounts.sign_in", "accounts.account"


@dataclass(frozen=True, slots=True)
class Requires:
    """Open to signed-in people whose role carries ``permission``."""

    permission: Permission


@dataclass(frozen=True, slots=True)
class Public:
    """Open to everybody, for a reason worth writing down."""

    reason: str


Mark = Requires | Public


class UnmarkedRoute(RuntimeError):
    """A route carries neither ``@requires`` nor ``@public``: the application does not start."""


def requires(permission: Permission) -> Callable[[F], F]:
    """Mark a view: only roles that carry ``permission`` come in; for others the page does not exist."""
    return _marker(Requires(Permission(permission)))


def public(reason: str) -> Callable[[F], F]:
    """Mark a view as open to everybody; ``reason`` says why."""
    if not reason.strip():
        raise ValueError("an open door needs its reason")
    return _marker(Public(reason))


def _marker(mark: Mark) -> Callable[[F], F]:
    def decorate(view: F) -> F:
        if hasattr(view, MARK):
            raise ValueError(f"{view.__name__} is marked twice")
        setattr(view, MARK, mark)
        return view

    return decorate


def mark_of(app: Flask, endpoint: str) -> Mark | None:
    """What the route behind ``endpoint`` asks for; None when it says nothing."""
    view = app.view_functions.get(endpoint)
    if endpoint == "static" or endpoint.endswith(".static"):
        return Public("stylesheets, scripts and pictures hold no facts")
    return getattr(view, MARK, None) or getattr(getattr(view, "view_class", None), MARK, None)


def refuse_unmarked(app: Flask) -> None:
    """Call when all routes are hung: raises :class:`UnmarkedRoute` naming each one that says nothing."""
    endpoints = sorted({rule.endpoint for rule in app.url_map.iter_rules()})
    silent = [endpoint for endpoint in endpoints if mark_of(app, endpoint) is None]
    if silent:
        raise UnmarkedRoute("mark with @requires or @public: " + ", ".join(silent))


def check_door() -> Response | None:
    """Before each request: let through, send to sign-in, or deny that the page exists (a 404 like any other)."""
    if request.endpoint is None or request.routing_exception is not None:
        return None
    mark = mark_of(current_app, request.endpoint)
    if isinstance(mark, Public):
        g.door = "public"
        return None
    viewer = viewer_or_none()
    if viewer is None:
        g.door = "sign_in"
        return _to_sign_in()
    if mark is None or not viewer.may(mark.permission):
        g.door = "denied"
        structlog.get_logger("access").warning("denied", viewer=viewer.login, endpoint=request.endpoint)
        abort(404)
    if viewer.password_given and mark.permission is not Permission.OWN_ACCOUNT:
        g.door = "password"
        return redirect(url_for(OWN_ACCOUNT), code=303)
    g.door = "open"
    return None


def _to_sign_in() -> Response:
    # only a page that was read can be returned to; a submission would come back as a different request
    target = safe_next(_address_asked(), default="") if request.method in ("GET", "HEAD") else ""
    if SIGN_IN not in current_app.view_functions:
        abort(404)
    return redirect(url_for(SIGN_IN, next=target or None), code=303)


def _address_asked() -> str:
    query = request.query_string.decode("ascii", "replace")
    return quote(request.path) + (f"?{query}" if query else "")

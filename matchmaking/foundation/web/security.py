"""Headers on every answer, hosts, proxies, cookies and the CSRF token."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta

import structlog
from flask import Flask, Response, abort, current_app, g, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from config import Settings
from matchmaking.foundation.access.guard import check_door
from matchmaking.foundation.access.login import setup_login
from matchmaking.foundation.web.addresses import host_allowed
from matchmaking.foundation.web.hygiene import bound_request, refuse_unfit_request
from matchmaking.foundation.web.limits import setup_limits

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
TWO_YEARS = "max-age=63072000; includeSubDomains"

csrf = CSRFProtect()


def setup_security(app: Flask, settings: Settings) -> None:
    """Attach it all. The order matters: number, host, body, count, door, and last the form's token."""
    _set_cookies(app, settings)
    bound_request(app)
    setup_login(app)
    app.before_request(_begin)
    app.before_request(_check_host)
    app.before_request(refuse_unfit_request)
    setup_limits(app, settings)
    app.before_request(check_door)
    csrf.init_app(app)
    app.after_request(_finish)
    if settings.proxy_hops:
        # no trust in X-Forwarded-Host: nginx passes Host itself, and a forwarded one could be the visitor's own
        app.wsgi_app = ProxyFix(app.wsgi_app, settings.proxy_hops, settings.proxy_hops, x_host=0)  # type: ignore[method-assign]


def _set_cookies(app: Flask, settings: Settings) -> None:
    app.config.update(
        SESSION_COOKIE_NAME="__Host-session" if settings.https else "session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_DOMAIN=None,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        # a token lives as long as its session: a form that took an hour to fill in is not lost
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=settings.https,
    )


def _begin() -> None:
    g.request_id = uuid.uuid4().hex
    g.began_at = time.perf_counter()


def _check_host() -> None:
    settings: Settings = current_app.config["SETTINGS"]
    if not host_allowed(request.environ.get("HTTP_HOST", ""), settings.allowed_hosts):
        g.bare = True
        abort(400, description="host_unknown")


def _finish(response: Response) -> Response:
    settings: Settings = current_app.config["SETTINGS"]
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if settings.https:
        response.headers.setdefault("Strict-Transport-Security", TWO_YEARS)
    if request.endpoint != "static" or response.status_code >= 400:
        # a shared desk's "back" button must not show the last person's page
        response.headers["Cache-Control"] = "no-store"
    response.headers["X-Request-ID"] = g.get("request_id", "")
    _write_line(response)
    return response


def _write_line(response: Response) -> None:
    # the address as routed, never as typed: queries and forged paths do not reach the log
    milliseconds = int((time.perf_counter() - g.get("began_at", time.perf_counter())) * 1000)
    user = getattr(g.get("_login_user"), "viewer", None)
    structlog.get_logger("access").info(
        "request",
        request_id=g.get("request_id", ""),
        method=request.method,
        route=str(request.url_rule) if request.url_rule else "",
        status=response.status_code,
        milliseconds=milliseconds,
        user=user.user_id if user else None,
        address=request.remote_addr,
    )

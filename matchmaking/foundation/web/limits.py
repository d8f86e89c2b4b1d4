"""How often one may ask. Counted in Redis where there is one; when it dies, in this process — never not at all."""

from __future__ import annotations

import threading
from typing import Any

from flask import Flask, current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits.storage import MemoryStorage

from config import Settings
from matchmaking.foundation.access.login import carried


def who_asks() -> str:
    """The account's session and the address together: one office behind one address is not one person."""
    return f"{carried() or 'anonymous'}|{get_remote_address()}"


def _sign_in_limit() -> str:
    return str(current_app.config["SIGN_IN_LIMIT"])


def _page_limit() -> str:
    return str(current_app.config["PAGE_LIMIT"])


limiter = Limiter(key_func=who_asks, default_limits=[_page_limit])

limit_sign_in = limiter.limit(_sign_in_limit, key_func=get_remote_address, methods=["POST"])
"""For views that check a password: counted by address alone, since the name is what a guesser varies."""


def _register_limit() -> str:
    return str(current_app.config["REGISTER_LIMIT"])


limit_register = limiter.limit(_register_limit, key_func=get_remote_address, methods=["POST"])
"""For the page on which a firm registers itself: open to everybody, and an event's guests share one address."""


def _costly_limit() -> str:
    return str(current_app.config["COSTLY_LIMIT"])


limit_costly = limiter.limit(_costly_limit, methods=["POST"])
"""For what reckons for seconds while somebody waits: counted by session, whatever was asked for."""


class InProcess(MemoryStorage):
    """Counts kept in this process and swept once a second: the library's own starts a thread for nearly every page."""

    STORAGE_SCHEME = ["in-process"]  # noqa: RUF012  # read by the library's registry
    SWEPT_EVERY = 1.0

    def _MemoryStorage__schedule_expiry(self) -> None:  # noqa: N802  # the name under which the library calls it
        sweep: Any = self._MemoryStorage__expire_events  # type: ignore[attr-defined]
        if not self.timer.is_alive():
            self.timer = threading.Timer(self.SWEPT_EVERY, sweep)
            self.timer.daemon = True
            self.timer.start()


def setup_limits(app: Flask, settings: Settings) -> None:
    """Attach Flask-Limiter. The limits are settings of the application and read at each request."""
    app.config.setdefault("SIGN_IN_LIMIT", "20/minute")
    app.config.setdefault("PAGE_LIMIT", "600/minute")
    app.config.setdefault("REGISTER_LIMIT", "30/minute;300/hour")
    app.config.setdefault("COSTLY_LIMIT", "20/minute")
    app.config.update(
        RATELIMIT_STORAGE_URI=settings.redis_url or "in-process://",
        RATELIMIT_STRATEGY="moving-window",
        RATELIMIT_HEADERS_ENABLED=False,
        # without it a dead Redis either breaks every page or lifts every limit
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=bool(settings.redis_url),
    )
    if settings.redis_url:
        app.config["RATELIMIT_STORAGE_OPTIONS"] = {"socket_connect_timeout": 1, "socket_timeout": 1}
    limiter.init_app(app)

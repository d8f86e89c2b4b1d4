"""What every page shares: headers, language, forms, paging, words and charts."""

from __future__ import annotations

from flask import Flask

from config import Settings
from matchmaking.foundation.web.addresses import setup_converters
from matchmaking.foundation.web.assets import setup_assets
from matchmaking.foundation.web.errors import setup_errors
from matchmaking.foundation.web.health import setup_health
from matchmaking.foundation.web.limits import limiter
from matchmaking.foundation.web.locale import setup_locale
from matchmaking.foundation.web.once import setup_once
from matchmaking.foundation.web.page import setup_page
from matchmaking.foundation.web.security import setup_security
from matchmaking.foundation.web.shown import setup_shown
from matchmaking.foundation.web.words import setup_words


def setup_web(app: Flask, settings: Settings) -> None:
    """Attach the parts of every page to ``app``."""
    setup_page(app)
    # functions that run after a request run last-attached first: headers have the last word, so they come first
    setup_security(app, settings)
    setup_shown(app)
    setup_locale(app)
    setup_errors(app)
    setup_converters(app)
    setup_assets(app)
    setup_words(app)
    setup_once(app)
    setup_health(app, limiter)

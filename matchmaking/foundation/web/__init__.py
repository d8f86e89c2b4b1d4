"""What every page shares: headers, language, forms, paging, words and charts."""

from __future__ import annotations

from flask import Flask

from config import Settings
from matchmaking.foundation.web.assets import setup_assets


def setup_web(app: Flask, settings: Settings) -> None:
    """Attach the parts of every page to ``app``."""
    setup_assets(app)

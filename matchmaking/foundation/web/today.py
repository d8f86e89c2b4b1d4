"""The business day of a page: the demo's frozen one, else today's in Shanghai."""

from __future__ import annotations

from datetime import date

from flask import current_app

from matchmaking.foundation import clock


def business_today() -> date:
    """The day on which what a person tells on this page is told."""
    frozen = current_app.config["SETTINGS"].frozen_day
    return date.fromisoformat(frozen) if frozen else clock.today()

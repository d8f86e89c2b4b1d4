"""The public page as the front door and its own address show it."""

from __future__ import annotations

from flask import render_template


def public_page() -> str:
    """What the platform is, and where to begin."""
    return render_template("public/home.html")

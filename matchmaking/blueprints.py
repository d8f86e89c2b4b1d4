"""The list of blueprints, in the order of the house."""

from __future__ import annotations

from flask import Flask


def register_blueprints(app: Flask) -> None:
    """Hang every slice's pages on ``app``."""
    for blueprint in ():
        app.register_blueprint(blueprint)

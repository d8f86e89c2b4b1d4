"""The list of blueprints, in the order of the house."""

from __future__ import annotations

from flask import Flask

from matchmaking.delivery.findings.views import findings
from matchmaking.delivery.statements.views import statements
from matchmaking.desks.office.views import office
from matchmaking.registry.accounts.views import accounts
from matchmaking.registry.consents.views import consents
from matchmaking.registry.enterprises.views import enterprises


def register_blueprints(app: Flask) -> None:
    """Hang every slice's pages on ``app``."""
    for blueprint in (accounts, enterprises, consents, statements, findings, office):
        app.register_blueprint(blueprint)

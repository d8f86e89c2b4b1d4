"""The list of shell commands: ``flask statement|audit|trail|jobs|worker|seed|user …``."""

from __future__ import annotations

from flask import Flask


def register_commands(app: Flask) -> None:
    """Hang every slice's commands on ``app``."""
    for group in ():
        app.cli.add_command(group)

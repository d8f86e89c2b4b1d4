"""The city of the catalogue in a process of its own: ``build FOLDER`` makes it and tells its pages in ``pages.json``,
``serve FOLDER`` serves what was built there and prints the address."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from matchmaking.foundation.memory import collect_later

with collect_later():
    from flask import Flask
    from sqlalchemy import event
    from werkzeug.serving import make_server

    from config import Settings
    from matchmaking.app import create_app
    from matchmaking.foundation import storage
    from matchmaking.foundation.trail.guards import install_guards
    from matchmaking.registry.accounts.commands import sessions
    from matchmaking.rulebook import number
    from tests.browser.city import build_city, logins, session_of
    from tests.browser.pages import catalogue, idle, signed_in


CROWD = 1_000
"""Sessions of one person at a time."""


def application(instance: Path) -> tuple[Flask, Settings]:
    """The application on the database in ``instance``."""
    settings = Settings(
        environment="test", instance=instance, secret_key="b" * 40, frozen_day="2026-09-30", database_url=""
    )
    app = create_app(settings)
    app.config.update(SIGN_IN_LIMIT="100000/minute", PAGE_LIMIT="100000/minute", REGISTER_LIMIT="100000/minute")
    return app, settings


def build(instance: Path) -> None:
    """An empty database, everything in it, and what everybody reaches."""
    app, settings = application(instance)
    engine = storage.engine()
    # nobody cuts the power: waiting for the disk at every commit would prove nothing
    event.listen(engine, "connect", lambda raw, _record: raw.execute("PRAGMA synchronous=OFF"))
    storage.Base.metadata.create_all(engine)
    with engine.begin() as connection:
        install_guards(connection)
    beside = build_city(app, settings)
    clients = signed_in(app, session_of, logins())
    told = catalogue(app, clients, beside).plain()
    told |= {"cookies": {login: _cookie(client) for login, client in clients.items()}, "idle": idle(app)}
    storage.dispose()
    (instance / "pages.json").write_text(json.dumps(told, ensure_ascii=False), "utf-8")


def serve(instance: Path) -> None:
    """Serve until told to stop."""
    app, _ = application(instance)
    # many tests sign in as one person: a new session must not end those of the others
    vars(sessions)["number"] = lambda name, on: CROWD if name == "sessions_at_once" else number(name, on)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


def _cookie(client: object) -> str:
    held = client.get_cookie("session")  # type: ignore[attr-defined]
    return held.value if held else ""


if __name__ == "__main__":
    {"build": build, "serve": serve}[sys.argv[1]](Path(sys.argv[2]))

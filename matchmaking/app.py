"""Assembly: one function that builds the Flask application from its settings."""

from __future__ import annotations

from datetime import date

from flask import Flask
from flask_migrate import Migrate

from config import ROOT, Settings
from matchmaking.blueprints import register_blueprints
from matchmaking.cli import register_commands
from matchmaking.foundation import clock, files, storage
from matchmaking.foundation.access.guard import refuse_unmarked
from matchmaking.foundation.logs import setup_logs
from matchmaking.foundation.memory import collect_seldom
from matchmaking.foundation.storage.flask_db import db
from matchmaking.foundation.web import setup_web
from matchmaking.foundation.web.addresses import Site


def create_app(settings: Settings | None = None) -> Flask:
    """The application. ``settings`` come from the environment unless handed in (tests)."""
    settings = settings or Settings()
    setup_logs()
    settings.instance.mkdir(parents=True, exist_ok=True)
    collect_seldom()
    clock.freeze(date.fromisoformat(settings.frozen_day) if settings.frozen_day else None)
    app = Site(
        "matchmaking",
        root_path=str(ROOT / "matchmaking"),
        instance_path=str(settings.instance.resolve()),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        DEBUG=settings.debug,
        TESTING=settings.environment == "test",
        MAX_CONTENT_LENGTH=settings.max_upload_mb * 1024 * 1024,
        SQLALCHEMY_DATABASE_URI=settings.database,
    )
    storage.bind_engine(settings.database)
    files.bind_folder(settings.instance)
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "matchmaking" / "migrations"), render_as_batch=True, compare_type=True)
    app.teardown_appcontext(lambda _error: storage.remove_session())
    setup_web(app, settings)
    register_blueprints(app)
    register_commands(app)
    refuse_unmarked(app)
    return app

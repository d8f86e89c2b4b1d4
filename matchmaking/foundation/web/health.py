"""``/healthz``: whether this process can serve, for machines. No names, no versions, no secrets."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Flask, jsonify
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from sqlalchemy import inspect, text
from sqlalchemy.exc import SQLAlchemyError

from config import ROOT
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import public
from matchmaking.foundation.storage import engine


def setup_health(app: Flask, limiter: Limiter) -> None:
    """Hang the route; a monitor asks often, so it is not counted."""
    app.add_url_rule("/healthz", "healthz", limiter.exempt(healthz))


@public("a load balancer asks before anyone can sign in; the answer holds no facts")
def healthz() -> ResponseReturnValue:
    """``status`` ok, behind (migrations differ) or down; 503 only when the database is away."""
    try:
        state = _look(clock.now())
    except (SQLAlchemyError, OSError):
        return jsonify(status="down", database=False, migrations=None, worker_seconds=None), 503
    return jsonify(status="ok" if state["migrations"] else "behind", database=True, **state)


def _look(at: datetime) -> dict[str, Any]:
    with engine().connect() as connection:
        connection.execute(text("SELECT 1"))
        tables = inspect(connection).get_table_names()
        heads: set[str] = set()
        if "alembic_version" in tables:
            heads = set(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())
        seen = None
        if "job_run" in tables:
            # the worker seals the trail each hour at the latest: older than that, and it is not running
            seen = connection.execute(text("SELECT max(heartbeat) FROM job_run")).scalar()
    return {"migrations": bool(heads) and heads == _expected_heads(), "worker_seconds": _age(seen, at)}


def _age(seen: datetime | str | None, at: datetime) -> int | None:
    if seen is None:
        return None
    moment = datetime.fromisoformat(seen) if isinstance(seen, str) else seen
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=at.tzinfo)
    return max(0, int((at - moment).total_seconds()))


@cache
def _expected_heads() -> set[str]:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "matchmaking" / "migrations"))
    return set(ScriptDirectory.from_config(config).get_heads())

"""``/healthz`` for machines."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from flask import Flask
from sqlalchemy import text

from matchmaking.foundation import storage
from matchmaking.foundation.web.health import _expected_heads
from tests.conftest import NOON
from tests.web_fixtures import Browser

KEYS = {"status", "database", "migrations", "worker_seconds"}


def mark_migrated(*versions: str) -> None:
    """What Alembic would leave behind."""
    with storage.engine().begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("DELETE FROM alembic_version"))
        for version in versions:
            connection.execute(text("INSERT INTO alembic_version VALUES (:v)"), {"v": version})


def test_a_database_without_migrations_is_behind(client: Browser) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json["status"]) == (200, "behind")  # type: ignore[index]
    assert set(answer.json) == KEYS  # type: ignore[arg-type]


def test_at_the_head_all_is_well(client: Browser) -> None:
    mark_migrated(*_expected_heads())
    assert client.get("/healthz").json == {
        "status": "ok",
        "database": True,
        "migrations": True,
        "worker_seconds": None,
    }
    mark_migrated("0000_of_old")
    assert client.get("/healthz").json["status"] == "behind"  # type: ignore[index]


def test_it_says_when_the_worker_was_last_seen(client: Browser) -> None:
    from matchmaking.foundation.jobs.models import JobRun

    def run(session: object) -> None:
        session.add(  # type: ignore[attr-defined]
            JobRun(
                job="checkpoint",
                slot="2026-09-30",
                state="running",
                token="x",
                attempts=1,
                started_at=NOON,
                heartbeat=NOON,
            )
        )

    storage.run_in_unit_of_work(run)
    with time_machine.travel(NOON + timedelta(seconds=75), tick=False):
        assert client.get("/healthz").json["worker_seconds"] == 75  # type: ignore[index]


def test_it_asks_nobody_who_they_are_and_tells_nothing_else(app: Flask, client: Browser) -> None:
    client.set_cookie("session", "nonsense")
    answer = client.get("/healthz")
    assert answer.status_code == 200
    for inside in ("t" * 40, "sqlite", "postgres", "127.0.0.1", str(app.instance_path)):
        assert inside not in answer.text

"""Fixtures shared by the suite: a database per engine, an application on it, a frozen clock's instant."""

from __future__ import annotations

import gc
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import tests.properties  # noqa: F401  how many examples
from config import Settings
from matchmaking.foundation import memory
from tests.databases import (  # noqa: F401  fixtures for every test
    POSTGRES,
    database,
    engine_name,
    postgres_reason,
    postgres_shape,
    postgres_url,
    sqlite_template,
    worker_name,
)
from tests.web_fixtures import app, client, full_strength, people  # noqa: F401  fixtures for every test

pytest_plugins = ("tests.required", "tests.spreading")

NOON = datetime(2026, 9, 30, 4, 0, tzinfo=UTC)
"""12:00 in Shanghai on the demo's frozen day."""


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: looking through it for garbage again and again finds none.

    Applications come and go by the thousand here; each of them asks for ``collect_seldom``, which is seldomer still.
    """
    gc.freeze()
    memory.NEW_OBJECTS = 100_000
    memory.collect_seldom()


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:  # noqa: F811
    """Settings of a test application on ``database``."""
    return Settings(environment="test", instance=tmp_path / "instance", database_url=database, secret_key="t" * 40)


@pytest.fixture
def today() -> date:
    """The demo's frozen day."""
    return date(2026, 9, 30)


@pytest.fixture
def now() -> datetime:
    """Noon of that day, in UTC."""
    return NOON

"""Fixtures shared by the suite: a database per engine, an application on it, a frozen clock's instant."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from config import Settings
from matchmaking.foundation import files, storage
from tests.web_fixtures import app, client, people  # noqa: F401  fixtures for every test

pytest_plugins = ("tests.required",)

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
NOON = datetime(2026, 9, 30, 4, 0, tzinfo=UTC)
"""12:00 in Shanghai on the demo's frozen day."""


def postgres_reason() -> str | None:
    """Why PostgreSQL tests cannot run here, or None."""
    try:
        create_engine(POSTGRES, connect_args={"connect_timeout": 3}).connect().close()
    except Exception as error:
        return f"no PostgreSQL at {POSTGRES}: {type(error).__name__}"
    return None


def _fresh_postgres(worker: str) -> str:
    name = f"matchmaking_test_{worker}"
    admin = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(
            text(f"CREATE DATABASE {name} ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8' TEMPLATE template0")
        )
    admin.dispose()
    return POSTGRES.rsplit("/", 1)[0] + "/" + name


def _drop_postgres(url: str) -> None:
    storage.dispose()
    admin = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {url.rsplit('/', 1)[1]} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(scope="session")
def worker_name(worker_id: str = "main") -> str:
    """This run's and this worker's name; one PostgreSQL database each, so that two suites may run side by side."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", "")[:8] or str(os.getpid())
    return f"{run}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


@pytest.fixture(scope="session")
def postgres_url(worker_name: str) -> Iterator[str]:
    """A fresh PostgreSQL database for this worker; skips, saying why, where there is none."""
    reason = postgres_reason()
    if reason:
        pytest.skip(reason)
    url = _fresh_postgres(worker_name)
    yield url
    _drop_postgres(url)


def _url(engine_name: str, request: pytest.FixtureRequest, folder: Path) -> str:
    return (
        request.getfixturevalue("postgres_url")
        if engine_name == "postgresql"
        else f"sqlite:///{folder / 'test.sqlite3'}"
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_name(request: pytest.FixtureRequest) -> str:
    """Every test that touches tables runs on both engines."""
    return str(request.param)


@pytest.fixture
def database(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty migrated database; its URL. Real commits; dropped afterwards."""
    url = _url(engine_name, request, tmp_path)
    storage.dispose()
    engine = storage.bind_engine(url)
    import matchmaking.tables  # noqa: F401  every model, so that metadata is whole

    _empty(engine)
    storage.Base.metadata.create_all(engine)
    _guard(engine)
    files.bind_folder(tmp_path / "instance")
    yield url
    storage.dispose()


def _empty(engine: storage.engine.__class__) -> None:  # type: ignore[name-defined]
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))


def _guard(engine: storage.engine.__class__) -> None:  # type: ignore[name-defined]
    from matchmaking.foundation.trail.guards import install_guards

    with engine.begin() as connection:
        install_guards(connection)


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
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

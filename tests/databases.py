"""A database for every test: SQLite files copied from a template, one PostgreSQL database a worker, wiped."""

from __future__ import annotations

import atexit
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, text
from sqlalchemy.orm import Session

from matchmaking.foundation import files, storage
from matchmaking.foundation.trail.guards import install_guards
from tests.sharing import share_compiled_statements

share_compiled_statements()
Made = TypeVar("Made")

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")

SHAPE = """
SELECT (SELECT string_agg(tablename, ',' ORDER BY tablename) FROM pg_tables WHERE schemaname = 'public')
    || (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal)
    || (SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O')
    || (SELECT count(*) FROM pg_constraint WHERE connamespace = 'public'::regnamespace)
    || (SELECT count(*) FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE NOT attisdropped AND relnamespace = 'public'::regnamespace)
"""
"""What a test may have changed of the schema; when it differs, the schema is built anew."""

WIPE = """
DO $$ DECLARE one record; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE 'DELETE FROM ' || quote_ident(one.tablename);
    END LOOP;
    FOR one IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
        EXECUTE 'ALTER SEQUENCE ' || quote_ident(one.sequencename) || ' RESTART';
    END LOOP;
END $$
"""
"""Empties every table without asking the triggers that guard append-only rows."""

SET_ASIDE = """
CREATE SCHEMA kept_{0};
DO $$ DECLARE name text; filled boolean; BEGIN
    FOR name IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE 'SELECT EXISTS (SELECT FROM public.' || name || ')' INTO filled;
        IF filled THEN
            EXECUTE 'CREATE UNLOGGED TABLE kept_{0}.' || name || ' AS TABLE public.' || name;
        END IF;
    END LOOP;
END $$
"""
"""Copies the rows of every table into a schema beside it."""

REFILL = """
DO $$ DECLARE name text; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'kept_{0}' LOOP
        EXECUTE 'INSERT INTO public.' || name || ' TABLE kept_{0}.' || name;
    END LOOP;
END $$
"""
"""Brings them back into empty tables."""

NUMBERS = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
COUNT_ON = """
SELECT setval(quote_ident(name)::regclass, last)
FROM unnest(CAST(:names AS text[]), CAST(:last AS bigint[])) AS told (name, last)
"""


def postgres_reason() -> str | None:
    """Why PostgreSQL tests cannot run here, or None."""
    try:
        create_engine(POSTGRES, connect_args={"connect_timeout": 3}).connect().close()
    except Exception as error:
        return f"no PostgreSQL at {POSTGRES}: {type(error).__name__}"
    return None


def _as_admin(*statements: str) -> None:
    admin = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    admin.dispose()


@pytest.fixture(scope="session")
def worker_name() -> str:
    """This run's and this worker's name; one PostgreSQL database each, so that two suites may run side by side."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", "")[:8] or str(os.getpid())
    return f"{run}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


@pytest.fixture(scope="session")
def postgres_url(worker_name: str) -> Iterator[str]:
    """A PostgreSQL database for this worker; skips, saying why, where there is no server."""
    reason = postgres_reason()
    if reason:
        pytest.skip(reason)
    name = f"matchmaking_test_{worker_name}"
    drop = f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"
    # no test crashes the server: waiting for its disk at every commit would prove nothing
    _as_admin(
        drop,
        f"CREATE DATABASE {name} ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8' TEMPLATE template0",
        f"ALTER DATABASE {name} SET synchronous_commit = off",
    )
    yield POSTGRES.rsplit("/", 1)[0] + "/" + name
    storage.dispose()
    _beside(POSTGRES.rsplit("/", 1)[0] + "/" + name).dispose()
    _as_admin(drop)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database with every table and guard, to be copied."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    storage.dispose()
    _build(storage.bind_engine(f"sqlite:///{path}"))
    storage.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_shape() -> dict[str, str]:
    """The schema's fingerprint by database, once it stands."""
    return {}


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_name(request: pytest.FixtureRequest) -> str:
    """Every test that touches tables runs on both engines."""
    return str(request.param)


@pytest.fixture
def database(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database with every table and guard; its URL. Commits are real."""
    prepare = _sqlite if engine_name == "sqlite" else _postgres
    url = prepare(request, tmp_path)
    files.bind_folder(tmp_path / "instance")
    yield url
    storage.dispose()


def _sqlite(request: pytest.FixtureRequest, folder: Path) -> str:
    template = request.getfixturevalue("sqlite_template")
    shutil.copyfile(template, folder / "test.sqlite3")
    url = f"sqlite:///{folder / 'test.sqlite3'}"
    # no test cuts the power: waiting for the disk at every commit would prove nothing
    event.listen(storage.bind_engine(url), "connect", lambda raw, _record: raw.execute("PRAGMA synchronous=OFF"))
    return url


def _postgres(request: pytest.FixtureRequest, _folder: Path) -> str:
    url: str = request.getfixturevalue("postgres_url")
    shapes: dict[str, str] = request.getfixturevalue("postgres_shape")
    storage.dispose()
    with _beside(url).begin() as connection:
        fits = shapes.get(url) == _shape(connection)
        if fits:
            connection.exec_driver_sql(WIPE)
        else:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    engine = storage.bind_engine(url)
    if not fits:
        _build(engine)
        with engine.begin() as connection:
            shapes[url] = _shape(connection)
    return url


@cache
def _beside(url: str) -> Engine:
    """An engine that lives longer than a test: a server that knows the tables already empties them in half the time."""
    return create_engine(url, pool_pre_ping=True, connect_args={"options": "-c lock_timeout=15000"})


@dataclass(frozen=True, slots=True)
class Kept:
    """A state of the database: what building it returned, the file that holds it (SQLite), where its numbers stand."""

    made: Any
    file: Path | None
    numbers: dict[str, int]


_kept: dict[tuple[str, str], Kept] = {}
"""(what, engine) → the state as it was when first built."""


def seeded(what: str, folder: Path, build: Callable[[], Made]) -> Made:
    """Bring the open database to the state that ``build`` leaves; ``build`` runs once in a process, then it is copied.

    ``what`` names the state; whatever stood in the database before must be the same each time. ``folder`` is the
    instance, whose files are copied too. Returns what ``build`` returned, a copy for each test.
    """
    storage.remove_session()
    url = storage.engine().url
    backend = url.get_backend_name()
    kept = _kept.get((what, backend))
    if kept is None:
        made = build()
        storage.remove_session()
        _kept[what, backend] = _keep(what, url, folder, deepcopy(made))
        return made
    if (files_kept := _files(what, backend)).exists():
        shutil.copytree(files_kept, folder / "files", dirs_exist_ok=True)
    if kept.file:
        _copy_sqlite(kept.file, Path(url.database or ""))
    else:
        with _beside(url.render_as_string(hide_password=False)).begin() as connection:
            connection.exec_driver_sql(WIPE)
            connection.exec_driver_sql(REFILL.format(what))
            connection.execute(text(COUNT_ON), {"names": list(kept.numbers), "last": list(kept.numbers.values())})
    return deepcopy(kept.made)


def seeded_where_empty(what: str, folder: Path, build: Callable[[], Made]) -> Made:
    """:func:`seeded` in an empty database; where something stands already, ``build`` adds to it."""
    with storage.engine().connect() as connection:
        stands = connection.exec_driver_sql(_anything()).scalar()
    return build() if stands else seeded(what, folder, build)


@cache
def _anything() -> str:
    return "SELECT " + " OR ".join(f'EXISTS (SELECT 1 FROM "{name}")' for name in storage.Base.metadata.tables)


def _files(what: str, backend: str) -> Path:
    return Path(tempfile.gettempdir()) / f"matchmaking_{what}_{backend}_{os.getpid()}"


def _keep(what: str, url: URL, folder: Path, made: object) -> Kept:
    kept = _files(what, url.get_backend_name())
    if (folder / "files").exists():
        shutil.copytree(folder / "files", kept)
        atexit.register(shutil.rmtree, kept, ignore_errors=True)
    if url.get_backend_name() == "sqlite":
        file = kept.with_suffix(".sqlite3")
        _copy_sqlite(Path(url.database or ""), file)
        atexit.register(file.unlink, missing_ok=True)
        return Kept(made, file, {})
    with storage.engine().begin() as connection:
        connection.exec_driver_sql(SET_ASIDE.format(what))
        numbers = connection.execute(text(NUMBERS)).all()
    return Kept(made, None, {str(name): int(last) for name, last in numbers})


def _copy_sqlite(source: Path, target: Path) -> None:
    # SQLite's own backup: it takes what still stands in the journal along, and open connections see the new pages
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


SERVED_BEFORE_A_RELEASE = pytest.mark.parametrize(
    "engine_name", ["sqlite", pytest.param("postgresql", marks=pytest.mark.release)], indirect=True
)
"""For long ways on a server that shorter tests go on both engines for every commit."""


def crowd(number: int, *, served: int = 500) -> int:
    """Rows of a long list: ``number`` on SQLite, on PostgreSQL ``served`` at most.

    A server checks every row as it is laid, and ten thousand of them prove there what some hundred do: how many
    questions a page asks.
    """
    return number if storage.engine().dialect.name == "sqlite" else min(number, served)


def look_at_rows(where: Connection | Session) -> None:
    """Let the server look at what was just laid, as it does by itself a minute after so many rows came: until then it
    plans for the few it knew."""
    where.execute(text("ANALYZE"))


def drop_beside(table: Table) -> None:
    """Take a test's own table away from the server, so that the next test finds the schema it knows."""
    storage.remove_session()
    if storage.engine().dialect.name == "sqlite":
        return
    with _beside(storage.engine().url.render_as_string(hide_password=False)).begin() as connection:
        table.drop(connection)


def _shape(connection: Connection) -> str:
    return str(connection.execute(text(SHAPE)).scalar())


def _build(engine: Engine) -> None:
    import matchmaking.tables  # noqa: F401  every model, so that metadata is whole

    storage.Base.metadata.create_all(engine)
    with engine.begin() as connection:
        install_guards(connection)

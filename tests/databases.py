"""A database for every test: SQLite files copied from a template, one PostgreSQL database a worker, wiped."""

from __future__ import annotations

import atexit
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, Engine, create_engine, event, text

from matchmaking.foundation import files, storage
from matchmaking.foundation.trail.guards import install_guards
from tests.sharing import share_compiled_statements

share_compiled_statements()

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")

SHAPE = """
SELECT (SELECT string_agg(tablename, ',' ORDER BY tablename) FROM pg_tables WHERE schemaname = 'public')
    || (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal)
    || (SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O')
    || (SELECT count(*) FROM pg_constraint) || (SELECT count(*) FROM pg_attribute WHERE NOT attisdropped)
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
    _as_admin(drop, *(f"DROP DATABASE IF EXISTS {kept}" for kept in _kept.values() if isinstance(kept, str)))


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
    engine = storage.bind_engine(url)
    with engine.begin() as connection:
        if shapes.get(url) == _shape(connection):
            connection.exec_driver_sql(WIPE)
            return url
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    _build(engine)
    with engine.begin() as connection:
        shapes[url] = _shape(connection)
    return url


_kept: dict[tuple[str, str], Path | str] = {}
"""(what, engine) → the file or the database that holds it as it was when first built."""


def seeded(what: str, folder: Path, build: Callable[[], object]) -> None:
    """Bring the open database to the state that ``build`` leaves; ``build`` runs once in a process, then it is copied.

    ``what`` names the state; whatever stood in the database before must be the same each time. ``folder`` is the
    instance, whose files are copied too.
    """
    storage.remove_session()
    url = storage.engine().url
    kept = _kept.get((what, url.get_backend_name()))
    if kept is None:
        build()
        storage.remove_session()
        _kept[what, url.get_backend_name()] = _keep(what, url, folder)
        return
    files_kept = _files(what, url.get_backend_name())
    if files_kept.exists():
        shutil.copytree(files_kept, folder / "files", dirs_exist_ok=True)
    if isinstance(kept, Path):
        _copy_sqlite(kept, Path(url.database or ""))
        return
    storage.engine().dispose()
    _as_admin(
        f"DROP DATABASE {url.database} WITH (FORCE)",
        f"CREATE DATABASE {url.database} TEMPLATE {kept}",
        f"ALTER DATABASE {url.database} SET synchronous_commit = off",
    )


def _files(what: str, backend: str) -> Path:
    return Path(tempfile.gettempdir()) / f"matchmaking_{what}_{backend}_{os.getpid()}"


def _keep(what: str, url: URL, folder: Path) -> Path | str:
    backend = url.get_backend_name()
    kept = _files(what, backend)
    if (folder / "files").exists():
        shutil.copytree(folder / "files", kept)
        atexit.register(shutil.rmtree, kept, ignore_errors=True)
    if backend == "sqlite":
        file = kept.with_suffix(".sqlite3")
        _copy_sqlite(Path(url.database or ""), file)
        atexit.register(file.unlink, missing_ok=True)
        return file
    storage.engine().dispose()
    name = f"{url.database}_{what}"
    _as_admin(f"CREATE DATABASE {name} TEMPLATE {url.database}")
    return name


def _copy_sqlite(source: Path, target: Path) -> None:
    # SQLite's own backup: it takes what still stands in the journal along, and open connections see the new pages
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


def _shape(connection: Connection) -> str:
    return str(connection.execute(text(SHAPE)).scalar())


def _build(engine: Engine) -> None:
    import matchmaking.tables  # noqa: F401  every model, so that metadata is whole

    storage.Base.metadata.create_all(engine)
    with engine.begin() as connection:
        install_guards(connection)

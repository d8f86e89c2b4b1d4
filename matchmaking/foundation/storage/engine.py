"""One engine and one scoped session per process, without any web framework in sight."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from matchmaking.foundation.storage.telling import watch

begin_statement: ContextVar[str] = ContextVar("begin_statement", default="BEGIN")
"""How the next SQLite transaction opens: readers ``BEGIN``, the unit of work ``BEGIN IMMEDIATE``."""

_factory = sessionmaker(expire_on_commit=False, autoflush=True)
_sessions: scoped_session[Session] = scoped_session(_factory)
_state: dict[str, Engine] = {}


def bind_engine(url: str) -> Engine:
    """Open the database at ``url`` for this process; a second call with another URL replaces the first."""
    current = _state.get("engine")
    if current is not None and current.url.render_as_string(hide_password=False) == url:
        return current
    dispose()
    _state["engine"] = _open(url)
    watch(_state["engine"])
    _factory.configure(bind=_state["engine"])
    return _state["engine"]


def engine() -> Engine:
    """The open engine; ``RuntimeError`` before :func:`bind_engine`."""
    if "engine" not in _state:
        raise RuntimeError("no database is open: call bind_engine first")
    return _state["engine"]


def dispose() -> None:
    """Close sessions and connections."""
    remove_session()
    if "engine" in _state:
        _state.pop("engine").dispose()


def session() -> Session:
    """This thread's session, for reading. Writing goes through ``run_in_unit_of_work``."""
    return _sessions()


def remove_session() -> None:
    """End this thread's session; the web calls it after each request, the worker after each task."""
    _sessions.remove()


def _open(url: str) -> Engine:
    if url.startswith("sqlite"):
        return _open_sqlite(url)
    options = "-c statement_timeout=60000 -c idle_in_transaction_session_timeout=120000 -c lock_timeout=15000"
    # prepare_threshold=None: server-side prepared statements break behind a pooler in transaction mode
    arguments = {"prepare_threshold": None, "options": options}
    return create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20, connect_args=arguments)


def _open_sqlite(url: str) -> Engine:
    opened = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})
    event.listen(opened, "connect", _prepare_sqlite)
    event.listen(opened, "begin", _begin_sqlite)
    return opened


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # the driver's own transaction handling opens deferred transactions, which lose updates; we say BEGIN ourselves
    connection.isolation_level = None
    cursor = connection.cursor()
    # recursive_triggers: without it INSERT OR REPLACE removes rows past the triggers that refuse it
    pragmas = ("journal_mode=WAL", "busy_timeout=30000", "foreign_keys=ON", "synchronous=FULL", "recursive_triggers=ON")
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    connection.exec_driver_sql(begin_statement.get())

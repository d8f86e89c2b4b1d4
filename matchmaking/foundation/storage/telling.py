"""A unit of work that changed a table and left no row in the trail is refused: no command can forget its word."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

TRAIL = "trail_event"
WITHOUT_WORD = frozenset({"idempotency_key", "access_log", "sign_in_attempts", "job_run", "task"})
"""Tables written without a word in the trail: keys, readings, the counter of attempts (written before the password is
looked at; what came of the attempt has its row), and the worker's own books, whose rows say who asked and when."""
WRITES = ("INSERT", "UPDATE", "DELETE")
KEY = "written"


class Untold(RuntimeError):
    """A unit of work changed a table and left no row in the trail: a mistake in the command. Nothing was kept."""


@dataclass(slots=True)
class _Written:
    tables: set[str] = field(default_factory=set)
    pending: tuple[str, int] | None = None
    """SQLite: the table of the last statement that writes, and how many rows the connection had changed before it. It
    counts the rows of a RETURNING statement only once they are read."""


def watch(opened: Engine) -> None:
    """Note on each connection which tables its open transaction changed."""
    event.listen(opened, "begin", _begin)
    if opened.dialect.name == "sqlite":
        event.listen(opened, "before_cursor_execute", _note_pending)
    else:
        event.listen(opened, "after_cursor_execute", _note_counted)


def refuse_untold(current: Session) -> None:
    """Raise :class:`Untold` where the open transaction changed tables and the trail has no row of it."""
    if not current.in_transaction():
        return
    current.flush()
    connection = current.connection()
    written = _settled(connection)
    if TRAIL not in written.tables and (untold := written.tables - WITHOUT_WORD):
        raise Untold(f"changed without a row in the trail: {', '.join(sorted(untold))}")


def forget(connection: Connection) -> None:
    """Take the transaction as if it had just opened; for tests that write past the commands."""
    _begin(connection)


def _begin(connection: Connection) -> None:
    connection.info[KEY] = _Written()


def _note_counted(connection: Connection, cursor: Any, statement: str, *_rest: object) -> None:
    if statement.startswith(WRITES) and cursor.rowcount != 0 and KEY in connection.info:
        connection.info[KEY].tables.add(_table(statement))


def _note_pending(connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
    if KEY in connection.info:
        written = _settled(connection)
        if statement.startswith(WRITES):
            written.pending = _table(statement), _changed(connection)


def _settled(connection: Connection) -> _Written:
    """What was written, the last statement counted."""
    written: _Written = connection.info[KEY]
    if written.pending and _changed(connection) != written.pending[1]:
        written.tables.add(written.pending[0])
    written.pending = None
    return written


def _changed(connection: Connection) -> int:
    return int(connection.connection.dbapi_connection.total_changes)  # type: ignore[union-attr]


def _table(statement: str) -> str:
    words = statement.split(None, 3)
    return (words[1] if words[0] == "UPDATE" else words[2]).strip('"')

"""Commits that changed a table and left no row in the trail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPICursor

from matchmaking.foundation import storage

WITHOUT_TRAIL = {"idempotency_key", "access_log", "sign_in_attempts"}
"""Tables that may be written without a word in the trail: keys, readings, and the counter of attempts, which is
written before the password is looked at; what came of the attempt has its row."""
INSTANT = "UPDATE login_session SET last_seen_at"
"""The one column of a session that a reading writes."""


@contextmanager
def watched_commits() -> Iterator[list[str]]:
    """What commits without a row in the trail wrote, while this is open: tables, joined by commas."""
    written: dict[int, set[str]] = {}
    found: list[str] = []

    def note(one: Connection, cursor: DBAPICursor, statement: str, *_rest: Any) -> None:
        words = statement.split(None, 3)
        # a statement with RETURNING counts its rows only when they are read
        changed = cursor.rowcount != 0 or "RETURNING" in statement
        if words and words[0] in ("INSERT", "UPDATE", "DELETE") and changed and not statement.startswith(INSTANT):
            table = words[1] if words[0] == "UPDATE" else words[2]
            written.setdefault(id(one.connection.dbapi_connection), set()).add(table.strip('"'))

    def committed(one: Connection) -> None:
        tables = written.pop(id(one.connection.dbapi_connection), set()) - WITHOUT_TRAIL
        if tables and "trail_event" not in tables:
            found.append(", ".join(sorted(tables)))

    def undone(one: Connection) -> None:
        written.pop(id(one.connection.dbapi_connection), None)

    engine = storage.engine()
    pairs = (("after_cursor_execute", note), ("commit", committed), ("rollback", undone))
    for name, listener in pairs:
        event.listen(engine, name, listener)
    try:
        yield found
    finally:
        for name, listener in pairs:
            event.remove(engine, name, listener)

"""What stands in every table, as one fingerprint each."""

from __future__ import annotations

import hashlib

from sqlalchemy import Engine, select

from matchmaking.foundation.storage import Base

READING: dict[str, set[str] | None] = {"access_log": None, "login_session": {"last_seen_at"}}
"""What a GET may write: a whole table (None) or some of its columns."""


def fingerprints(engine: Engine, *, but_for_reading: bool = False) -> dict[str, str]:
    """Table → digest of its rows; ``but_for_reading`` leaves out what a GET may write."""
    found = {}
    with engine.connect() as connection:
        for name, table in Base.metadata.tables.items():
            skipped = READING.get(name, set()) if but_for_reading else set()
            if skipped is None:
                continue
            columns = [column for column in table.columns if column.name not in skipped]
            rows = connection.execute(select(*columns).order_by(*table.primary_key.columns))
            found[name] = hashlib.sha256(repr([tuple(row) for row in rows]).encode()).hexdigest()
    return found

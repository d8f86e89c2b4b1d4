"""Triggers that refuse to change or remove facts, on both engines.

They stop mistakes and ordinary accounts; whoever may drop a trigger is caught by the chain and its checkpoints.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, inspect, text

from matchmaking.foundation.storage import Base

REFUSE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'append_only: % may not be changed', TG_TABLE_NAME USING ERRCODE = '23514'; END $$
"""


POSTGRES_TRIGGERS = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
SQLITE_TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger'"


def append_only_tables() -> list[str]:
    """Every declared table whose ``info`` says ``append_only``."""
    return [table.name for table in Base.metadata.sorted_tables if table.info.get("append_only")]


def install_guards(connection: Connection, tables: Iterable[str] | None = None) -> list[str]:
    """Guard ``tables`` (by default all declared append-only ones) that exist; returns their names.

    Harmless when repeated. A migration calls it last: batch operations on SQLite rebuild a table and lose its triggers.
    """
    present = set(inspect(connection).get_table_names())
    guarded = [name for name in (append_only_tables() if tables is None else tables) if name in present]
    postgres = connection.dialect.name == "postgresql"
    if postgres and guarded:
        connection.execute(text(REFUSE))
    for name in guarded:
        for statement in _on_postgres(name) if postgres else _on_sqlite(name):
            connection.execute(text(statement))
    return guarded


def missing_guards(connection: Connection) -> list[str]:
    """Append-only tables whose triggers are not all there and switched on."""
    present = set(inspect(connection).get_table_names())
    postgres = connection.dialect.name == "postgresql"
    wanted = POSTGRES_TRIGGERS if postgres else SQLITE_TRIGGERS
    found = set(connection.execute(text(wanted)).scalars())
    verbs = ("change", "truncate") if postgres else ("update", "delete")
    return [
        name
        for name in append_only_tables()
        if name in present and not {f"refuse_{verb}_{name}" for verb in verbs} <= found
    ]


def remove_guards(connection: Connection, tables: Iterable[str]) -> None:
    """Take the triggers off ``tables``: for a migration that must rebuild one, which installs them again at its end."""
    suffix = "ON {0}" if connection.dialect.name == "postgresql" else ""
    for name in tables:
        for verb in ("change", "truncate", "update", "delete"):
            connection.execute(text(f"DROP TRIGGER IF EXISTS refuse_{verb}_{name} " + suffix.format(name)))


def _on_postgres(name: str) -> list[str]:
    return [
        f"CREATE OR REPLACE TRIGGER refuse_change_{name} BEFORE UPDATE OR DELETE ON {name} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        f"CREATE OR REPLACE TRIGGER refuse_truncate_{name} BEFORE TRUNCATE ON {name} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ]


def _on_sqlite(name: str) -> list[str]:
    # INSERT OR REPLACE fires the delete trigger because connections set recursive_triggers
    return [
        f"CREATE TRIGGER IF NOT EXISTS refuse_{verb}_{name} BEFORE {verb.upper()} ON {name} "
        f"BEGIN SELECT RAISE(ABORT, 'append_only: {name} may not be changed'); END"
        for verb in ("update", "delete")
    ]

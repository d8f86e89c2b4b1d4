"""What stands in a database, whichever engine keeps it."""

from __future__ import annotations

import hashlib

from sqlalchemy import Engine, inspect, text


def contents(engine: Engine) -> dict[str, tuple[int, str]]:
    """Table → how many rows, and a digest of them all, whatever order they come in."""
    found = {}
    with engine.connect() as connection:
        for table in sorted(inspect(connection).get_table_names()):
            if table == "alembic_version":
                continue
            rows = sorted(
                repr(sorted(row.items())) for row in connection.execute(text(f"SELECT * FROM {table}")).mappings()
            )
            found[table] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    return found


def rows(engine: Engine) -> dict[str, list[dict[str, str]]]:
    """Table → its rows, every value as text."""
    found = {}
    with engine.connect() as connection:
        for table in sorted(inspect(connection).get_table_names()):
            if table != "alembic_version":
                read = connection.execute(text(f"SELECT * FROM {table}")).mappings()
                found[table] = [{name: repr(value) for name, value in row.items()} for row in read]
    return found


def same(one: dict[str, list[dict[str, str]]], other: dict[str, list[dict[str, str]]]) -> bool:
    """Whether tables in both hold the same rows, as far as the columns go that both know."""
    return all(_common(one[table], other[table]) == _common(other[table], one[table]) for table in {*one} & {*other})


def _common(held: list[dict[str, str]], beside: list[dict[str, str]]) -> list[list[tuple[str, str]]]:
    known = set(held[0] if held else ()) & set(beside[0] if beside else ())
    return sorted(sorted((name, value) for name, value in row.items() if name in known) for row in held)


def schema(engine: Engine) -> dict[str, object]:
    """Everything the engine tells of the tables: columns, keys, indexes, checks; and the guards."""
    seen = inspect(engine)
    tables = {
        table: [
            sorted(_plain(part) for part in parts)
            for parts in (
                seen.get_columns(table),
                seen.get_indexes(table),
                seen.get_foreign_keys(table),
                seen.get_unique_constraints(table),
                seen.get_check_constraints(table),
            )
        ]
        for table in seen.get_table_names()
    }
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if engine.dialect.name == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    with engine.connect() as connection:
        guards = sorted(connection.scalars(text(query)))
    return {"tables": tables, "guards": guards}


def _plain(part: object) -> str:
    if isinstance(part, dict):
        return repr(sorted((str(key), _plain(value)) for key, value in part.items()))
    return str(part)

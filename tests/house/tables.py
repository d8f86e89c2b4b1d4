"""What stands in a database, whichever engine keeps it."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, Engine, inspect, text


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
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    tables = _told_by_statements if engine.dialect.name == "sqlite" else _told_at_once
    if engine.dialect.name == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    with engine.connect() as connection:
        guards = sorted(connection.scalars(text(query)))
        return {"tables": tables(connection), "guards": guards}


def _told_at_once(connection: Connection) -> dict[str, list[list[str]]]:
    """Of all tables with one question each: a database server is asked over a wire."""
    seen = inspect(connection)
    told = [
        {name: parts for (_, name), parts in every.items()}
        for every in (
            seen.get_multi_columns(),
            seen.get_multi_indexes(),
            seen.get_multi_foreign_keys(),
            seen.get_multi_unique_constraints(),
            seen.get_multi_check_constraints(),
        )
    ]
    return {
        table: [sorted(_plain(part) for part in every[table]) for every in told] for table in seen.get_table_names()
    }


def _told_by_statements(connection: Connection) -> dict[str, list[list[str]]]:
    """SQLite keeps the statements that made a table and its indexes: the same statements tell the same."""
    seen = inspect(connection)
    made: dict[str, list[str]] = {}
    for table, statement in connection.exec_driver_sql(
        "SELECT tbl_name, sql FROM sqlite_master WHERE type <> 'trigger'"
    ):
        made.setdefault(table, []).append(statement or "")
    for table in seen.get_table_names():
        key = (table, *sorted(made[table]))
        if key not in _told:
            _told[key] = [
                sorted(_plain(part) for part in parts)
                for parts in (
                    seen.get_columns(table),
                    seen.get_indexes(table),
                    seen.get_foreign_keys(table),
                    seen.get_unique_constraints(table),
                    seen.get_check_constraints(table),
                )
            ]
    return {table: _told[table, *sorted(made[table])] for table in seen.get_table_names()}


_told: dict[tuple[str, ...], list[list[str]]] = {}


def _plain(part: object) -> str:
    if isinstance(part, dict):
        return repr(sorted((str(key), _plain(value)) for key, value in part.items()))
    return str(part)

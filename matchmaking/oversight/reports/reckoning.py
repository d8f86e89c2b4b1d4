"""The reports by SQL: on the tables themselves (the oracle), and by DuckDB on the snapshots."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

from matchmaking.foundation.columnar import Snapshots
from matchmaking.oversight.reports.asked import PLACE, Asked, Row, told
from matchmaking.oversight.reports.extracts import EXTRACTS
from matchmaking.oversight.reports.texts import TEXTS

WORDS = {"conversion": (0, 2, 3), "waiting": (0,), "reconciled": (0,)}
"""Where the rows of a report hold words; the snapshots hold their codes."""


def oracle_text(name: str, dialect: str) -> str:
    """The report's statement over the product's own tables."""
    columns = ", ".join(f"{extract.name} AS ({extract.select(dialect)})" for extract in EXTRACTS)
    return f"WITH {columns}, {TEXTS[name].lstrip()}"


def by_tables(connection: Connection, name: str, asked: Asked) -> list[Row]:
    """The report from the tables: slow, and right by definition."""
    said = oracle_text(name, connection.dialect.name)
    if connection.dialect.name == "postgresql":
        # it takes every WITH for one row and would walk millions of rows once for each of the others
        connection.execute(text("SET LOCAL enable_nestloop = off"))
    return told(connection.execute(text(said), asked.taken_by(TEXTS[name])))


def by_columns(snapshots: Snapshots, name: str, asked: Asked) -> list[Row]:
    """The same from the snapshots."""
    with snapshots.opened() as (con, words):
        return columns_of(con, words, name, asked)


def columns_of(con: Any, words: list[str], name: str, asked: Asked) -> list[Row]:
    """The same with DuckDB open."""
    said = "WITH " + PLACE.sub(r"$\1", TEXTS[name])
    return told(con.execute(said, asked.taken_by(TEXTS[name])).fetchall(), words, WORDS[name])

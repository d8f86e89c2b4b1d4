"""Facts cannot be changed or removed through ordinary statements, on either engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, text
from sqlalchemy.exc import DBAPIError

from matchmaking.foundation import storage
from matchmaking.foundation.trail import install_guards, remove_guards
from matchmaking.foundation.trail.guards import append_only_tables
from tests.databases import drop_beside
from tests.foundation.trail.conftest import write


@pytest.fixture
def plain(database: str) -> Iterator[str]:
    """A guarded table of its own, with two rows."""
    table = Table("guarded", MetaData(), Column("id", Integer, primary_key=True), Column("n", Integer))
    table.create(storage.engine())
    with storage.engine().begin() as connection:
        connection.execute(text("INSERT INTO guarded VALUES (1, 10), (2, 20)"))
        assert install_guards(connection, ["guarded", "not_there"]) == ["guarded"]
    yield table.name
    drop_beside(table)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE guarded SET n = 0",
        "UPDATE guarded SET n = 0 WHERE id = 1",
        "DELETE FROM guarded WHERE id = 1",
        "DELETE FROM guarded",
        {"sqlite": "INSERT OR REPLACE INTO guarded VALUES (1, 0)", "postgresql": "TRUNCATE guarded"},
        {
            "sqlite": "REPLACE INTO guarded VALUES (2, 0)",
            "postgresql": "INSERT INTO guarded VALUES (1, 0) ON CONFLICT (id) DO UPDATE SET n = 0",
        },
    ],
)
def test_change_is_refused(plain: str, engine_name: str, statement: str | dict[str, str]) -> None:
    sql = statement if isinstance(statement, str) else statement[engine_name]
    with pytest.raises(DBAPIError, match="append_only: guarded"), storage.engine().begin() as connection:
        connection.execute(text(sql))
    with storage.engine().begin() as connection:
        connection.execute(text("INSERT INTO guarded VALUES (3, 30)"))
        assert connection.execute(text("SELECT sum(n) FROM guarded")).scalar() == 60


def test_installing_twice_is_harmless_and_guards_can_be_lifted_for_a_migration(plain: str) -> None:
    with storage.engine().begin() as connection:
        install_guards(connection, [plain])
        remove_guards(connection, [plain])
        connection.execute(text("DELETE FROM guarded"))
        install_guards(connection, [plain])


def test_every_declared_table_of_facts_is_guarded(database: str, engine_name: str) -> None:
    assert {"trail_event", "evidence_file", "evidence_link"} <= set(append_only_tables())
    catalogue = {
        "sqlite": "SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT DISTINCT event_object_table FROM information_schema.triggers",
    }[engine_name]
    with storage.engine().connect() as connection:
        assert set(append_only_tables()) <= set(connection.execute(text(catalogue)).scalars())


def test_the_trail_itself_is_guarded(database: str) -> None:
    write(2)
    for statement in ("UPDATE trail_event SET actor = 'x'", "DELETE FROM trail_event"):
        with pytest.raises(DBAPIError, match="append_only"), storage.engine().begin() as connection:
            connection.execute(text(statement))

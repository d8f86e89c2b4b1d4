"""Migrations: one head, equal to the models on both engines, and no row lost on the way down and up again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text

from tests.house.running import flask
from tests.house.tree import PACKAGE

VERSIONS = PACKAGE / "migrations" / "versions"


def scripts() -> ScriptDirectory:
    """The revisions as Alembic reads them."""
    config = Config()
    config.set_main_option("script_location", str(PACKAGE / "migrations"))
    return ScriptDirectory.from_config(config)


def revisions() -> list[str]:
    """From the head down to the first."""
    return [script.revision for script in scripts().walk_revisions()]


def test_there_is_exactly_one_head_and_the_numbers_run_without_gaps() -> None:
    assert len(scripts().get_heads()) == 1
    down = revisions()
    assert down == [f"{number:04d}" for number in range(len(down), 0, -1)]


def test_a_revision_does_not_depend_on_the_products_code() -> None:
    found = [path.name for path in sorted(VERSIONS.glob("*.py")) if "matchmaking" in path.read_text("utf-8")]
    assert list(VERSIONS.glob("*.py"))
    assert found == []


@pytest.fixture
def url(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database without any table."""
    if engine_name == "sqlite":
        yield f"sqlite:///{tmp_path / 'migrated.sqlite3'}"
        return
    address = request.getfixturevalue("postgres_url")
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    yield address


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


def schema(engine: Engine) -> dict[str, object]:
    """Everything the engine tells of the tables: columns, keys, indexes, checks; and the guards."""
    seen = inspect(engine)
    tables = {
        table: [
            sorted(repr(sorted((k, str(v)) for k, v in part.items())) for part in parts)
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


def test_the_head_equals_the_models(url: str, tmp_path: Path) -> None:
    flask("db", "upgrade", instance=tmp_path, url=url)
    assert "No new upgrade operations detected" in flask("db", "check", instance=tmp_path, url=url).stdout
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == revisions()[0]
    engine.dispose()


def test_the_head_has_every_append_only_table_guarded(url: str, tmp_path: Path) -> None:
    import matchmaking.tables  # noqa: F401  every model
    from matchmaking.foundation.trail.guards import append_only_tables

    flask("db", "upgrade", instance=tmp_path, url=url)
    engine = create_engine(url)
    guards = schema(engine)["guards"]
    engine.dispose()
    assert append_only_tables()
    assert [name for name in append_only_tables() if not any(str(guard).endswith(f"_{name}") for guard in guards)] == []  # type: ignore[attr-defined]


def test_the_offline_script_can_be_written(url: str, tmp_path: Path) -> None:
    assert "CREATE TABLE portfolio" in flask("db", "upgrade", "--sql", instance=tmp_path, url=url).stdout


def test_down_and_up_again_loses_no_row_of_a_table_that_stays(url: str, tmp_path: Path) -> None:
    flask("db", "upgrade", instance=tmp_path, url=url)
    engine = create_engine(url)
    fresh = schema(engine)
    flask("seed", instance=tmp_path, url=url)
    seeded = contents(engine)
    assert sum(rows for rows, _ in seeded.values()) > 20, "the demo's rows are what this test carries through"
    for steps in range(1, len(revisions())):
        flask("db", "downgrade", f"-{steps}", instance=tmp_path, url=url)
        left = contents(engine)
        assert left == {table: seeded[table] for table in left}, f"{steps} down"
        flask("db", "upgrade", instance=tmp_path, url=url)
        again = contents(engine)
        assert {table: again[table] for table in left} == left, f"{steps} down and up"
        assert schema(engine) == fresh
        seeded = again
    flask("db", "downgrade", "base", instance=tmp_path, url=url)
    assert contents(engine) == {}
    flask("db", "upgrade", instance=tmp_path, url=url)
    assert schema(engine) == fresh
    engine.dispose()

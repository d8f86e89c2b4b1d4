"""Migrations: one head, equal to the models on both engines, and no row lost on the way down and up again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade
from sqlalchemy import Engine, create_engine, text

from config import Settings
from matchmaking.app import create_app
from matchmaking.foundation import storage
from matchmaking.rulebook.reference import divisions
from matchmaking.seeds.demo import seed_demo
from tests.house.running import flask
from tests.house.tables import contents, rows, same, schema
from tests.house.tree import PACKAGE

NEWEST = 8
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


def test_the_head_equals_the_models_with_guards_and_zones(url: str, tmp_path: Path) -> None:
    flask("db", "upgrade", instance=tmp_path, url=url)
    assert "No new upgrade operations detected" in flask("db", "check", instance=tmp_path, url=url).stdout
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == revisions()[0]
    every_append_only_table_is_guarded(engine)
    the_functional_zones_are_the_rulebooks(engine)
    engine.dispose()


def every_append_only_table_is_guarded(engine: Engine) -> None:
    """The migrated schema refuses changes where the models say that rows stay."""
    import matchmaking.tables  # noqa: F401  every model
    from matchmaking.foundation.trail.guards import append_only_tables

    guards = schema(engine)["guards"]
    assert append_only_tables()
    assert [name for name in append_only_tables() if not any(str(guard).endswith(f"_{name}") for guard in guards)] == []  # type: ignore[attr-defined]


def the_functional_zones_are_the_rulebooks(engine: Engine) -> None:
    """The zones come with the tables."""
    with engine.connect() as connection:
        found = connection.execute(text("SELECT code, name_zh, name_en, area_code FROM zone ORDER BY code")).all()
    assert [tuple(row) for row in found] == sorted(
        (zone.code, zone.zh, zone.en, zone.parent) for zone in divisions().zones
    )


def test_the_offline_script_can_be_written(url: str, tmp_path: Path) -> None:
    assert "CREATE TABLE portfolio" in flask("db", "upgrade", "--sql", instance=tmp_path, url=url).stdout


@dataclass(frozen=True)
class State:
    """What a migration finds."""

    rows: dict[str, list[dict[str, str]]]
    schema: dict[str, Any]

    @classmethod
    def of(cls, engine: Engine) -> State:
        """As it is now."""
        return cls(rows(engine), schema(engine))

    def keeps(self, found: dict[str, list[dict[str, str]]]) -> bool:
        """Whether every table of ``found`` stands here with the same rows."""
        return set(found) <= set(self.rows) and same(found, self.rows)

    def is_met_again(self, engine: Engine) -> bool:
        """Whether every migration will do as it did then: fewer guards refuse no more, and the head sets them all."""
        found = rows(engine)
        if set(found) != set(self.rows) or not self.keeps(found):
            return False
        now: dict[str, Any] = schema(engine)
        return now["tables"] == self.schema["tables"] and set(now["guards"]) <= set(self.schema["guards"])


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.release)], ids=["newest", "all"])
def test_down_and_up_again_loses_no_row_of_a_table_that_stays(url: str, tmp_path: Path, every: bool) -> None:
    """From every revision the head is reached: by all steps, or by one to a state from which it was reached before.

    A server walks through the :data:`NEWEST` for every commit, as the older do not change, and through all before a
    release; SQLite through all.
    """
    app = create_app(Settings(environment="test", instance=tmp_path, database_url=url, secret_key="t" * 40))
    engine = storage.engine()
    with app.app_context():
        upgrade()
        fresh = schema(engine)
        seed_demo()
        storage.remove_session()
        before = State.of(engine)
        assert sum(map(len, before.rows.values())) > 20, "the demo's rows are what this test carries through"
        above, *down = revisions()
        down = down if every or engine.dialect.name == "sqlite" else down[:NEWEST]
        for target in down:
            downgrade(revision=target)
            left = State.of(engine)
            assert before.keeps(left.rows), f"down to {target}"
            upgrade(revision=above)
            again = before.is_met_again(engine)
            if not again:
                upgrade()
                assert same(left.rows, rows(engine)), f"up again from {target}"
                assert schema(engine) == fresh
            downgrade(revision=target)
            above, before = target, left if again else State.of(engine)
            assert left.keeps(before.rows) and before.keeps(left.rows), f"down to {target} once more"
        downgrade(revision="base")
        assert contents(engine) == {}
        upgrade()
        assert schema(engine) == fresh
    storage.dispose()

"""The demo's data: made once, unchanged by a second run, and refused in production."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine

from tests.house.running import flask
from tests.house.tables import contents


def test_a_second_run_changes_nothing_and_the_trail_verifies(url: str, tmp_path: Path) -> None:
    flask("db", "upgrade", instance=tmp_path, url=url)
    flask("seed", "--small", instance=tmp_path, url=url)
    engine = create_engine(url)
    once = contents(engine)
    assert once["agreement"][0] >= 10, "the ten golden cases"
    assert once["audit_snapshot"][0] >= 1
    assert once["user_account"][0] >= 2
    flask("seed", "--small", instance=tmp_path, url=url, fresh=True)
    assert contents(engine) == once
    engine.dispose()
    assert flask("trail", "verify", instance=tmp_path, url=url).returncode == 0

"""Commands run in copies of one process, and no command knows of another."""

from __future__ import annotations

from pathlib import Path

from tests.house.running import flask


def test_each_command_has_its_own_surroundings_and_its_own_end(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    flask("db", "upgrade", instance=one)
    assert "0" in flask("trail", "verify", instance=one).stdout
    elsewhere = flask("trail", "verify", instance=other, check=False)
    assert (elsewhere.returncode, elsewhere.stdout) == (1, "")
    assert str(other) in elsewhere.stderr and "flask db upgrade" in elsewhere.stderr
    misspelt = flask("trail", "verifies", instance=one, check=False)
    assert (misspelt.returncode, misspelt.stdout) == (2, "")
    assert "verifies" in misspelt.stderr and "Usage: flask trail" in misspelt.stderr
    assert flask("trail", "verify", instance=one).stderr == ""

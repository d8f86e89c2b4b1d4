"""The shell when the database is away or not prepared: words and an exit status, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config import ROOT

AUDIT = ("audit", "--portfolio", "golden", "--as-of", "2025-06-30")


def flask(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """``flask …`` in a process of its own, with nothing but ``settings`` to say where the data are."""
    own = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "INSTANCE")}
    command = [sys.executable, "-m", "flask", *arguments]
    return subprocess.run(command, cwd=ROOT, env={**own, **settings}, capture_output=True, text=True, check=False)  # noqa: S603


@pytest.mark.parametrize("arguments", [AUDIT, ("trail", "verify"), ("jobs", "list")], ids=["audit", "trail", "jobs"])
def test_an_instance_that_was_never_set_up_is_said_in_words(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ended = flask(*arguments, INSTANCE=str(tmp_path))
    assert ended.returncode == 1
    assert "flask db upgrade" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_server_that_cannot_be_reached_is_said_in_words_and_without_its_password(tmp_path: Path) -> None:
    nowhere = "postgresql+psycopg://postgres:secret-word@127.0.0.1:1/nowhere"
    ended = flask(*AUDIT, INSTANCE=str(tmp_path), DATABASE_URL=nowhere)
    assert ended.returncode == 1
    assert "127.0.0.1:1" in ended.stderr
    assert "secret-word" not in ended.stderr
    assert "Traceback" not in ended.stderr

"""Running the product's own commands in a process of their own, as a person would."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.house.tree import ROOT

PYTHON = sys.executable


def environment(instance: str | Path, url: str = "") -> dict[str, str]:
    """The surroundings of a child: an instance folder of its own, its database, no leftovers of the test's settings."""
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("DATABASE_URL", "FLASK_", "PYTEST_"))
    }
    return kept | {"INSTANCE": str(instance), "DATABASE_URL": url, "FLASK_APP": "wsgi:app"}


def flask(*arguments: str, instance: str | Path, url: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
    """``flask …`` from the project's folder; its output as text. A failing command fails the test if ``check``."""
    done = subprocess.run(
        [PYTHON, "-m", "flask", *arguments], cwd=ROOT, env=environment(instance, url), capture_output=True, text=True
    )
    assert not check or done.returncode == 0, f"flask {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
    return done

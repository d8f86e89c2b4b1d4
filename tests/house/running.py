"""Running the product's own commands in a process of their own, as a person would."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from threading import Lock

from tests.house.tree import ROOT

PYTHON = sys.executable
_one_at_a_time = Lock()


def environment(instance: str | Path, url: str = "") -> dict[str, str]:
    """The surroundings of a child: an instance folder of its own, its database, no leftovers of the test's settings."""
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("DATABASE_URL", "FLASK_", "PYTEST_"))
    }
    return kept | {"INSTANCE": str(instance), "DATABASE_URL": url, "FLASK_APP": "wsgi:app"}


def flask(
    *arguments: str, instance: str | Path, url: str = "", check: bool = True, fresh: bool = False
) -> subprocess.CompletedProcess[str]:
    """``flask …`` from the project's folder; its output as text. A failing command fails the test if ``check``.

    ``fresh``: by an interpreter of its own, which orders its sets in another way than any before it.
    """
    run = _by_a_new_interpreter if fresh else _by_a_copy
    done = run(arguments, environment(instance, url))
    assert not check or done.returncode == 0, f"flask {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
    return done


def _by_a_new_interpreter(arguments: Sequence[str], variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PYTHON, "-m", "flask", *arguments], cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )


def _by_a_copy(arguments: Sequence[str], variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        asked = {"arguments": arguments, "environment": variables, "out": str(out), "err": str(err)}
        with _one_at_a_time:
            status = _ask(_preloaded(), json.dumps(asked))
        told = out.read_text("utf-8"), err.read_text("utf-8")
    return subprocess.CompletedProcess(["flask", *arguments], status, *told)


def _ask(server: subprocess.Popen[str], line: str) -> int:
    assert server.stdin and server.stdout
    server.stdin.write(line + "\n")
    server.stdin.flush()
    answer = server.stdout.readline()
    assert answer, "the process that runs the commands is gone"
    return int(answer)


@cache
def _preloaded() -> subprocess.Popen[str]:
    """The process whose copies run the commands, :mod:`tests.house.preloaded`; one for this process's tests."""
    command = [PYTHON, "-m", "tests.house.preloaded"]
    # NumPy's library would start threads, which a copy does not have
    alone = environment(os.devnull) | {"OPENBLAS_NUM_THREADS": "1"}
    server = subprocess.Popen(command, cwd=ROOT, env=alone, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(server.communicate)
    return server

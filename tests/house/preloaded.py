"""A process that has imported the product and done nothing else; each command runs in a copy of it.

Importing the product takes longer than most commands do. A copy opens its own database, reads its own surroundings and
ends as any process does. That an interpreter started afresh gets as far is proven in ``tests/test_shell.py``.

Asked by a line of JSON: the command's arguments, its whole environment, and the files for what it says. Answers with
its exit status.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from matchmaking.foundation.memory import collect_later
from tests.house.tree import ROOT


def become(asked: dict[str, Any]) -> None:
    """Be the ``flask`` that was asked for; ends the process."""
    import flask.cli

    for number, path in ((0, os.devnull), (1, asked["out"]), (2, asked["err"])):
        opened = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    os.environ.clear()
    os.environ.update(asked["environment"])
    time.tzset()
    os.chdir(ROOT)
    sys.argv = ["flask", *asked["arguments"]]
    flask.cli.cli.main(prog_name="flask")


def serve() -> None:
    """Answer until nobody asks any more."""
    with collect_later():
        import matchmaking.app
        import matchmaking.tables  # noqa: F401  every model, as a migration needs them
    assert len(list(Path("/proc/self/task").iterdir())) == 1, "a copy would wait for locks that other threads held"
    for line in sys.stdin:
        copy = os.fork()
        if not copy:
            become(json.loads(line))
        _, status = os.waitpid(copy, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()

"""What reading costs: the parent stays flat, the child is confined and takes nothing of the parent's along."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from matchmaking.foundation.sandbox import Limits, reader
from tests.foundation.sandbox.tables import HEADER, Read
from tests.foundation.sandbox.workbooks import workbook

MANY = 50_000
GROWTH = 50 * 1024
"""KiB by which the parent may grow."""


def _resident() -> int:
    """Resident memory of this process in KiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 1024


def _children() -> set[str]:
    """Process ids of this process's children, zombies included; a browser of other tests may be among them."""
    lists = Path("/proc/self/task").glob("*/children")
    return {number for path in lists for number in path.read_text().split()}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_parent_stays_flat_while_fifty_thousand_rows_are_read(kind: str, read: Read) -> None:
    rows = ([f"HT-{number}", "某某有限责任公司", "2025-03-20", str(number), "0.5"] for number in range(MANY))
    if kind == "csv":
        content = (HEADER + "".join(",".join(row) + "\n" for row in rows)).encode()
    else:
        content = workbook([HEADER.strip().split(","), *(list(row) for row in rows)])
    before, during = _resident(), []
    report = read(content, on_progress=lambda done, total: during.append(_resident()))
    assert (report.rows, report.error_count) == (MANY, 0)
    assert len(during) > 40
    assert max(during) - before <= GROWTH
    assert sum(1 for _ in report.out.open(encoding="utf-8")) == MANY


def test_the_child_is_another_program_with_an_environment_of_its_own(
    monkeypatch: pytest.MonkeyPatch, read: Read
) -> None:
    started = {}
    popen = subprocess.Popen

    def watch(command: list[str], **options: object) -> subprocess.Popen[bytes]:
        started.update(options, command=command)
        return popen(command, **options)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setenv("SECRET_KEY", "must not travel")
    monkeypatch.setattr(reader.subprocess, "Popen", watch)
    assert read((HEADER + "A,x,2025-03-20,1,1\n").encode()).rows == 1
    assert started["command"][0] == sys.executable
    assert set(started["env"]) == {"PYTHONPATH", "PATH", "LANG", "PYTHONUTF8"}
    assert started["close_fds"] is True
    assert started["start_new_session"] is True


def test_the_child_binds_itself_before_it_reads() -> None:
    program = (
        "import json, resource as r; from matchmaking.foundation.sandbox.child import confine;"
        "from matchmaking.foundation.sandbox.limits import Limits; confine(Limits());"
        "print(json.dumps([r.getrlimit(k) for k in (r.RLIMIT_AS, r.RLIMIT_CPU, r.RLIMIT_CORE)]))"
    )
    environment = {"PYTHONPATH": str(reader.ROOT), "PATH": os.defpath}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True)
    memory, processor, core = json.loads(done.stdout)
    assert (memory[0], processor[0], core) == (700 * 1024 * 1024, 20, [0, 0])


def test_no_child_is_left_behind(read: Read, refused: object) -> None:
    before = _children()
    refused((HEADER + "A,x,2025-03-20,1,1\n").encode(), limits=Limits(wall_seconds=0))  # type: ignore[operator]
    assert _children() <= before


def test_an_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch, refused: object) -> None:
    monkeypatch.setattr(reader, "_MAX_ANSWER", 100)
    text = HEADER + "".join(f"{number},x,2025-03-20,abc,1\n" for number in range(50))
    assert refused(text.encode()) == ["file_rejected", "file_rejected_crash"]  # type: ignore[operator]

"""Measuring a command in a process of its own: CPU of it and its children, wall time, peak resident memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Run:
    """One run: seconds of CPU (user and system, children included), seconds of wall time, peak memory in MB, output."""

    cpu: float
    wall: float
    peak: float
    output: str


@dataclass
class Series:
    """Runs of one thing, in the order they were made."""

    name: str
    runs: list[Run] = field(default_factory=list)

    def median(self, what: str) -> float:
        """The median of ``cpu``, ``wall`` or ``peak``."""
        return statistics.median(getattr(run, what) for run in self.runs)

    def spread(self, what: str) -> str:
        """Smallest to largest."""
        values = [getattr(run, what) for run in self.runs]
        return f"{min(values):.2f}–{max(values):.2f}"

    def row(self) -> str:
        """One line of the table."""
        return (
            f"{self.name:40} {self.median('cpu'):7.2f}  {self.spread('cpu'):>13} "
            f"{self.median('wall'):7.2f}  {self.spread('wall'):>13} {max(run.peak for run in self.runs):8.0f}"
        )


HEAD = f"{'':40} {'CPU s':>7}  {'(spread)':>13} {'wall s':>7}  {'(spread)':>13} {'peak MB':>8}"


def measure(command: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path) -> Run:
    """Run ``command`` to its end. A failing command ends the benchmark with its words."""
    start = time.monotonic()
    child = subprocess.Popen([str(part) for part in command], env=dict(env), cwd=cwd, stdout=subprocess.PIPE)
    assert child.stdout is not None
    output = child.stdout.read().decode()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(str(part) for part in command)} ended with {child.returncode}\n{output}")
    return Run(used.ru_utime + used.ru_stime, time.monotonic() - start, used.ru_maxrss / 1024, output)

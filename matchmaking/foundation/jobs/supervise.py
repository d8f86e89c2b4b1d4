"""``flask serve``: the web and the worker side by side on one machine.

A worker that dies is started again after a growing pause; a web server that dies ends everything with its code, so that
whoever started this notices.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from types import FrameType

import structlog

from config import ROOT, Settings

log = structlog.get_logger(__name__)

PAUSES = (1, 2, 4, 8, 16, 32, 60)
"""Seconds before the next start of a worker that keeps dying."""

STEADY = 60
"""A worker that lived this many seconds starts again at the first pause."""

PATIENCE = 30
"""Seconds that children get to end before they are killed."""


def web_command(settings: Settings) -> list[str]:
    """gunicorn on the bound address; ``WEB_CONCURRENCY`` sets its processes."""
    options = ["--bind", f"{settings.bind}:{settings.port}", "--worker-class", "gthread", "--threads", "4"]
    # no control socket: it would lie in the home folder, one for all installations of this user
    return [sys.executable, "-m", "gunicorn", "wsgi:app", *options, "--no-control-socket"]


def worker_command() -> list[str]:
    """The worker, in a process of its own."""
    return [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]


class Supervisor:
    """Starts both, restarts the worker, stops both."""

    def __init__(self, web: Sequence[str], worker: Sequence[str], pauses: Sequence[float] = PAUSES) -> None:
        self._web_command, self._worker_command, self._pauses = list(web), list(worker), pauses
        self._stop = threading.Event()
        self._deaths, self._started, self._next_start = 0, 0.0, 0.0

    def run(self) -> int:
        """Until SIGINT or SIGTERM (0) or until the web server dies (its code, never 0)."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._ask_to_stop)
        web, worker = _start(self._web_command), self._start_worker()
        try:
            while not self._stop.wait(0.2):
                if web.poll() is not None:
                    log.error("web_died", code=web.returncode)
                    return web.returncode or 1
                worker = self._keep_alive(worker)
            return 0
        finally:
            _end(web, worker)

    def _keep_alive(self, worker: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
        if worker.poll() is None:
            return worker
        moment = time.monotonic()
        if not self._next_start:
            self._deaths = 0 if moment - self._started > STEADY else self._deaths
            pause = self._pauses[min(self._deaths, len(self._pauses) - 1)]
            self._deaths, self._next_start = self._deaths + 1, moment + pause
            log.warning("worker_died", code=worker.returncode, pause=pause)
        return self._start_worker() if moment >= self._next_start else worker

    def _start_worker(self) -> subprocess.Popen[bytes]:
        self._started, self._next_start = time.monotonic(), 0.0
        return _start(self._worker_command)

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    # sessions of their own: Ctrl-C in a terminal reaches this process only, which then ends the children in order
    environment = {"WEB_CONCURRENCY": "2", **os.environ}
    return subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)  # noqa: S603


def _end(*children: subprocess.Popen[bytes]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + PATIENCE
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

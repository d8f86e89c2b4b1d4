"""Says every few seconds that a runner is alive, from a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType

import structlog
from sqlalchemy.exc import DBAPIError

from matchmaking.foundation import storage

log = structlog.get_logger(__name__)

BEAT = 15.0
"""Seconds; a quarter of the lease."""


class Heartbeat:
    """``with Heartbeat(beat):`` calls ``beat`` in a unit of work of its own until the block ends."""

    def __init__(self, beat: Callable[[], object], every: float = BEAT) -> None:
        self._beat, self._every, self._over = beat, every, threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._over.wait(self._every):
                self._once()
        finally:
            storage.remove_session()

    def _once(self) -> None:
        try:
            self._beat()
        except DBAPIError as error:
            # SQLite's one writer may be the task itself in a long unit of work: the next beat will do
            log.warning("heartbeat_missed", error=type(error).__name__)

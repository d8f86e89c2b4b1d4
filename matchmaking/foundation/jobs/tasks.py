"""Handlers of tasks, and the one function that runs the next of them."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import structlog

from config import Settings
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.jobs import queue
from matchmaking.foundation.jobs.heartbeat import Heartbeat
from matchmaking.foundation.jobs.models import Task
from matchmaking.foundation.storage import remove_session, run_in_unit_of_work, session

log = structlog.get_logger(__name__)

Handler = Callable[["TaskContext"], dict[str, Any]]
TASKS: dict[str, Handler] = {}
"""Kind → handler; filled when ``matchmaking.schedule`` imports the slices' ``jobs`` rooms."""

PAUSE = 0.2
"""Seconds between two written reports of progress; the last one is always written."""


class TaskStopped(BaseException):
    """The worker is asked to stop, or the claim is lost. Not an ``Exception``, so that no handler swallows it."""


@dataclass(slots=True)
class TaskContext:
    """What a handler gets: its parameters, who asked, the instant it began, and a way to report progress."""

    task_id: int
    kind: str
    params: dict[str, Any]
    actor: str
    at: datetime
    settings: Settings
    token: str = ""
    stop: threading.Event = field(default_factory=threading.Event)
    _written: float = 0.0

    def progress(self, done: int, total: int) -> None:
        """Say that ``done`` of ``total`` is finished, in a unit of work of its own; at most five times a second.

        Inside an open unit of work it writes nothing, since SQLite has one writer. Raises :class:`TaskStopped` when the
        worker is shutting down: what is not committed is rolled back and the task returns to the queue.
        """
        if self.stop.is_set():
            raise TaskStopped("the worker is stopping")
        moment = time.monotonic()
        if session().info.get("unit_of_work") or (done < total and moment - self._written < PAUSE):
            return
        self._written = moment
        if not self._report(progress_done=done, progress_total=total):
            raise TaskStopped("another worker holds this task now")

    def beat(self) -> None:
        """Say that the worker lives."""
        self._report()

    def _report(self, **values: int) -> bool:
        return run_in_unit_of_work(queue.report, task_id=self.task_id, token=self.token, at=clock.now(), **values)


def register_task(kind: str) -> Callable[[Handler], Handler]:
    """Decorator: ``handler(context) -> result`` (a JSON object) runs tasks of ``kind``. A kind has one handler."""

    def keep(handler: Handler) -> Handler:
        if TASKS.setdefault(kind, handler) is not handler:
            raise ValueError(f"task {kind} has a handler already")
        return handler

    return keep


def run_one_task(settings: Settings, *, stop: threading.Event | None = None) -> Task | None:
    """Claim the oldest waiting task, run it to its end and return its row; None when nothing waits.

    A ``Refusal`` fails the task with its reasons; any other exception fails it with ``task_broke`` and is logged.
    A task stopped half-way because ``stop`` was set is queued again. Nothing a handler raises comes out of here.
    """
    waits = queue.something_waits(session(), at=clock.now())
    remove_session()
    if not waits:
        return None
    token = uuid.uuid4().hex
    task = run_in_unit_of_work(queue.claim_task, token=token, at=clock.now())
    if task is None:
        return None
    context = TaskContext(
        task.id, task.kind, task.params, task.actor, clock.now(), settings, token, stop or threading.Event()
    )
    remove_session()
    _run(context)
    remove_session()
    return session().get(Task, context.task_id)


def _run(context: TaskContext) -> None:
    held = {"task_id": context.task_id, "token": context.token}
    with Heartbeat(context.beat):
        try:
            result = _handler(context.kind)(context)
            json.dumps(result, allow_nan=False)  # what cannot be stored is the handler's failure, told as such
            ending: Callable[..., bool] = partial(queue.finish, result=result)
        except Refusal as refusal:
            ending = partial(queue.fail, reasons=refusal.reasons)
        except TaskStopped:
            ending = queue.put_back
        except Exception:
            log.exception("task_broke", task=context.task_id, kind=context.kind)
            ending = partial(queue.fail, reasons=(Reason("task_broke", {"task": context.task_id}),))
    # a handler that died inside a query leaves a session behind that must not be written through
    remove_session()
    run_in_unit_of_work(ending, at=clock.now(), **held)


def _handler(kind: str) -> Handler:
    if kind not in TASKS:
        raise Refusal(Reason("task_unknown", {"kind": kind}))
    return TASKS[kind]

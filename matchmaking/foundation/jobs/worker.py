"""The worker process: timed jobs on APScheduler, tasks polled each second, a clean end on SIGTERM.

The schedule lives in code and the claims in the database, so the scheduler keeps its jobs in memory; a job store shared
by several schedulers runs jobs several times (apscheduler issues 129 and 231).
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Sequence
from types import FrameType

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.blocking import BlockingScheduler

from config import Settings
from matchmaking.foundation import clock
from matchmaking.foundation.jobs.declared import Job
from matchmaking.foundation.jobs.runner import catch_up
from matchmaking.foundation.jobs.tasks import run_one_task
from matchmaking.foundation.storage import remove_session

log = structlog.get_logger(__name__)


class Worker:
    """One process of the installation that works in the background; several may run at once."""

    def __init__(self, settings: Settings, jobs: Sequence[Job]) -> None:
        self.settings, self.jobs, self.stop = settings, jobs, threading.Event()
        self._scheduler = BlockingScheduler(
            timezone=clock.SHANGHAI,
            jobstores={"default": MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(1), "tasks": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def drain(self) -> int:
        """Run waiting tasks until none is left or the worker is stopping; how many were run."""
        ran = 0
        while not self.stop.is_set() and run_one_task(self.settings, stop=self.stop) is not None:
            ran += 1
        remove_session()
        return ran

    def run(self) -> None:
        """Work until SIGTERM or SIGINT. What is running then ends, or returns to the queue at its next progress."""
        # one line a second while a task is long tells nobody anything
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._ask_to_stop)
        for job in self.jobs:
            self._scheduler.add_job(self._make_up, job.trigger, args=[job], id=job.name)
            self._scheduler.add_job(self._make_up, args=[job], id=f"{job.name} at start")
        self._scheduler.add_job(self.poll, "interval", seconds=1, executor="tasks", id="tasks")
        log.info("worker_started", jobs=[job.name for job in self.jobs])
        self._scheduler.start()
        log.info("worker_stopped")

    def poll(self) -> None:
        """One look at the queue; a database that is away for a moment is waited for, not died of."""
        try:
            self.drain()
        except Exception:
            log.exception("poll_failed")
            remove_session()

    def _make_up(self, job: Job) -> None:
        try:
            catch_up(job, now=clock.now(), settings=self.settings)
        except Exception:
            log.exception("job_not_started", job=job.name)
            remove_session()

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        if self.stop.is_set():
            return
        self.stop.set()
        # from a thread: the signal may have arrived while this thread holds the scheduler's locks
        threading.Thread(target=self._scheduler.shutdown, kwargs={"wait": True}).start()

"""Timed jobs, each slot once; tasks with progress; the worker that runs both."""

from matchmaking.foundation.jobs.models import JobRun, Task
from matchmaking.foundation.jobs.notes import note_of, reasons_of
from matchmaking.foundation.jobs.queue import create_task
from matchmaking.foundation.jobs.tasks import TASKS, TaskContext, TaskStopped, register_task, run_one_task

__all__ = [
    "TASKS",
    "JobRun",
    "Task",
    "TaskContext",
    "TaskStopped",
    "create_task",
    "note_of",
    "reasons_of",
    "register_task",
    "run_one_task",
]

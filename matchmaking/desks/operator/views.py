"""平台运行: the operator's first page."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from config import Settings
from matchmaking.desks.operator.queries import Installation, installation, last_runs, tasks_at
from matchmaking.desks.operator.watch import JobLine, job_lines
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.jobs.declared import Job
from matchmaking.foundation.jobs.notes import reasons_of
from matchmaking.foundation.storage import session
from matchmaking.registry.accounts.queries import locked_people

operator_desk = Blueprint("operator_desk", __name__)
SEAL = "checkpoint"
"""The job that verifies the trail and signs its root."""


@dataclass(frozen=True, slots=True)
class Sealing:
    """How far the trail is verified and signed: events then, events now."""

    line: JobLine | None
    sealed: int
    events: int

    @property
    def waiting(self) -> int:
        """Events written since the last signature."""
        return max(self.events - self.sealed, 0)


@operator_desk.get("/operator")
@requires(Permission.RUN_JOBS)
def home() -> ResponseReturnValue:
    """Jobs, tasks, locked accounts, the trail, storage: six SQL statements, one more where a name is locked."""
    viewer, at = current_viewer(), clock.now()
    settings: Settings = current_app.config["SETTINGS"]
    jobs: Sequence[Job] = current_app.extensions["timed_jobs"]()
    lines = job_lines(jobs, last_runs(session(), [job.name for job in jobs]), at=at)
    tasks, tasks_total = tasks_at(session(), at=at)
    locked = locked_people(session(), viewer, at=at)
    state = installation(session(), viewer)
    bare = state.bare_staff if settings.second_factor_required else 0
    failed = [task for task in tasks if task.state == "failed"]
    return render_template(
        "operator/home.html", lines=lines, tasks=tasks, tasks_total=tasks_total, reasons_of=reasons_of, locked=locked,
        state=state, bare=bare, sealing=_sealing(lines, state), free=shutil.disk_usage(settings.instance).free,
        care=sum(line.wants_care for line in lines) + len(failed) + len(locked) + (1 if bare else 0), at=at,
    )  # fmt: skip


def _sealing(lines: Sequence[JobLine], state: Installation) -> Sealing:
    line = next((line for line in lines if line.name == SEAL), None)
    told = (line.last.result or {}) if line is not None and line.last is not None else {}
    return Sealing(line, int(told.get("size", 0)), state.events)

"""What a row of the page says of a job: how its last slot ended, whether one is missing, when the next one comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from matchmaking.domain.reasons import Reason
from matchmaking.foundation.jobs.declared import Job
from matchmaking.foundation.jobs.models import JobRun
from matchmaking.foundation.jobs.notes import reasons_of
from matchmaking.foundation.jobs.queue import LEASE

GRACE = timedelta(minutes=15)
"""A slot that is due may take this long to be begun before it counts as missing."""
LOOK_BACK = timedelta(days=8)
"""A weekly job fires within it."""
LOOKS = {
    "done": ("ok", "ok"),
    "running": ("wait", "wait"),
    "failed": ("bad", "clash"),
    "silent": ("bad", "late"),
    "missing": ("bad", "late"),
    "never": ("mute", "none"),
}
"""Outcome → colour and shape."""


@dataclass(frozen=True, slots=True)
class JobLine:
    """One job. ``outcome`` is a key of :data:`LOOKS`; ``reasons`` say why a failed slot failed."""

    name: str
    schedule: str
    last: JobRun | None
    outcome: str
    next_at: datetime | None
    reasons: Sequence[Reason]

    @property
    def look(self) -> tuple[str, str]:
        """Colour and shape of the outcome."""
        return LOOKS[self.outcome]

    @property
    def wants_care(self) -> bool:
        """Whether somebody has to look at it."""
        return self.look[0] == "bad"


def job_lines(jobs: Sequence[Job], runs: Mapping[str, JobRun], *, at: datetime) -> list[JobLine]:
    """Every declared job with its newest run, in the order of the table of jobs."""
    return [_line(job, runs.get(job.name), at) for job in jobs]


def _line(job: Job, last: JobRun | None, at: datetime) -> JobLine:
    due = _last_due(job, at - GRACE)
    reasons = reasons_of(last.error) if last is not None and last.state == "failed" else []
    after = at + timedelta(microseconds=1)
    return JobLine(
        job.name, job.schedule, last, _outcome(job, last, due, at), job.trigger.get_next_fire_time(None, after), reasons
    )


def _outcome(job: Job, last: JobRun | None, due: datetime | None, at: datetime) -> str:
    if last is None:
        return "never"
    if last.state == "running":
        return "running" if last.heartbeat >= at - LEASE else "silent"
    if last.state == "failed":
        return "failed"
    return "missing" if due is not None and last.slot < job.slot(due) else "done"


def _last_due(job: Job, at: datetime) -> datetime | None:
    """The latest firing up to ``at``: an hour is looked at first, since most often it is enough."""
    for back in (timedelta(hours=1), timedelta(days=1), LOOK_BACK):
        found = None
        for fire in job.fires(at - back, at):
            found = fire
        if found is not None:
            return found
    return None

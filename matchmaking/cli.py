"""The list of shell commands: ``flask statement|audit|trail|jobs|worker|seed|user|organisation …``."""

from __future__ import annotations

from flask import Flask

from matchmaking.delivery.audits.cli import audit
from matchmaking.delivery.audits.intake.cli import statement
from matchmaking.foundation.jobs.cli import jobs, serve_command, worker_command_line
from matchmaking.foundation.jobs.declared import Job
from matchmaking.foundation.trail.cli import trail
from matchmaking.registry.accounts.cli import roles, user
from matchmaking.registry.organisations.cli import organisation
from matchmaking.seeds.cli import seed


def timed_jobs() -> tuple[Job, ...]:
    """The table of timed jobs; imported late, because pages need none of what jobs compute with."""
    from matchmaking.schedule import JOBS

    return JOBS


def register_commands(app: Flask) -> None:
    """Hang every slice's commands on ``app``."""
    app.extensions["timed_jobs"] = timed_jobs
    for group in (trail, jobs, worker_command_line, serve_command, organisation, user, roles, statement, audit, seed):
        app.cli.add_command(group)

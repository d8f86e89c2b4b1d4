"""``flask jobs run|list``, ``flask worker`` and ``flask serve``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import select

from config import Settings
from matchmaking.foundation.jobs.declared import Job
from matchmaking.foundation.jobs.models import JobRun
from matchmaking.foundation.jobs.runner import run_slot
from matchmaking.foundation.jobs.supervise import Supervisor, web_command, worker_command
from matchmaking.foundation.jobs.worker import Worker
from matchmaking.foundation.storage import session
from matchmaking.rulebook import LANGUAGES, explain, say

jobs = AppGroup("jobs", help="Timed jobs: run one for a day, list them.")
language = click.option("--lang", type=click.Choice(LANGUAGES), default="zh", help="Language of the answer.")


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _jobs() -> Sequence[Job]:
    timed: Sequence[Job] = current_app.extensions["timed_jobs"]()
    return timed


@jobs.command("run")
@click.argument("name")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The day the job speaks of.")
@language
def run_command(name: str, as_of: datetime, lang: str) -> None:
    """Run the job NAME for a day. A second run for the same day changes nothing; a failed one is tried again."""
    job = next((job for job in _jobs() if job.name == name), None)
    day = as_of.date()
    if job is None:
        click.echo(say("job_unknown", lang, job=name, known=", ".join(job.name for job in _jobs())), err=True)
        raise SystemExit(2)
    outcome = run_slot(job, as_of=day, settings=_settings())
    click.echo(say(f"job_{outcome.state}", lang, job=name, day=day.isoformat()), err=outcome.state == "failed")
    for reason in outcome.reasons:
        click.echo(explain(reason, lang), err=True)
    for key, value in (outcome.result or {}).items():
        click.echo(f"  {key}: {value}")
    raise SystemExit(1 if outcome.state == "failed" else 0)


@jobs.command("list")
def list_command() -> None:
    """Every timed job, its schedule, and its last slot."""
    for job in _jobs():
        newest = select(JobRun).where(JobRun.job == job.name).order_by(JobRun.slot.desc()).limit(1)
        last = session().scalars(newest).first()
        click.echo(f"{job.name:24} {job.schedule:16} {f'{last.slot} {last.state}' if last else '-'}")


@click.command("worker")
@click.option("--once", is_flag=True, help="Run what waits in the queue, then end.")
@with_appcontext
def worker_command_line(once: bool) -> None:
    """Run timed jobs and queued tasks until told to stop."""
    worker = Worker(_settings(), _jobs())
    if once:
        click.echo(worker.drain())
    else:
        worker.run()


@click.command("serve")
@with_appcontext
def serve_command() -> None:
    """Web and worker together on this machine, at BIND:PORT."""
    raise SystemExit(Supervisor(web_command(_settings()), worker_command()).run())

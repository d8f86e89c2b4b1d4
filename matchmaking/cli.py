"""The list of shell commands: ``flask statement|audit|curves|match|period|sample|trail|jobs|worker|seed|user …``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import click
from flask import Flask
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from matchmaking.delivery.audits.cli import audit
from matchmaking.delivery.audits.intake.cli import statement
from matchmaking.desks.curves.cli import curves
from matchmaking.foundation import storage
from matchmaking.foundation.jobs.cli import jobs, serve_command, worker_command_line
from matchmaking.foundation.jobs.declared import Job
from matchmaking.foundation.trail.cli import trail
from matchmaking.market.matches.cli import match
from matchmaking.oversight.learning.cli import COMMANDS as LEARNING
from matchmaking.oversight.periods.cli import period
from matchmaking.oversight.reports.cli import report
from matchmaking.oversight.samples.cli import sample
from matchmaking.registry.accounts.cli import roles, user
from matchmaking.registry.organisations.cli import organisation
from matchmaking.rulebook import say
from matchmaking.seeds.cli import seed

UNPREPARED = {"42P01", "42703"}
"""PostgreSQL: no such table, no such column."""
NOT_THERE = ("no such table", "no such column", "has no column")
FAILED = 1
"""Exit status when the database could not be asked."""


def timed_jobs() -> tuple[Job, ...]:
    """The table of timed jobs; imported late, because pages need none of what jobs compute with."""
    from matchmaking.schedule import JOBS

    return JOBS


def register_commands(app: Flask) -> None:
    """Hang every slice's commands on ``app``."""
    app.extensions["timed_jobs"] = timed_jobs
    for command in LEARNING:
        match.add_command(command)
    for group in (
        trail,
        jobs,
        worker_command_line,
        serve_command,
        organisation,
        user,
        roles,
        statement,
        audit,
        curves,
        match,
        period,
        sample,
        report,
        seed,
    ):
        app.cli.add_command(group)
        for command in _commands(group):
            if command.callback is not None and not hasattr(command.callback, "__wrapped_in_words__"):
                command.callback = _in_words(command.callback)


def _commands(command: click.Command) -> Iterator[click.Command]:
    yield command
    if isinstance(command, click.Group):
        for each in command.commands.values():
            yield from _commands(each)


def _in_words(callback: Callable[..., Any]) -> Callable[..., Any]:
    """``callback``, but a database that is away or not prepared is said in words; any other mistake stays ours."""

    @wraps(callback)
    def told(*args: Any, **kwargs: Any) -> Any:
        try:
            return callback(*args, **kwargs)
        except DBAPIError as error:
            code = _what_ails(error)
            if code is None:
                raise
            where = storage.engine().url.render_as_string(hide_password=True)
            click.echo(say(code, kwargs.get("lang", "zh"), database=where), err=True)
            raise SystemExit(FAILED) from None

    told.__wrapped_in_words__ = True  # type: ignore[attr-defined]
    return told


def _what_ails(error: DBAPIError) -> str | None:
    """The code of the words for ``error``; None for what is no matter of where the database is."""
    state = getattr(error.orig, "sqlstate", None)
    if state in UNPREPARED or any(sign in str(error.orig) for sign in NOT_THERE):
        return "database_unprepared"
    # without a state the server was never reached; SQLite has none at all
    if isinstance(error, OperationalError | InterfaceError) and state is None:
        return "database_away"
    return None

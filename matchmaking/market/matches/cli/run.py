"""``flask match run``: every need that waits against every product on offer, kept as a record."""

from __future__ import annotations

import json
from datetime import datetime
from functools import partial

import click
from flask.cli import with_appcontext

from matchmaking.domain.matching import engine
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.storage import run_in_unit_of_work, session
from matchmaking.market.matches.models import MatchRun
from matchmaking.market.matches.runs.cluster import match_on
from matchmaking.market.matches.runs.commands import keep_run, reckon
from matchmaking.market.matches.runs.queries import read_market
from matchmaking.rulebook import explain, say

ACTOR = "shell"
DASK = "dask"
SHOWN = ("id", "policy_version", "currency", "engine", "needs", "products", "eligible_pairs", "unserved", "cpu_ms",
         "read_digest")  # fmt: skip


@click.command("run")
@click.option(
    "--engine",
    "name",
    type=click.Choice([engine.NUMPY, engine.NUMBA, DASK]),
    default=None,
    help="Who reckons; without it NumPy, or Numba where the market is large. All give the same.",
)
@click.option("--scheduler", default="", help="Address of the Dask scheduler, tcp://host:port.")
@click.option("--as-of", "day", type=click.DateTime(["%Y-%m-%d"]), default=None, help="The day; today without it.")
@click.option("--currency", default="CNY", show_default=True, help="Needs and products in this currency.")
@click.option("--json", "as_json", is_flag=True, help="Figures as JSON.")
@with_appcontext
def run_command(
    name: str | None, scheduler: str, day: datetime | None, currency: str, as_json: bool
) -> None:  # fmt: skip
    """Match the whole market on a day and keep the run with all it read."""
    if (name == DASK) != bool(scheduler):
        raise click.UsageError("--engine dask and --scheduler ADDRESS go together")
    at = clock.now()
    executor: engine.Executor = partial(match_on, scheduler) if name == DASK else name or engine.NUMPY
    try:
        reading = read_market(session(), day.date() if day else clock.business_day(at), currency)
        done = reckon(reading, name=name or "", executor=executor)
    except Refusal as refusal:
        raise click.ClickException(
            "\n".join(explain(r, lang) for r in refusal.reasons for lang in ("zh", "en"))
        ) from None
    run, _ = run_in_unit_of_work(keep_run, actor=ACTOR, done=done, at=at)
    click.echo(
        json.dumps(told(run))
        if as_json
        else "\n".join(say("match_run_done", lang, **told(run)) for lang in ("zh", "en"))
    )


def told(run: MatchRun) -> dict[str, str | int]:
    """Figures of a run."""
    return {"day": run.on_day.isoformat(), **{name: getattr(run, name) for name in SHOWN}}

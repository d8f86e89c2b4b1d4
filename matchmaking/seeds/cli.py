"""``flask seed``: the demo. ``--small`` leaves the city out: people, products and the ten golden cases only."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from matchmaking.domain.reasons import Reason
from matchmaking.rulebook import explain
from matchmaking.seeds.ankang import seed_city
from matchmaking.seeds.demo import seed_demo

REFUSED = 2


@click.group("seed", cls=AppGroup, invoke_without_command=True)
@click.option("--small", is_flag=True, help="Without the city.")
@click.pass_context
@with_appcontext
def seed(context: click.Context, small: bool) -> None:
    """Demo data: people to sign in as, the ten golden cases, and a city of invented firms and banks."""
    if current_app.config["SETTINGS"].environment == "production":
        for language in ("zh", "en"):
            click.echo(explain(Reason("seed_not_in_production"), language), err=True)
        raise SystemExit(REFUSED)
    if context.invoked_subcommand is None:
        _seed(small)


@seed.command("demo")
@click.option("--small", is_flag=True, help="Without the city.")
def demo_command(small: bool) -> None:
    """Bring in what is missing of the demo; a second run changes nothing."""
    _seed(small)


def _seed(small: bool) -> None:
    done = seed_demo()
    told = f"{done.people} 人 people, +{done.facts} 条事实 facts, {done.snapshots} 次核查 audits"
    if not small:
        told += f"; 全市 city: +{seed_city().acts} 件事 acts"
    click.echo(f"演示数据就绪 demo ready: {told}")

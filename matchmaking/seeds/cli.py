"""``flask seed`` and ``flask seed demo``: the same demo."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from matchmaking.domain.reasons import Reason
from matchmaking.rulebook import explain
from matchmaking.seeds.demo import seed_demo

REFUSED = 2


@click.group("seed", cls=AppGroup, invoke_without_command=True)
@click.pass_context
@with_appcontext
def seed(context: click.Context) -> None:
    """Demo data: people to sign in as, and the ten golden cases."""
    if current_app.config["SETTINGS"].environment == "production":
        for language in ("zh", "en"):
            click.echo(explain(Reason("seed_not_in_production"), language), err=True)
        raise SystemExit(REFUSED)
    if context.invoked_subcommand is None:
        _seed()


@seed.command("demo")
def demo_command() -> None:
    """Bring in what is missing of the demo; a second run changes nothing."""
    _seed()


def _seed() -> None:
    done = seed_demo()
    told = f"{done.people} 人 people, +{done.facts} 条事实 facts, {done.snapshots} 次核查 audits"
    click.echo(f"演示数据就绪 demo ready: {told}")

"""``flask seed demo``."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from matchmaking.seeds.demo import seed_demo

seed = AppGroup("seed", help="Demo data.")


@seed.command("demo")
def demo_command() -> None:
    """People to sign in as, and the ten golden cases; a second run changes nothing."""
    done = seed_demo()
    click.echo(
        f"演示数据就绪 demo ready: {done.people} 人 people, +{done.facts} 条事实 facts, {done.snapshots} 次核查 audits"
    )

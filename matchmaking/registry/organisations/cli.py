"""``flask organisation …``: firms, banks, bureaus and offices, from the shell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation import clock, storage
from matchmaking.foundation.access.viewer import EVERYWHERE
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.registry.organisations import commands, queries
from matchmaking.registry.organisations.models import KINDS, LEVELS, Organisation
from matchmaking.rulebook import explain

ACTOR = "shell"

organisation = AppGroup("organisation", help="Firms, banks with their branches, bureaus and offices.")


def _words(refusal: Refusal) -> click.ClickException:
    return click.ClickException("\n".join(f"{explain(r, 'zh')}\n{explain(r, 'en')}" for r in refusal.reasons))


def _do(command: Callable[..., Any], key: str | None = None, /, **fields: Any) -> Any:
    """Run one command; ``key`` names the organisation that the argument called ``about`` takes."""
    at: datetime = clock.now()
    about = fields.pop("about", "")

    def work(session: Session) -> Any:
        commands.ensure_zones(session)
        given = fields if key is None else {**fields, about: _found(session, key)}
        return command(session, actor=ACTOR, on=clock.business_day(at), at=at, **given)

    try:
        return run_in_unit_of_work(work)
    except Refusal as refusal:
        raise _words(refusal) from None


def _found(session: Session, key: str) -> Organisation:
    found = queries.organisation_by_key(session, key)
    if found is None:
        raise Refusal(Reason("organisation_unknown", {"key": key[:80]}))
    return found


@organisation.command("create")
@click.argument("kind", type=click.Choice([kind for kind in KINDS if kind != "enterprise"]))
@click.argument("name")
@click.option("--area", default=EVERYWHERE, show_default=True, help="County's code, or * for the whole city.")
@click.option("--zone", default=None, help="Functional zone it lies in.")
@click.option("--key", default=None, help="Its public key; made up unless given.")
def create(kind: str, name: str, area: str, zone: str | None, key: str | None) -> None:
    """Make an institution that is a legal person of its own. Firms register on the page."""
    made = _do(commands.create_organisation, kind=kind, name=name, area_code=area, zone_code=zone, public_key=key)
    click.echo(f"已建立 created: {made.public_key}")


@organisation.command("branch")
@click.argument("parent")
@click.argument("name")
@click.option("--level", type=click.Choice(LEVELS[1:]), default=LEVELS[1], show_default=True)
@click.option("--area", default=EVERYWHERE, show_default=True, help="County's code, or * for the whole city.")
@click.option("--zone", default=None, help="Functional zone it lies in.")
@click.option("--key", default=None, help="Its public key; made up unless given.")
def branch(parent: str, name: str, level: str, area: str, zone: str | None, key: str | None) -> None:
    """Open a branch under the bank or branch PARENT (a public key)."""
    made = _do(
        commands.open_branch, parent, about="parent", name=name, level=level, area_code=area, zone_code=zone,
        public_key=key,
    )  # fmt: skip
    click.echo(f"已建立 created: {made.public_key}")


@organisation.command("rename")
@click.argument("key")
@click.argument("name")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="From which day.")
@click.option("--reason", required=True)
def rename(key: str, name: str, day: datetime, reason: str) -> None:
    """Give it a new name from a day on; the old one stays for the days before."""
    _do(commands.rename_organisation, key, about="organisation", name=name, on_day=day.date(), reason=reason)
    click.echo("已改名 renamed")


@organisation.command("close")
@click.argument("key")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="From which day.")
@click.option("--reason", required=True)
def close(key: str, day: datetime, reason: str) -> None:
    """Close it: its people are shut out, what it did stays."""
    _do(commands.close_organisation, key, about="organisation", on_day=day.date(), reason=reason)
    click.echo("已关闭 closed")


@organisation.command("list")
@click.option("--kind", type=click.Choice(KINDS), default=None)
def list_all(kind: str | None) -> None:
    """Every organisation, one a line: depth by indent, key, name, kind, level, area, zone, closed."""
    for node in queries.whole_tree(storage.session(), kind=kind or ""):
        row = node.organisation
        marks = [row.kind, row.level, row.area_code, row.zone_code or "", "" if row.active else "closed"]
        click.echo("\t".join(["  " * node.depth + row.public_key, row.name, *marks]))

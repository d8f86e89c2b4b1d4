"""``flask report NAME``: a large report on fresh columns, printed; ``--check`` beside the SQL on the tables."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click
from flask import current_app
from flask.cli import with_appcontext

from matchmaking.delivery.audits.cli import read_day
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation import clock, storage
from matchmaking.oversight.reports.asked import Asked, Row
from matchmaking.oversight.reports.commands import by_oracle, differing, reckoned, refresh, snapshots_in
from matchmaking.oversight.reports.texts import HORIZONS, TEXTS
from matchmaking.registry.portfolios.queries import all_portfolios, portfolio_by_code
from matchmaking.rulebook import LANGUAGES, explain, say

REFUSED, DIFFERS = 2, 1
HEADS = {
    "conversion": ("lender", "month", "area", "grade", "papers", "signed", "with_money", "paid", "in_full"),
    "waiting": ("lender", "papers", "with_money", "longest", *(f"left_{day}" for day in HORIZONS)),
    "reconciled": ("lender", "class", "count", "minor"),
}


@click.command("report")
@click.argument("name", type=click.Choice(tuple(TEXTS)))
@click.option("--portfolio", "code", required=True, help="Portfolio's code.")
@click.option("--as-of", "as_of", default="", help="The day in the world, YYYY-MM-DD; today by default.")
@click.option("--known-at", "known_at", default="", help="The day of our records, YYYY-MM-DD; now by default.")
@click.option("--anew", is_flag=True, help="Pull all columns anew.")
@click.option("--check", is_flag=True, help="Reckon by SQL on the tables as well; ends with 1 where they differ.")
@click.option("--json", "as_json", is_flag=True, help="Rows as JSON instead of tab-separated text; money in fen.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="zh", show_default=True)
@with_appcontext
def report(
    name: str, code: str, as_of: str, known_at: str, anew: bool, check: bool, as_json: bool, lang: str
) -> None:  # fmt: skip
    """Conversion by lender, month, area and grade; waiting for first money; who stands behind each report."""
    try:
        asked = _asked(code, as_of, known_at)
    except Refusal as refusal:
        for reason in refusal.reasons:
            click.echo(explain(reason, lang), err=True)
        raise SystemExit(REFUSED) from None
    snapshots = snapshots_in(current_app.config["SETTINGS"].instance)
    refresh(snapshots, anew=anew)
    rows = reckoned(snapshots, asked)
    _print(name, rows[name], as_json)
    if check:
        wrong = differing(rows, by_oracle(asked))
        click.echo(say("reports_differ" if wrong else "reports_equal", lang, names=", ".join(wrong)), err=True)
        raise SystemExit(DIFFERS if wrong else 0)


def _asked(code: str, as_of: str, known_at: str) -> Asked:
    session = storage.session()
    found = portfolio_by_code(session, "".join(char for char in code[:60] if char.isprintable()))
    if found is None:
        known = ", ".join(portfolio.code for portfolio in all_portfolios(session)) or "—"
        raise Refusal(Reason("portfolio_unknown", {"code": code[:60], "known": known}))
    days = [read_day(text) if text else clock.today() for text in (as_of, known_at)]
    session.rollback()
    return Asked.on(found.id, *days)


def _print(name: str, rows: Sequence[Row], as_json: bool) -> None:
    heads = HEADS[name]
    if as_json:
        click.echo(json.dumps([dict(zip(heads, row, strict=True)) for row in rows], ensure_ascii=False, indent=1))
        return
    click.echo("\t".join(heads))
    for row in rows:
        click.echo("\t".join(f"{each:.6f}" if isinstance(each, float) else str(each) for each in row))

"""``flask audit --portfolio NAME --as-of DAY [--known-at DAY] [--json]``: reckoned live, nothing is stored.

``flask audit detectors --score``: how well the detectors do on a portfolio with planted patterns and innocent twins.
"""

from __future__ import annotations

import json
import re
from datetime import date

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from matchmaking.delivery.audits.commands import reckon
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation import clock, storage
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import all_portfolios, portfolio_by_code
from matchmaking.rulebook import LANGUAGES, explain

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
REFUSED = 2
"""Exit status when there is no answer."""


@click.group("audit", invoke_without_command=True)
@click.option("--portfolio", "code", default=None, help="Portfolio's code.")
@click.option("--as-of", "as_of", default=None, help="The day in the world, YYYY-MM-DD.")
@click.option("--known-at", "known_at", default="", help="The day of our records, YYYY-MM-DD; now by default.")
@click.option("--json", "as_json", is_flag=True, help="The whole audit as JSON (docs/audit.schema.json).")
@click.option("--lang", type=click.Choice(LANGUAGES), default="zh", show_default=True, help="Language of the table.")
@click.pass_context
@with_appcontext
def audit(context: click.Context, code: str | None, as_of: str | None, known_at: str, as_json: bool, lang: str) -> None:
    """Where signed money went: the ledger, the rates with whom they are about, and what needs a word.

    Ends with 2 and the reason in words when the portfolio or a day is not known.
    """
    if context.invoked_subcommand is not None:
        return
    for option, given in (("--portfolio", code), ("--as-of", as_of)):
        if given is None:
            raise click.MissingParameter(ctx=context, param_hint=f"'{option}'", param_type="option")
    try:
        payload = _payload(code or "", as_of or "", known_at)
    except Refusal as refusal:
        for reason in refusal.reasons:
            click.echo(explain(reason, lang), err=True)
        raise SystemExit(REFUSED) from None
    if as_json:
        click.echo(json.dumps(payload, ensure_ascii=False, indent=1, allow_nan=False))
        return
    from matchmaking.delivery.audits.printed import print_audit

    print_audit(payload, lang)


@audit.command("detectors")
@click.option("--score", "scored", is_flag=True, help="Measure them on planted patterns and innocent twins.")
@click.option("--seed", default=1, show_default=True, help="Which planted portfolio.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="zh", show_default=True, help="Language of the table.")
@with_appcontext
def detectors(scored: bool, seed: int, as_json: bool, lang: str) -> None:
    """The twelve detectors; with --score planted, found, false alarms, precision, recall and the twins' fires."""
    from matchmaking.delivery.audits.printed_flags import print_detectors, print_scores

    if not scored:
        print_detectors(lang)
        return
    from matchmaking.delivery.flags.planting.scoring import score

    scores = score(seed)
    if as_json:
        click.echo(json.dumps({"seed": seed, "detectors": [each.as_json() for each in scores]}, indent=1))
        return
    print_scores(scores, seed, lang)


def _payload(code: str, as_of: str, known_at: str) -> dict[str, object]:
    day, known_on = read_day(as_of), read_day(known_at) if known_at else clock.today()
    session = storage.session()
    return reckon(session, _portfolio(session, code), as_of=day, known_on=known_on).payload


def read_day(text: str) -> date:
    """A day as ``2025-06-30``, ASCII digits only; refuses anything else with ``day_unreadable``."""
    try:
        if DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Refusal(Reason("day_unreadable", {"text": text[:40]}))


def _portfolio(session: Session, code: str) -> Portfolio:
    clean = "".join(char for char in code[:60] if char.isprintable())
    found = portfolio_by_code(session, clean)
    if found is None:
        known = ", ".join(portfolio.code for portfolio in all_portfolios(session)) or "—"
        raise Refusal(Reason("portfolio_unknown", {"code": clean, "known": known}))
    return found

"""``flask audit --portfolio NAME --as-of DAY [--known-at DAY] [--json]``: reckoned live, nothing is stored."""

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


@click.command("audit")
@click.option("--portfolio", "code", required=True, help="Portfolio's code.")
@click.option("--as-of", "as_of", required=True, help="The day in the world, YYYY-MM-DD.")
@click.option("--known-at", "known_at", default="", help="The day of our records, YYYY-MM-DD; now by default.")
@click.option("--json", "as_json", is_flag=True, help="The whole audit as JSON (docs/audit.schema.json).")
@click.option("--lang", type=click.Choice(LANGUAGES), default="zh", show_default=True, help="Language of the table.")
@with_appcontext
def audit(code: str, as_of: str, known_at: str, as_json: bool, lang: str) -> None:
    """Where signed money went: the ledger, the rates with whom they are about, and what needs a word.

    Ends with 2 and the reason in words when the portfolio or a day is not known.
    """
    try:
        payload = _payload(code, as_of, known_at)
    except Refusal as refusal:
        for reason in refusal.reasons:
            click.echo(explain(reason, lang), err=True)
        raise SystemExit(REFUSED) from None
    if as_json:
        click.echo(json.dumps(payload, ensure_ascii=False, indent=1, allow_nan=False))
        return
    from matchmaking.delivery.audits.printed import print_audit

    print_audit(payload, lang)


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

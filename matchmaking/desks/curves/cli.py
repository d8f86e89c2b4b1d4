"""``flask curves --portfolio NAME --as-of DAY [--known-at DAY] [--wait CODE] [--by GROUPS]``: reckoned live."""

from __future__ import annotations

import json
from typing import Any

import click
from flask.cli import with_appcontext

from matchmaking.delivery.audits.cli import REFUSED, read_day
from matchmaking.desks.curves.commands import reckon_curves
from matchmaking.desks.curves.facts import ALL, WAITS
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation import clock, storage
from matchmaking.registry.portfolios.queries import all_portfolios, portfolio_by_code
from matchmaking.rulebook import LANGUAGES, explain


@click.command("curves")
@click.option("--portfolio", "code", required=True, help="Portfolio's code.")
@click.option("--as-of", "as_of", required=True, help="The day in the world, YYYY-MM-DD.")
@click.option("--known-at", "known_at", default="", help="The day of our records, YYYY-MM-DD; now by default.")
@click.option("--wait", "wait", default="sign_first_verified", show_default=True, help=", ".join(WAITS))
@click.option("--by", "by", default=ALL, show_default=True, help="all, bank, product, grade, event or area.")
@click.option("--json", "as_json", is_flag=True, help="Every group of the wait as JSON.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="zh", show_default=True, help="Language of the table.")
@with_appcontext
def curves(code: str, as_of: str, known_at: str, wait: str, by: str, as_json: bool, lang: str) -> None:
    """How long needs, decisions and money take, with those who still wait and with what else ends the wait.

    Nothing is stored. Ends with 2 and the reason in words where there is no answer.
    """
    try:
        payload = _payload(code, as_of, known_at, wait, by)
    except Refusal as refusal:
        for reason in refusal.reasons:
            click.echo(explain(reason, lang), err=True)
        raise SystemExit(REFUSED) from None
    if as_json:
        click.echo(json.dumps(payload, ensure_ascii=False, indent=1, allow_nan=False))
        return
    from matchmaking.desks.curves.printed import print_curves

    print_curves(payload, by, lang)


def _payload(code: str, as_of: str, known_at: str, wait: str, by: str) -> dict[str, Any]:
    day, known_on, session = read_day(as_of), read_day(known_at) if known_at else clock.today(), storage.session()
    told = WAITS.get(wait)
    if told is None:
        raise Refusal(Reason("curves_wait_unknown", {"wait": wait[:40], "known": ", ".join(WAITS)}))
    if by not in told.by:
        raise Refusal(Reason("curves_by_unknown", {"wait": wait, "by": by[:40], "known": ", ".join(told.by)}))
    clean = "".join(char for char in code[:60] if char.isprintable())
    portfolio = portfolio_by_code(session, clean)
    if portfolio is None:
        known = ", ".join(one.code for one in all_portfolios(session)) or "—"
        raise Refusal(Reason("portfolio_unknown", {"code": clean, "known": known}))
    head = {"portfolio": code, "title_zh": portfolio.title_zh, "title_en": portfolio.title_en,
            "as_of": day.isoformat(), "known_at": known_on.isoformat()}  # fmt: skip
    found = reckon_curves(session, portfolio, as_of=day, known_on=known_on, only=wait)
    return head | found.get(wait, {"wait": wait, "slices": {}})

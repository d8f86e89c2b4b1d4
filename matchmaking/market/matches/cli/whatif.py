"""``flask match whatif [--product KEY] [--rule CODE] [--to VALUE] [--as-of DAY] [--json]``: nothing is stored."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation import clock, storage
from matchmaking.market.matches.whatif import catalogue_payload, product_payload
from matchmaking.market.matches.wording import said
from matchmaking.rulebook import LANGUAGES

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
REFUSED = 2
"""Exit status when there is no answer."""


@click.command("whatif")
@click.option("--product", "key", default="", help="Public key of a product on offer; the whole catalogue without it.")
@click.option("--rule", "rule", default="", help="One rule only (amount, term, region, years, …).")
@click.option("--to", "to", default="", help="A value to relax the rule to: 万元, months, %, a grade, codes, or *.")
@click.option("--as-of", "as_of", default="", help="The day on which needs and products are judged; today by default.")
@click.option("--json", "as_json", is_flag=True, help="All of it as JSON, amounts in minor units.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="zh", show_default=True, help="Language of the tables.")
@with_appcontext
def whatif(key: str, rule: str, to: str, as_of: str, as_json: bool, lang: str) -> None:
    """Which rule shuts out the most firms and money, alone and jointly, and what relaxing it would open.

    Counts the needs that stand verified now, with their firms, products and rates as of the day. Ends with 2 and the
    reason in words where there is no answer.
    """
    try:
        payload = _payload(key, rule, to, as_of)
    except Refusal as refusal:
        for reason in refusal.reasons:
            click.echo(said(reason, lang), err=True)
        raise SystemExit(REFUSED) from None
    if as_json:
        click.echo(json.dumps(payload, ensure_ascii=False, indent=1, allow_nan=False))
        return
    from matchmaking.market.matches.cli.printed import print_catalogue, print_product

    (print_product if key else print_catalogue)(payload, lang)


def _payload(key: str, rule: str, to: str, as_of: str) -> dict[str, Any]:
    on, session = _day(as_of), storage.session()
    if to and not (key and rule):
        raise Refusal(Reason("whatif_to_needs_rule"))
    if key:
        return product_payload(session, on, key, rule=rule, to=to)
    return catalogue_payload(session, on, rule=rule)


def _day(text: str) -> date:
    if not text:
        frozen = current_app.config["SETTINGS"].frozen_day
        return date.fromisoformat(frozen) if frozen else clock.today()
    try:
        if DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Refusal(Reason("day_unreadable", {"text": text[:40]}))

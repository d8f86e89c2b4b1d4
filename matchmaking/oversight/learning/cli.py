"""``flask match backtest``: a fitted card beside a hand-set one, on later loans."""

from __future__ import annotations

import json

import click
from flask.cli import with_appcontext

from matchmaking.delivery.audits.cli import read_day
from matchmaking.domain.matching.learning.backtest import backtest as tried
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.market.matches.cli.ranking import in_language, refusing
from matchmaking.market.matches.loan_lists import layout_at, loans_in
from matchmaking.oversight.learning.told import as_json as told_as_json
from matchmaking.oversight.learning.told import print_backtest


@click.command("backtest")
@click.option("--train", default="", help="Past loans with their lenders, .csv or .csv.gz.")
@click.option("--mapping", default="", help="Layout of the file: sba-rank, ppp-rank, or a TOML file.")
@click.option("--split", default="", help="Learn before this day, try on the loans from it on; YYYY-MM-DD.")
@click.option("--json", "as_json", is_flag=True, help="Every figure as JSON.")
@in_language
@with_appcontext
@refusing
def backtest(train: str, mapping: str, split: str, as_json: bool, lang: str) -> None:
    """Learn from loans before a day and try the card on those after it, beside plainer rules.

    Ends with 2 and the reason in words where a file or a day cannot be read, or too little lies on either side.
    """
    if not (train and mapping):
        raise Refusal(Reason("backtest_needs"))
    layout = layout_at(mapping)
    day = read_day(split) if split else None
    found = tried(loans_in(train, layout, with_lender=True), layout, day)
    if as_json:
        click.echo(json.dumps(told_as_json(found), ensure_ascii=False, indent=1, allow_nan=False))
    else:
        print_backtest(found, lang)


COMMANDS: tuple[click.Command, ...] = (backtest,)

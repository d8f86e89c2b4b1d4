"""``flask match rank``: lenders for each query, learned from a list of past loans."""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from matchmaking.domain.matching.learning.card import learn
from matchmaking.domain.matching.learning.lines import Encoded, Memory
from matchmaking.domain.matching.learning.ranking import LONGEST, ranked
from matchmaking.domain.reasons import Refusal
from matchmaking.market.matches.loan_lists import layout_at, loans_in, written
from matchmaking.rulebook import LANGUAGES, explain, say

REFUSED = 2
"""Exit status when there is no answer."""
in_language = click.option("--lang", type=click.Choice(LANGUAGES), default="zh", show_default=True, help="Language.")


def refusing(command: Callable[..., None]) -> Callable[..., None]:
    """Ends with 2 and the reasons in words where ``command`` refuses."""

    @wraps(command)
    def run(*args: Any, **options: Any) -> None:
        try:
            command(*args, **options)
        except Refusal as refusal:
            for reason in refusal.reasons:
                click.echo(explain(reason, options["lang"]), err=True)
            raise SystemExit(REFUSED) from None

    return run


@click.command("rank")
@click.option("--train", required=True, help="Past loans with their lenders, .csv or .csv.gz.")
@click.option("--queries", required=True, help="The same columns without the lender.")
@click.option("--mapping", required=True, help="Layout of both files: sba-rank, ppp-rank, or a TOML file.")
@click.option("--out", required=True, help="Where id,rank,lender go; .csv or .csv.gz.")
@click.option("--top", type=click.IntRange(1, LONGEST), default=LONGEST, show_default=True, help="Lenders per query.")
@in_language
@refusing
def rank(train: str, queries: str, mapping: str, out: str, top: int, lang: str) -> None:
    """Rank lenders for each query by a card learned from past loans.

    Ends with 2 and the reason in words (with row and column) where a file cannot be read.
    """
    layout = layout_at(mapping)
    wanted = loans_in(queries, layout, with_lender=False)
    past = Encoded(layout, loans_in(train, layout, with_lender=True).by_day())
    asked = Encoded(layout, wanted, like=past)
    card, memory = learn(past), Memory(past, len(past.days))
    with written(out) as text:
        lines = csv.writer(text, lineterminator="\n")
        lines.writerow(("id", "rank", "lender"))
        for block in ranked(card, memory, asked, top):
            for place, best in zip(block.places.tolist(), block.best.tolist(), strict=True):
                lines.writerows((wanted.ids[place], nth, past.names[lender]) for nth, lender in enumerate(best, 1))
    click.echo(say("rank_written", lang, queries=f"{len(wanted):,}", file=out))
    click.echo(say("rank_note", lang))

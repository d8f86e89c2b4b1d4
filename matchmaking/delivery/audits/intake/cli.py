"""``flask statement import FILE --mapping NAME --portfolio NAME --as-of DAY`` and ``flask statement mappings``."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from matchmaking.delivery.audits.intake import CameOf, import_file
from matchmaking.delivery.statements.catalogue import all_mappings, mapping_at
from matchmaking.delivery.statements.commands import Wanted
from matchmaking.delivery.statements.reading import ACCEPTED, OnProgress, RowsRefused
from matchmaking.domain.money import plain_amount
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.files import keep
from matchmaking.foundation.web.hygiene import UnfitCharacters, check_text
from matchmaking.rulebook import LANGUAGES, explain, say

ACTOR = "shell"
SHOWN = 50
"""Row errors told in full; the rest are counted."""
LARGEST_FILE = 50 * 1024 * 1024
"""Bytes; what the sandbox reads at most."""
REFUSED = 2
"""Exit status when nothing was taken in."""

statement = AppGroup("statement", help="Statements: take one in, list the mappings.")
language = click.option("--lang", type=click.Choice(LANGUAGES), default="zh", help="Language of the answer.")
existing = click.Path(exists=True, dir_okay=False, path_type=Path)


class Day(click.ParamType):
    """A day as ``2020-11-30``."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the day; ASCII digits only."""
        if isinstance(value, date):
            return value
        try:
            if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        return self.fail(f"{value!a}: YYYY-MM-DD", param, ctx)


def readable(_context: click.Context, parameter: click.Parameter, value: str) -> str:
    """A text that either engine can hold: bytes of another encoding come from the shell as halves of a pair."""
    try:
        check_text(value)
    except UnfitCharacters:
        raise click.BadParameter(f"{value!a}: these characters cannot be kept", param=parameter) from None
    return value


@statement.command("import")
@click.argument("file", type=existing)
@click.option("--mapping", required=True, help="Name of a mapping (flask statement mappings), or a .toml file.")
@click.option("--portfolio", required=True, callback=readable, help="Portfolio's code; it is made where there is none.")
@click.option("--as-of", "as_of", required=True, type=Day(), help="The day the statement speaks of.")
@click.option("--another-series", is_flag=True, help="It may stand beside statements of another series.")
@click.option("--title-zh", default="", callback=readable, help="Chinese title of a new portfolio.")
@click.option("--title-en", default="", callback=readable, help="English title of a new portfolio.")
@language
def import_command(
    file: Path,
    mapping: str,
    portfolio: str,
    as_of: date,
    another_series: bool,
    title_zh: str,
    title_en: str,
    lang: str,
) -> None:
    """Take in FILE, all of it or nothing. Ends with 2 and every error in words when it was refused."""
    try:
        catalogued = mapping_at(mapping)
        with file.open("rb") as stream:
            kept = keep(stream, name=file.name, media=ACCEPTED, limit=LARGEST_FILE)
        with _progress(say("import_reading", lang)) as on_progress:
            came = import_file(
                kept,
                actor=ACTOR,
                catalogued=catalogued,
                wanted=Wanted(portfolio, title_zh, title_en, another_series),
                as_of=as_of,
                at=clock.now(),
                on_progress=on_progress,
            )
    except Refusal as refusal:
        raise SystemExit(_refused(refusal, lang)) from None
    _tell(came, lang)


@statement.command("mappings")
@language
def mappings_command(lang: str) -> None:
    """Every mapping of the house: name, series and title."""
    for each in all_mappings():
        click.echo(f"{each.name}\t{each.series}\t{each.title[lang]}")


def _refused(refusal: Refusal, lang: str) -> int:
    for reason in refusal.reasons:
        click.echo(explain(reason, lang), err=True)
    if isinstance(refusal, RowsRefused):
        for error in refusal.errors[:SHOWN]:
            place = say("import_place", lang, line=error.line, column=error.column or None)
            click.echo(f"{place} {explain(error.reason, lang)}", err=True)
        if refusal.error_count > SHOWN:
            click.echo(say("import_more_errors", lang, count=refusal.error_count - SHOWN), err=True)
    return REFUSED


def _tell(came: CameOf, lang: str) -> None:
    params = {"statement": came.statement, "rows": came.rows, "findings": came.findings, "portfolio": came.portfolio}
    if not came.new:
        click.echo(say("import_same_again", lang, statement=came.statement, rows=came.rows))
        return
    click.echo(say("import_done", lang, **params, as_of=came.as_of.isoformat()))
    told = came.comparison or {}
    for code, part in (("import_against", told), ("import_corrects", told.get("corrects"))):
        if part and "counts" in part:
            against = part.get("against", part)
            _tell_comparison(code, {"key": against["key"], "as_of": against["as_of"]}, part, lang)


def _tell_comparison(code: str, against: dict[str, str], part: dict[str, Any], lang: str) -> None:
    counts = "  ".join(f"{say('change_' + kind, lang)} {number:,}" for kind, number in sorted(part["counts"].items()))
    click.echo(say(code, lang, statement=against["key"], as_of=against["as_of"]))
    click.echo(f"  {counts}")
    for bridge in part["bridges"]:
        amounts = {key: plain_amount(value) for key, value in bridge.items() if key != "measure"}
        measure = say("field_" + bridge["measure"], lang)
        click.echo("  " + say("import_bridge", lang, measure=measure, **amounts))


@contextmanager
def _progress(words: str) -> Iterator[OnProgress | None]:
    """A bar on a terminal; nothing where the output goes into a file or another program."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task(words, total=None)
        yield lambda done, total: progress.update(bar, completed=done, total=total)

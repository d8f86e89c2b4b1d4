"""The detectors on a terminal: what they are, and how well they do on planted patterns."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from matchmaking.delivery.flags.planting.scoring import Score
from matchmaking.domain.conversion.detectors import DETECTORS
from matchmaking.domain.money import percent_text
from matchmaking.rulebook import say

WIDTH = 120


def print_detectors(lang: str) -> None:
    """Each detector with who may answer and why what it sees may be innocent."""
    table = Table(box=box.SIMPLE_HEAD)
    for head in ("detector_head", "detector_rule", "detector_answers", "detector_innocent"):
        table.add_column(say(head, lang))
    for one in DETECTORS:
        parties = " ".join(say(f"flag_party_{party}", lang) for party in one.answers)
        innocent = "\n".join(say(code, lang) for code in one.innocent)
        table.add_row(say(f"flag_{one.code}", lang), _kind(one.exact, lang), parties, innocent)
    _console().print(table)


def print_scores(scores: Sequence[Score], seed: int, lang: str) -> None:
    """Planted, found, false alarms, precision, recall, twins and what was said of them."""
    table = Table(title=say("detector_scored", lang, seed=seed), title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column(say("detector_head", lang))
    table.add_column(say("detector_rule", lang))
    heads = ("planted", "found", "false_alarms", "precision", "recall", "twins", "twin_fires")
    for head in heads:
        table.add_column(say(f"detector_{head}", lang), justify="right")
    for each in scores:
        figures = (each.planted, each.found, each.false_alarms)
        rates = (_rate(each.precision), _rate(each.recall))
        cells = (*map(str, figures), *rates, str(each.twins), str(each.twin_fires))
        table.add_row(say(f"flag_{each.code}", lang), _kind(each.exact, lang), *cells)
    _console().print(table)


def _kind(exact: bool, lang: str) -> str:
    return say("detector_exact" if exact else "detector_chance", lang)


def _rate(ppm: int | None) -> str:
    return "—" if ppm is None else percent_text(ppm, 1)


def _console() -> Console:
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=WIDTH)

"""A backtest on past loans as JSON has it, and as tables on a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from matchmaking.domain.matching.learning.backtest import Backtest, Group
from matchmaking.domain.matching.learning.measures import Measured
from matchmaking.rulebook import say

WIDTH = 120
"""Columns when the output is no terminal."""
FIGURES = {"hit1": "Hit@1", "hit3": "Hit@3", "hit5": "Hit@5", "hit10": "Hit@10", "mrr": "MRR"}


def as_json(found: Backtest) -> dict[str, Any]:
    """Every figure with its interval; weights by line and by level."""
    levels = zip(found.card.levels, found.card.weights.tolist(), strict=True)
    return {
        "split": found.split.isoformat(),
        "learned": found.learned,
        "tried": found.tried,
        "lenders": found.lenders,
        "points": {line: round(points, 4) for line, points in found.card.table().items()},
        "levels": {level.name: round(weight, 6) for level, weight in levels},
        "groups": {name: _group(group) for name, group in found.groups.items()},
        "calibration": [
            {"pairs": one.pairs, "expected": round(one.expected, 6), "seen": round(one.seen, 6)}
            for one in found.calibration
        ],
    }


def _group(group: Group) -> dict[str, Any]:
    ways, gains = ({way: _figures(told) for way, told in of.items()} for of in (group.ways, group.gains))
    return {"n": group.n, "ways": ways, "gains": gains}


def _figures(told: Mapping[str, Measured]) -> dict[str, Any]:
    return {
        name: {"value": round(one.value, 6), "low": round(one.low, 6), "high": round(one.high, 6)}
        for name, one in told.items()
    }


def print_backtest(found: Backtest, lang: str) -> None:
    """The tables in ``zh`` or ``en``."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH)
    facts = {"learned": f"{found.learned:,}", "lenders": f"{found.lenders:,}"}
    console.print(say("backtest_title", lang, split=found.split.isoformat(), tried=f"{found.tried:,}"))
    console.print(say("backtest_facts", lang, **facts))
    for name, group in found.groups.items():
        title = f"{say(f'backtest_group_{name}', lang)} · n = {group.n:,}"
        console.print(_table(title, "backtest_way", group.ways, lang, signed=False))
        console.print(_table(say("backtest_gain", lang), "backtest_way", group.gains, lang, signed=True))
    console.print(_calibration(found, lang))
    console.print(_weights(found, lang))
    console.print(say("rank_note", lang))


def _table(title: str, head: str, ways: Mapping[str, Mapping[str, Measured]], lang: str, *, signed: bool) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column(say(head, lang))
    for words in FIGURES.values():
        table.add_column(words, justify="right")
    for way, told in ways.items():
        table.add_row(say(f"backtest_way_{way}", lang), *(_figure(told.get(name), signed) for name in FIGURES))
    return table


def _figure(one: Measured | None, signed: bool) -> str:
    if one is None:
        return "—"
    sign = "+" if signed else ""
    return f"{one.value:{sign}.3f} [{one.low:{sign}.3f}, {one.high:{sign}.3f}]".replace("[", "(").replace("]", ")")


def _calibration(found: Backtest, lang: str) -> Table:
    table = Table(title=say("backtest_calibration", lang), title_justify="left", box=box.SIMPLE_HEAD)
    for code in ("backtest_pairs", "backtest_expected", "backtest_seen"):
        table.add_column(say(code, lang), justify="right")
    for one in found.calibration:
        table.add_row(f"{one.pairs:,}", f"{one.expected:.4f}", f"{one.seen:.4f}")
    return table


def _weights(found: Backtest, lang: str) -> Table:
    table = Table(title=say("backtest_weights", lang), title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column(say("backtest_line", lang))
    table.add_column(say("backtest_points", lang), justify="right")
    for line, points in sorted(found.card.table().items(), key=lambda told: -told[1]):
        table.add_row(say(f"rank_line_{line}", lang), f"{points:.1f}")
    return table


def print_fit(payload: Mapping[str, Any], lang: str) -> None:
    """Weights fitted for the city beside the hand-set ones, and how both did on its later loans."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH)
    console.print(say("policy_fit_title", lang, **{name: payload[name] for name in ("since", "until", "choices")}))
    console.print(
        say("policy_fit_facts", lang, **{name: payload[name] for name in ("verified", "from_needs", "as_of")})
    )
    table = Table(title=say("policy_fit_weights", lang), title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column(say("backtest_line", lang))
    for code in ("backtest_way_hand", "backtest_way_card"):
        table.add_column(say(code, lang), justify="right")
    for line, points in payload["hand"]["weights"].items():
        table.add_row(say(f"match_line_{line}", lang), str(points), str(payload["weights"][line]))
    console.print(table)
    title = say("policy_fit_tried", lang, **{name: payload[name] for name in ("split", "learned", "tried")})
    console.print(_in_millionths(title, payload, lang))
    console.print(say("policy_fit_wide", lang))
    console.print(say("rank_note", lang))


def _in_millionths(title: str, payload: Mapping[str, Any], lang: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column(say("backtest_way", lang))
    for words in FIGURES.values():
        table.add_column(words, justify="right")
    rows = [(say(f"backtest_way_{way}", lang), told, False) for way, told in payload["ways"].items()]
    for words, told, signed in (*rows, (say("policy_fit_gain", lang), payload["gain"], True)):
        cells = [Measured(*(number / 1_000_000 for number in told[name])) for name in FIGURES]
        table.add_row(words, *(_figure(one, signed) for one in cells))
    return table

"""Curves as a table on a terminal, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from matchmaking.desks.curves.facts import WAITS
from matchmaking.domain.money import percent_text
from matchmaking.rulebook import say, words
from matchmaking.rulebook.reference import divisions

WIDTH = 120
"""Columns when the output is no terminal."""
NONE = "—"
HEADS = ("day", "at_risk", "events", "share", "interval", "waiting", "interval", "naive")


def print_curves(payload: Mapping[str, Any], by: str, lang: str) -> None:
    """One wait told apart by ``by``, in ``zh`` or ``en``."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH)
    title = payload[f"title_{lang}"]
    days = {"as_of": payload["as_of"], "known": payload["known_at"]}
    console.print(say("curves_head", lang, title=title, code=payload["portfolio"], **days))
    told = payload["slices"].get(by, {"groups": []})
    console.print(f"[bold]{say('wait_' + payload['wait'], lang)}[/bold]")
    if not told["groups"]:
        console.print(say("curves_nothing", lang))
    for group in told["groups"]:
        if not group["suppressed"]:
            console.print(_table(payload, group, lang))
            console.print(medians_said(group, lang))
    _foot(console, payload, told, lang)


def _table(payload: Mapping[str, Any], group: Mapping[str, Any], lang: str) -> Table:
    main = WAITS[payload["wait"]].main
    table = Table(title=f"{name_of(group, lang)} (n = {group['n']:,})", title_justify="left", box=box.SIMPLE_HEAD)
    for head in HEADS:
        table.add_column(say(f"curves_{head}", lang), justify="right")
    for mark in group["marks"]:
        if mark["shares"] is None:
            beyond = [f"{mark['events'][main]:,}", say("curves_beyond", lang), *[NONE] * 4]
            table.add_row(str(mark["day"]), "0", *beyond)
            continue
        shares = [_share(mark["shares"][main]), _bounds(mark["interval"]), _share(mark["waiting"])]
        rest = [_bounds(mark["waiting_interval"]), _share(mark["naive"])]
        table.add_row(str(mark["day"]), f"{mark['at_risk']:,}", f"{mark['events'][main]:,}", *shares, *rest)
    return table


def _foot(console: Console, payload: Mapping[str, Any], told: Mapping[str, Any], lang: str) -> None:
    difference = told.get("difference")
    if difference:
        said = {"chi": f"{difference['chi_square'] // 1000}.{difference['chi_square'] % 1000:03d}",
                "freedom": difference["freedom"], "p": p_said(difference["p"])}  # fmt: skip
        console.print(say("curves_difference", lang, **said))
    small = [f"{name_of(group, lang)} ({group['n']})" for group in told["groups"] if group["suppressed"]]
    if small:
        joined = {"zh": "、", "en": ", "}[lang].join(small)
        console.print(say("curves_suppressed", lang, least=payload["least"], names=joined))
    for code, count in payload.get("apart", {}).items():
        if count:
            console.print(say(f"wait_apart_{code}", lang, count=count))


def medians_said(group: Mapping[str, Any], lang: str) -> str:
    """Both medians by their names, and the restricted mean."""
    median, mean = group["median"], group["mean"]
    return say(
        "curves_medians", lang, median=tenths(median["days"]), bounds=between(median["low"], median["high"]),
        naive=tenths(group["naive_median"]), until=mean["until"], mean=tenths(mean["days"]),
        error=tenths(mean["error"]),
    )  # fmt: skip


def name_of(group: Mapping[str, Any], lang: str) -> str:
    """A group's name: what it is called, a grade or a county in words."""
    name = str(group["name"])
    for code in (f"wait_by_{name}", f"instrument_{name}"):
        if code in words():
            return say(code, lang)
    county = next((one for one in divisions().counties if one.code == name), None)
    return name if county is None else county.en if lang == "en" else county.zh


def tenths(days: int | None) -> str:
    """``97.5``; a dash where there is none."""
    return NONE if days is None else f"{days // 10}.{days % 10}"


def between(low: int | None, high: int | None) -> str:
    """Tenths of days as ``12.0–20.5``; ``≥ 12.0`` where the data set no upper bound."""
    if low is None:
        return NONE
    return f"≥ {tenths(low)}" if high is None else f"{tenths(low)}–{tenths(high)}"


def p_said(ppm: int) -> str:
    """``0.031``; below a thousandth only that."""
    return "< 0.001" if ppm < 1000 else f"{ppm // 1_000_000}.{ppm % 1_000_000 // 1000:03d}"


def _share(ppm: int) -> str:
    return percent_text(ppm, 1)


def _bounds(found: list[int] | None) -> str:
    return NONE if found is None else f"{_share(found[0])}–{_share(found[1])}"

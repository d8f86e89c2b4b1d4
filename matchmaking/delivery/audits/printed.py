"""An audit as tables on a terminal: the bar's rows, the rates with whom they are about, what needs a word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from matchmaking.domain.money import per_million, percent_text, plain_amount
from matchmaking.domain.reasons import Reason
from matchmaking.rulebook import explain, say, words

WIDTH = 120
"""Columns when the output is no terminal."""


def print_audit(payload: Mapping[str, Any], lang: str) -> None:
    """Print ``payload`` in ``zh`` or ``en``."""
    console = Console(highlight=False, soft_wrap=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH)
    portfolio = payload["portfolio"]
    console.print(f"[bold]{portfolio[f'title_{lang}']}[/bold] ({portfolio['code']})")
    days = {"as_of": payload["as_of"], "known": payload["known_at"], "currency": portfolio["currency"]}
    console.print(say("audit_days", lang, **days))
    # a portfolio may stand on statements of several series: the figures below are of all of them
    for statement in payload.get("statements", ()):
        console.print(say("audit_statement", lang, **statement))
    for notice in payload.get("notices", ()):
        console.print(f"[bold]{explain(Reason(notice['code'], notice['params']), lang)}[/bold]")
    places = 4 if portfolio["kind"] == "statement" else 2
    for grade in payload["grades"]:
        console.print(_ledger(grade, lang, places))
    console.print(_rates(payload, lang, places))
    _stock(console, payload, lang)
    _findings(console, payload, lang)


def _ledger(grade: Mapping[str, Any], lang: str, places: int) -> Table:
    signed = grade["signed_minor"]
    title = say("audit_grade", lang, grade=say(f"instrument_{grade['grade']}", lang), count=f"{grade['count']:,}")
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column(say("audit_bucket", lang))
    for code in ("audit_amount", "audit_share", "audit_verified", "audit_count"):
        table.add_column(say(code, lang), justify="right")
    for row in grade["buckets"]:
        name = f"{row['bucket']} {say('bucket_' + row['bucket'], lang)}"
        amount, verified = plain_amount(row["amount_minor"]), plain_amount(row["verified_minor"])
        table.add_row(name, amount, _share(row["amount_minor"], signed, places), verified, f"{row['count']:,}")
    table.add_section()
    verified = sum(row["verified_minor"] for row in grade["buckets"])
    whole = _share(signed, signed, places)
    table.add_row(say("audit_signed", lang), plain_amount(signed), whole, plain_amount(verified), f"{grade['count']:,}")
    return table


def _share(part: int, whole: int, places: int) -> str:
    return f"{percent_text(per_million(part, whole), places)} %" if whole > 0 else "—"


def _rates(payload: Mapping[str, Any], lang: str, places: int) -> Table:
    table = Table(title=say("audit_rates", lang), title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column(say("audit_rate", lang))
    for code in ("audit_percent", "audit_numerator", "audit_denominator"):
        table.add_column(say(code, lang), justify="right")
    table.add_column(say("audit_cohort", lang))
    present = {grade["grade"] for grade in payload["grades"]}
    for measure in payload["measures"]:
        if measure["grade"] in present or measure["denominator"]:
            table.add_row(*_rate(payload, measure, lang, places))
    return table


def _rate(payload: Mapping[str, Any], measure: Mapping[str, Any], lang: str, places: int) -> list[str]:
    cohort = payload["cohorts"][measure["cohort"]]
    grade = f"instrument_{measure['grade']}"
    about = say(grade, lang) if grade in words() else ""
    kind = say(f"measure_kind_{measure['kind']}", lang)
    name = f"{say(measure['passport']['words'], lang)} · {kind}" + (f" · {about}" if about else "")
    figure = say("audit_not_applicable", lang)
    if measure["ppm"] is not None:
        figure = f"{percent_text(measure['ppm'], places)} %"
    if measure["passport"]["provisional"]:
        figure += " *"
    shown = plain_amount if measure["kind"] == "amount" else "{:,}".format
    whom = f"{cohort['digest'][:8]} ({cohort['members']:,})"
    return [name, figure, shown(measure["numerator"]), shown(measure["denominator"]), whom]


def _stock(console: Console, payload: Mapping[str, Any], lang: str) -> None:
    for standing, entry in (("pre_event", payload["prior_stock"]), ("late", payload["late"])):
        for grade in entry["grades"]:
            told = {
                "standing": say(f"standing_{standing}", lang),
                "grade": say(f"instrument_{grade['grade']}", lang),
                "count": grade["count"],
                "amount": plain_amount(grade["signed_minor"]),
            }
            console.print(say("audit_apart", lang, **told))


def _findings(console: Console, payload: Mapping[str, Any], lang: str) -> None:
    """Findings kept, and for statements the anomalies counted from the rows themselves."""
    counts = dict(payload["findings"]) | dict(payload.get("anomalies", {}))
    if not counts:
        console.print(explain(Reason("audit_no_findings"), lang))
        return
    table = Table(title=say("audit_findings", lang), title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column(say("audit_finding", lang))
    table.add_column(say("audit_count", lang), justify="right")
    for code, number in counts.items():
        name = say(f"finding_{code}", lang) if f"finding_{code}" in words() else code
        table.add_row(name, f"{number:,}")
    console.print(table)

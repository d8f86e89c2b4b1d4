"""What-ifs as tables on a terminal, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from matchmaking.domain.money import plain_amount
from matchmaking.domain.reasons import Reason
from matchmaking.market.matches.wording import said
from matchmaking.rulebook import say

WIDTH = 120
"""Columns when the output is no terminal."""
Payload = Mapping[str, Any]


def print_product(payload: Payload, lang: str) -> None:
    """One product in ``zh`` or ``en``."""
    console, product = _console(), payload["product"]
    console.print(f"[bold]{product['bank']} · {product['name']}[/bold] ({product['key']})")
    fitting, asked = payload["fitting"], payload["asked"]
    console.print(
        say("whatif_shell_fitting", lang, day=payload["as_of"], **_counted(fitting), of=f"{asked['needs']:,}")
    )
    heads = ("whatif_rule", "whatif_alone", "whatif_jointly", "whatif_step")
    rows = [[_rule(row["rule"], lang), *(_said(row[name], lang) for name in ("alone", "jointly", "step"))]
            for row in payload["rules"]]  # fmt: skip
    console.print(_table("whatif_shell_rules", heads, rows, lang))
    _pairs(console, payload["pairs"], lang)
    _near(console, payload["near"], lang)
    if "trial" in payload:
        tried = payload["trial"]
        told = {name: _said(tried[name], lang) for name in ("before", "after", "opened")}
        console.print(say("whatif_shell_trial", lang, rule=_rule(tried["rule"], lang), to=tried["to"], **told))


def print_catalogue(payload: Payload, lang: str) -> None:
    """Everything on offer in ``zh`` or ``en``."""
    console, nobody = _console(), payload["nobody"]
    console.print(
        say(
            "whatif_shell_nobody", lang, day=payload["as_of"], products=payload["products"], **_counted(nobody),
            of=f"{payload['asked']['needs']:,}",
        )
    )  # fmt: skip
    names = ("serves", "step", "alone", "jointly")
    heads = ("whatif_rule", "whatif_serves", "whatif_serves_step", "whatif_alone", "whatif_jointly")
    rows = [[_rule(row["rule"], lang), *(_said(row[name], lang) for name in names)] for row in payload["rules"]]
    console.print(_table("whatif_shell_rules", heads, rows, lang))
    _pairs(console, payload["pairs"], lang)
    changed = ("whatif_product", "whatif_rule", "whatif_serves", "whatif_serves_step")
    changes = [
        [f"{row['bank']} · {row['name']}", _rule(row["rule"], lang), _said(row["away"], lang), _said(row["step"], lang)]
        for row in payload["changes"]
    ]
    console.print(_table("whatif_shell_changes", changed, changes, lang))
    firms = [[row["firm"], plain_amount(row["amount_minor"], "wan"), row["need"]] for row in payload["unserved"]]
    console.print(_table("whatif_shell_unserved", ("whatif_firm", "whatif_amount", "whatif_need"), firms, lang))


def _pairs(console: Console, pairs: Sequence[Payload], lang: str) -> None:
    heads = ("whatif_pair", "whatif_both", "whatif_just")
    rows = [[" + ".join(_rule(code, lang) for code in row["rules"]), _said(row["both"], lang), _said(row["just"], lang)]
            for row in pairs]  # fmt: skip
    console.print(_table("whatif_shell_pairs", heads, rows, lang))


def _near(console: Console, near: Sequence[Payload], lang: str) -> None:
    heads = ("whatif_need", "whatif_amount", "whatif_rule", "whatif_steps", "whatif_why")
    rows = [
        [row["need"], plain_amount(row["amount_minor"], "wan"), _rule(row["rule"], lang),
         "—" if row["steps"] is None else f"{row['steps']:,}", said(Reason(**row["reason"]), lang)]
        for row in near
    ]  # fmt: skip
    console.print(_table("whatif_shell_near", heads, rows, lang))


def _console() -> Console:
    console = Console(highlight=False, soft_wrap=False)
    return console if console.is_terminal else Console(highlight=False, width=WIDTH)


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], lang: str) -> Table:
    table = Table(title=say(title, lang), title_justify="left", box=box.SIMPLE_HEAD)
    for head in heads:
        table.add_column(say(head, lang), overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def _rule(code: str, lang: str) -> str:
    return say(f"match_criterion_{code}", lang)


def _counted(tally: Payload) -> dict[str, str]:
    return {
        "needs": f"{tally['needs']:,}",
        "firms": f"{tally['firms']:,}",
        "amount": plain_amount(tally["minor"], "wan"),
    }


def _said(tally: Payload | None, lang: str) -> str:
    """``12 项 · 11 家 · 3,400.00 万元``; 0 for nobody, a dash where there is no such step."""
    if tally is None:
        return "—"
    return say("whatif_tally", lang, **_counted(tally)) if tally["needs"] else "0"

"""``flask match backtest`` and ``flask match fit``: a fitted card beside a hand-set one, and proposing it."""

from __future__ import annotations

import json
from typing import Any

import click
from flask.cli import with_appcontext

from matchmaking.delivery.audits.cli import read_day
from matchmaking.domain.matching.learning.backtest import backtest as tried
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation import clock, storage
from matchmaking.market.matches.cli.ranking import in_language, refusing
from matchmaking.market.matches.loan_lists import layout_at, loans_in
from matchmaking.oversight.learning.commands import fit, propose_fit
from matchmaking.oversight.learning.told import as_json as told_as_json
from matchmaking.oversight.learning.told import print_backtest, print_fit
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import all_portfolios, portfolio_by_code
from matchmaking.rulebook import say

ACTOR = "shell:match-fit"
as_json_option = click.option("--json", "as_json", is_flag=True, help="Every figure as JSON.")


@click.command("backtest")
@click.option("--train", default="", help="Past loans with their lenders, .csv or .csv.gz.")
@click.option("--mapping", default="", help="Layout of the file: sba-rank, ppp-rank, or a TOML file.")
@click.option("--split", default="", help="Learn before this day, try on the loans from it on; YYYY-MM-DD.")
@click.option("--portfolio", "code", default="", help="Instead of a file: the city's own loans, by its portfolio.")
@as_json_option
@in_language
@with_appcontext
@refusing
def backtest(train: str, mapping: str, split: str, code: str, as_json: bool, lang: str) -> None:
    """Learn from loans before a day and try the card on those after it, beside plainer rules.

    With --portfolio: the hand-set policy beside weights fitted on money the audit verified. Nothing is stored. Ends
    with 2 and the reason in words where a file or a day cannot be read, or too little lies on either side.
    """
    if code:
        fitted = fit(storage.session(), _portfolio(code), clock.today())
        payload = {"weights": dict(fitted.found.weights), **fitted.evidence}
        return _told(payload) if as_json else print_fit(payload, lang)
    if not (train and mapping):
        raise Refusal(Reason("backtest_needs"))
    layout, day = layout_at(mapping), read_day(split) if split else None
    found = tried(loans_in(train, layout, with_lender=True), layout, day)
    return _told(told_as_json(found)) if as_json else print_backtest(found, lang)


@click.command("fit")
@click.option("--portfolio", "code", default="city", show_default=True, help="Whose loans to learn from.")
@in_language
@with_appcontext
@refusing
def fit_command(code: str, lang: str) -> None:
    """Propose weights fitted on money really disbursed. A person adopts them, or does not; this never does."""
    portfolio_id, on, at = _portfolio(code).id, clock.today(), clock.now()

    def work(session: Any) -> tuple[str, dict[str, Any], dict[str, Any]]:
        portfolio = session.get_one(Portfolio, portfolio_id)
        row = propose_fit(session, actor=ACTOR, portfolio=portfolio, on=on, at=at)
        return row.version, row.weights, row.evidence

    version, weights, evidence = storage.run_in_unit_of_work(work)
    print_fit({"weights": weights, **evidence}, lang)
    click.echo(say("policy_proposed_told", lang, version=version))


def _told(payload: dict[str, Any]) -> None:
    click.echo(json.dumps(payload, ensure_ascii=False, indent=1, allow_nan=False))


def _portfolio(code: str) -> Portfolio:
    clean = "".join(char for char in code[:60] if char.isprintable())
    found = portfolio_by_code(storage.session(), clean)
    if found is None:
        known = ", ".join(portfolio.code for portfolio in all_portfolios(storage.session())) or "—"
        raise Refusal(Reason("portfolio_unknown", {"code": clean, "known": known}))
    return found


COMMANDS: tuple[click.Command, ...] = (backtest, fit_command)

"""``flask period list|close|restate|verify --portfolio NAME``: months from the shell, in the names of two people."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from matchmaking.delivery.audits.cli import REFUSED
from matchmaking.domain.money import plain_amount
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation import clock, storage
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.access.roles import Role, permissions_of
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.oversight.periods.checking import check_period
from matchmaking.oversight.periods.commands import close_period, propose_period, restate_period
from matchmaking.oversight.periods.queries import Closed, closed_month, closed_months, periods_of
from matchmaking.registry.accounts.queries import account_by_login
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import all_portfolios, portfolio_by_code
from matchmaking.rulebook import LANGUAGES, explain, say

ALTERED = 1
"""Exit status when a closed month is not what it was."""
JOB = "shell:restate-periods"

period = AppGroup("period", help="Months that are closed, and what was restated since.")
portfolio_option = click.option("--portfolio", "code", required=True, help="Portfolio's code.")
language_option = click.option("--lang", type=click.Choice(LANGUAGES), default="zh", show_default=True)


@period.command("list")
@portfolio_option
@language_option
def list_periods(code: str, lang: str) -> None:
    """Months with their heads as closed and as restated, by grade."""
    with _Words(lang):
        session = storage.session()
        for one in periods_of(session, _portfolio(session, code)):
            state = "period_state_closed" if one.close else "period_state_proposed"
            click.echo(f"{one.proposal.month}  {say(state, lang)}  {one.proposal.known_on}  {one.proposal.digest}")
            for grade in one.grades:
                told = _amounts(one.frozen.get(grade)), _amounts(one.changed.get(grade)), _amounts(one.now(grade))
                click.echo(f"  {say(f'instrument_{grade}', lang)}: " + " | ".join(told))
        click.echo(say("period_list_heads", lang))


@period.command("close")
@portfolio_option
@click.option("--month", required=True, help="The month, as 2026-08.")
@click.option("--maker", required=True, help="Sign-in name of who proposes the figures.")
@click.option("--checker", required=True, help="Sign-in name of the other person, who closes on them.")
@language_option
def close_month(code: str, month: str, maker: str, checker: str, lang: str) -> None:
    """Propose a month and close it, in the names of two people of whom each may close months."""
    with _Words(lang):
        session = storage.session()
        names = [_actor(session, login) for login in (maker, checker)]
        made = run_in_unit_of_work(_close, code=code, month=month, maker=names[0], checker=names[1])
        click.echo(f"{month}  {made}")


@period.command("restate")
@portfolio_option
@language_option
def restate(code: str, lang: str) -> None:
    """Restate every closed month of a portfolio now, as the nightly job does."""
    with _Words(lang):
        session = storage.session()
        months = [one.close.month for one in closed_months(session, _portfolio(session, code).id)]
        for month in months:
            number = run_in_unit_of_work(_restate, code=code, month=month)
            click.echo(f"{month}  {'—' if number is None else f'#{number}'}")


@period.command("verify")
@portfolio_option
@click.option("--month", default="", help="One month; every closed one by default.")
@language_option
def verify(code: str, month: str, lang: str) -> None:
    """Hash the kept figures, and reckon each month anew from the facts known then; ends with 1 if one differs."""
    with _Words(lang):
        session = storage.session()
        portfolio = _portfolio(session, code)
        wanted = [one for one in closed_months(session, portfolio.id) if month in ("", one.close.month)]
        if month and not wanted:
            raise Refusal(Reason("period_not_there", {"month": month[:20]}))
        checked = [check_period(session, portfolio, one, known_on=clock.today()) for one in wanted]
    for each in checked:
        click.echo(f"{each.month}  {each.digest}")
        for reason in each.reasons:
            click.echo(f"  {explain(reason, lang)}")
    if not all(each.whole for each in checked):
        raise SystemExit(ALTERED)


class _Words:
    """Says a refusal in words on the error stream, and ends with 2."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def __enter__(self) -> None:
        """Nothing yet."""

    def __exit__(self, _kind: Any, error: BaseException | None, _trace: Any) -> None:
        if isinstance(error, Refusal):
            for reason in error.reasons:
                click.echo(explain(reason, self.lang), err=True)
            raise SystemExit(REFUSED) from None


def _close(session: Session, *, code: str, month: str, maker: str, checker: str) -> str:
    portfolio, at = _portfolio(session, code), clock.now()
    proposal = propose_period(session, actor=maker, portfolio=portfolio, month=month, at=at)
    close_period(session, actor=checker, portfolio=portfolio, proposal=proposal, at=at)
    return proposal.digest


def _restate(session: Session, *, code: str, month: str) -> int | None:
    portfolio = _portfolio(session, code)
    closed: Closed | None = closed_month(session, portfolio.id, month)
    if closed is None:
        return None
    made = restate_period(session, actor=JOB, portfolio=portfolio, closed=closed, at=clock.now())
    return made.number if made else None


def _portfolio(session: Session, code: str) -> Portfolio:
    found = portfolio_by_code(session, "".join(char for char in code[:60] if char.isprintable()))
    if found is None:
        known = ", ".join(one.code for one in all_portfolios(session)) or "—"
        raise Refusal(Reason("portfolio_unknown", {"code": code[:60], "known": known}))
    return found


def _actor(session: Session, login: str) -> str:
    """``shell:<login>``: the trail says that a shell spoke, and in whose name."""
    found = account_by_login(session, login)
    if found is None or Permission.CLOSE_PERIODS not in permissions_of(Role(found.role)):
        raise Refusal(Reason("period_person_unfit", {"login": login[:60]}))
    return f"shell:{found.login}"


def _amounts(head: Any) -> str:
    if not head:
        return "—"
    return " / ".join(plain_amount(minor) for minor in (head.signed, head.paid, head.verified))

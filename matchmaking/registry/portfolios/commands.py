"""Opening a portfolio, and saying that facts came in."""

from __future__ import annotations

import re
from datetime import date, datetime

from sqlalchemy import case, literal, or_, update
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.storage import Instant
from matchmaking.foundation.trail import record
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import portfolio_by_code

CODE = re.compile(r"[a-z0-9](-?[a-z0-9]){0,59}")


def create_portfolio(
    session: Session,
    *,
    actor: str,
    code: str,
    title_zh: str,
    title_en: str,
    kind: str,
    currency: str,
    jurisdiction: str,
    at: datetime,
    demo: bool = False,
    default_as_of: date | None = None,
) -> Portfolio:
    """A new, empty portfolio. ``kind`` is ``cases`` or ``statement``; refuses a code that is taken or unreadable."""
    if not CODE.fullmatch(code):
        raise Refusal(Reason("portfolio_code_bad", {"code": code[:60]}))
    if portfolio_by_code(session, code) is not None:
        raise Refusal(Reason("portfolio_taken", {"code": code}))
    portfolio = Portfolio(
        code=code, title_zh=title_zh, title_en=title_en, kind=kind, currency=currency, jurisdiction=jurisdiction,
        demo=demo, default_as_of=default_as_of, facts_seq=0, created_at=at,
    )  # fmt: skip
    session.add(portfolio)
    session.flush()
    payload = {"kind": kind, "currency": currency, "jurisdiction": jurisdiction, "demo": demo}
    record(session, actor=actor, tag="portfolio.created", subject=f"portfolio:{code}", payload=payload, at=at)
    return portfolio


def touch(session: Session, portfolio: Portfolio | int, *, at: datetime) -> None:
    """Say that this unit of work adds facts recorded ``at``: ``facts_seq`` rises once however often it is said.

    The row's lock queues writers of one portfolio; call it after locks on single agreements and before the trail.
    """
    key = portfolio if isinstance(portfolio, int) else portfolio.id
    session.connection()  # there is no transaction to remember before the first statement
    told = session.info.setdefault("portfolios_touched", {})
    first = told.get(key) is not session.get_transaction()
    told[key] = session.get_transaction()
    # bound by hand: inside CASE the instant would lose its column's type, and with it its time zone on SQLite
    moment = literal(at, Instant())
    known = or_(Portfolio.facts_until.is_(None), Portfolio.facts_until < moment)
    later = case((known, moment), else_=Portfolio.facts_until)
    rise = Portfolio.facts_seq + 1 if first else Portfolio.facts_seq
    session.execute(
        update(Portfolio).where(Portfolio.id == key).values(facts_seq=rise, facts_until=later),
        execution_options={"synchronize_session": "fetch"},
    )


def open_on(session: Session, portfolio: Portfolio, *, day: date) -> None:
    """Let the portfolio's pages open on ``day`` unless they open on a later one already."""
    if portfolio.default_as_of is None or portfolio.default_as_of < day:
        portfolio.default_as_of = day

"""The city's own portfolio, in which agreements signed here are recorded."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from matchmaking.registry.portfolios.commands import create_portfolio
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import portfolio_by_code

CODE = "city"
TITLE_ZH = "全市政银企对接"
TITLE_EN = "The city's own cases"


def ensure_city(session: Session, *, actor: str, at: datetime, demo: bool = False) -> Portfolio:
    """The portfolio ``city``, made where it is missing."""
    found = portfolio_by_code(session, CODE)
    if found is not None:
        return found
    return create_portfolio(
        session, actor=actor, code=CODE, title_zh=TITLE_ZH, title_en=TITLE_EN, kind="cases", currency="CNY",
        jurisdiction="*", at=at, demo=demo,
    )  # fmt: skip

"""Which portfolios there are, for whoever asks."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from matchmaking.foundation.access.viewer import EVERYWHERE, Viewer
from matchmaking.registry.portfolios.models import Portfolio


def seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """The condition under which a portfolio is this viewer's to see; the same rule as ``Viewer.covers``."""
    return seen_within(viewer.jurisdiction)


def seen_within(jurisdiction: str) -> ColumnElement[bool]:
    """As :func:`seen_by`, of an area."""
    return true() if jurisdiction == EVERYWHERE else Portfolio.jurisdiction == jurisdiction


def visible_portfolios(session: Session, viewer: Viewer) -> list[Portfolio]:
    """Every portfolio the viewer may open: those with facts first, real ones before demos, then by code."""
    wanted = select(Portfolio).where(seen_by(viewer))
    wanted = wanted.order_by(Portfolio.facts_seq == 0, Portfolio.demo, Portfolio.code)
    return list(session.scalars(wanted))


def visible_portfolio(session: Session, viewer: Viewer, code: str) -> Portfolio | None:
    """The portfolio ``code``, or None where there is none for this viewer."""
    return session.scalars(select(Portfolio).where(Portfolio.code == code, seen_by(viewer))).one_or_none()


def portfolio_by_code(session: Session, code: str) -> Portfolio | None:
    """The portfolio ``code`` for the shell, jobs and seeds, which see everything."""
    return session.scalars(select(Portfolio).where(Portfolio.code == code)).one_or_none()


def all_portfolios(session: Session) -> list[Portfolio]:
    """Every portfolio by code, for jobs."""
    return list(session.scalars(select(Portfolio).order_by(Portfolio.code)))

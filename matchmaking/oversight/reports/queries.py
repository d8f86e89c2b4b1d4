"""The reports kept, for whoever may see their portfolio."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.foundation.access.viewer import Viewer
from matchmaking.oversight.reports.models import ReportRun
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import seen_by


def latest_run(session: Session, viewer: Viewer, code: str) -> tuple[Portfolio, ReportRun | None] | None:
    """The portfolio and its newest reports; None where there is no such portfolio for ``viewer``. One SQL statement."""
    wanted = (
        select(Portfolio, ReportRun)
        .outerjoin(ReportRun, ReportRun.portfolio_id == Portfolio.id)
        .where(Portfolio.code == code, seen_by(viewer))
        .order_by(ReportRun.as_of.desc(), ReportRun.known_on.desc(), ReportRun.facts_seq.desc(), ReportRun.id.desc())
        .limit(1)
    )
    found = session.execute(wanted).first()
    return None if found is None else (found[0], found[1])


def kept_run(session: Session, portfolio: Portfolio, as_of: date, known_on: date) -> ReportRun | None:
    """The reports of these two days, when no fact came in since."""
    wanted = select(ReportRun).where(
        ReportRun.portfolio_id == portfolio.id, ReportRun.as_of == as_of, ReportRun.known_on == known_on,
        ReportRun.facts_seq == portfolio.facts_seq,
    )  # fmt: skip
    return session.scalars(wanted).one_or_none()

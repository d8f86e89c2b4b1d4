"""Reckoning the curves of a stored audit, and keeping them. A page never reckons."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from matchmaking.delivery.audits.models import AuditSnapshot
from matchmaking.desks.curves.facts import WAITS
from matchmaking.desks.curves.models import WaitingCurves
from matchmaking.desks.curves.queries import all_cases, kept_curves
from matchmaking.desks.curves.reckoning import curves_told
from matchmaking.foundation.trail import record
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.rulebook import number


def reckon_curves(
    session: Session, portfolio: Portfolio, *, as_of: date, known_on: date, only: str = ""
) -> dict[str, dict[str, Any]]:
    """Wait → its curves as of one day and as known by the end of another (of ``only`` one wait); reads only."""
    least = number("curve_least_cases", as_of)
    found = all_cases(session, portfolio, as_of=as_of, known_on=known_on)
    return {code: curves_told(WAITS[code], told, least=least) for code, told in found.items() if only in ("", code)}


def keep_curves(session: Session, *, actor: str, portfolio: Portfolio, snapshot: AuditSnapshot, at: datetime) -> int:
    """Keep the curves of a stored audit's two days; how many waits changed.

    What says the same as was kept last adds nothing: an evening's job may find an audit that was reckoned by day.
    """
    found = reckon_curves(session, portfolio, as_of=snapshot.as_of, known_on=snapshot.known_on)
    fresh = []
    for code, payload in found.items():
        kept = kept_curves(session, snapshot, code)
        if kept is None or kept.payload != payload:
            fresh.append(WaitingCurves(snapshot_id=snapshot.id, wait=code, payload=payload, made_at=at))
    session.add_all(fresh)
    session.flush()
    if fresh:
        told = {"snapshot": snapshot.id, "as_of": snapshot.as_of.isoformat(), "waits": len(fresh)}
        subject = f"portfolio:{portfolio.code}"
        record(session, actor=actor, tag="curves.reckoned", subject=subject, payload=told, at=at)
    return len(fresh)

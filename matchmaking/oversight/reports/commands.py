"""Reckon the reports on fresh snapshots, and keep them. Worker and shell only: DuckDB and Parquet come in here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from math import isclose
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from matchmaking.foundation import storage
from matchmaking.foundation.columnar import Refreshed, Snapshots
from matchmaking.foundation.trail import record
from matchmaking.oversight.reports.asked import Asked, Row
from matchmaking.oversight.reports.extracts import EXTRACTS
from matchmaking.oversight.reports.models import ReportRun
from matchmaking.oversight.reports.payload import digest_of, rolled
from matchmaking.oversight.reports.queries import kept_run
from matchmaking.oversight.reports.reckoning import by_tables
from matchmaking.oversight.reports.texts import TEXTS
from matchmaking.registry.portfolios.models import Portfolio

FOLDER = "columnar"
Told = Mapping[str, Sequence[Row]]


def snapshots_in(instance: Path) -> Snapshots:
    """The columns of this installation."""
    return Snapshots(instance / FOLDER, EXTRACTS)


def refresh(snapshots: Snapshots, *, anew: bool = False) -> Refreshed:
    """Follow the tables, in a reading transaction of one moment."""
    with storage.engine().connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        return snapshots.refresh(connection, anew=anew)


def reckoned(snapshots: Snapshots, asked: Asked) -> Told:
    """All three from the snapshots, their columns read once."""
    from matchmaking.oversight.reports.hot import REPORTS, Columns

    with snapshots.opened() as (con, words):
        columns = Columns(con, words, asked)
        return {name: report(columns) for name, report in REPORTS.items()}


def by_oracle(asked: Asked) -> Told:
    """All three by SQL on the tables."""
    with storage.engine().connect() as connection:
        return {name: by_tables(connection, name, asked) for name in TEXTS}


def differing(ours: Told, oracle: Told) -> list[str]:
    """Names of reports that the two tell differently: words, counts and money exactly, shares to nine places."""
    return [name for name in oracle if not _equal(ours[name], oracle[name])]


def _equal(ours: Sequence[Row], oracle: Sequence[Row]) -> bool:
    if len(ours) != len(oracle):
        return False
    pairs = (pair for rows in zip(ours, oracle, strict=True) for pair in zip(*rows, strict=True))
    return all(isclose(float(a), b, abs_tol=1e-9) if isinstance(b, float) else a == b for a, b in pairs)


def keep(
    session: Session, *, actor: str, portfolio: Portfolio, as_of: date, known_on: date, facts_seq: int, rows: Told,
    at: datetime,
) -> bool:  # fmt: skip
    """Store ``rows``, reckoned when the portfolio's counter stood at ``facts_seq``; False where they are kept, or
    facts came in since: the next run tells those."""
    if portfolio.facts_seq != facts_seq or kept_run(session, portfolio, as_of, known_on) is not None:
        return False
    told: dict[str, Any] = {"as_of": as_of, "known_on": known_on, "facts_seq": facts_seq, "digest": digest_of(rows)}
    session.add(ReportRun(portfolio_id=portfolio.id, payload=rolled(rows), made_at=at, **told))
    session.flush()
    days = {"as_of": as_of.isoformat(), "known_on": known_on.isoformat()}
    subject = f"portfolio:{portfolio.code}"
    record(session, actor=actor, tag="reports.kept", subject=subject, payload={**told, **days}, at=at)
    return True

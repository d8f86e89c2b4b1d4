"""Reckoning an audit, and keeping it. A snapshot is appended, never rewritten; reckoning writes nothing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from matchmaking.delivery.audits.case_audit import reckon_cases
from matchmaking.delivery.audits.facts import SCHEMA, Reckoned
from matchmaking.delivery.audits.models import AuditLine, AuditRow, AuditSnapshot
from matchmaking.delivery.audits.statement_audit import reckon_statements
from matchmaking.delivery.findings.models import Finding
from matchmaking.delivery.statements.models import Statement
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.statements.slips import SLIPS
from matchmaking.foundation.clock import business_day, end_of_day
from matchmaking.foundation.storage import insert_rows
from matchmaking.foundation.trail import record
from matchmaking.registry.portfolios.models import Portfolio


def reckon(session: Session, portfolio: Portfolio, *, as_of: date, known_on: date) -> Reckoned:
    """The audit of ``portfolio`` as of one day and as known by the end of another; reads only.

    Refuses with ``unknown_before_first_statement`` where a portfolio of statements has none on these days.
    """
    kinds = {"cases": reckon_cases, "statement": reckon_statements}
    found = kinds[portfolio.kind](session, portfolio, as_of=as_of, known_on=known_on)
    findings = finding_counts(session, portfolio, found.payload, as_of=as_of, known_on=known_on)
    head = {
        "schema": SCHEMA,
        "portfolio": {
            "code": portfolio.code,
            "title_zh": portfolio.title_zh,
            "title_en": portfolio.title_en,
            "kind": portfolio.kind,
            "currency": portfolio.currency,
        },
        "as_of": as_of.isoformat(),
        "known_at": known_on.isoformat(),
        "facts_seq": portfolio.facts_seq,
        "findings": findings,
    }
    payload: dict[str, Any] = head | found.payload
    if "further_findings" in payload:
        # what a statement takes back shows only beside the one before it, so it is counted from what was asked
        asked = {code: findings[code] for code in SLIPS if code in findings}
        payload["further_findings"] |= asked
    return Reckoned(payload, found.rows, found.lines)


def finding_counts(
    session: Session, portfolio: Portfolio, payload: dict[str, Any], *, as_of: date, known_on: date
) -> dict[str, int]:
    """Code → number of 待核实事项 known by ``known_on``: of the standing statements, or of cases up to ``as_of``."""
    keys = [statement["public_key"] for statement in payload.get("statements", ())]
    standing = select(Statement.id).where(Statement.public_key.in_(keys))
    about = or_(Finding.statement_id.in_(standing), Finding.statement_id.is_(None) & (Finding.as_of <= as_of))
    wanted = (
        select(Finding.code, func.count())
        .where(Finding.portfolio_id == portfolio.id, Finding.recorded_at <= end_of_day(known_on), about)
        .group_by(Finding.code)
        .order_by(Finding.code)
    )
    return dict(session.execute(wanted).tuples().all())


def take_snapshot(
    session: Session, *, actor: str, portfolio: Portfolio, as_of: date, known_on: date, at: datetime
) -> AuditSnapshot:
    """Reckon and keep; the snapshot that is there already when no fact came in since it was made.

    Refuses days to come: nobody knows them yet.
    """
    refuse_days_to_come(as_of, known_on, at=at)
    locked = select(Portfolio).where(Portfolio.id == portfolio.id).with_for_update()
    portfolio = session.scalars(locked, execution_options={"populate_existing": True}).one()
    kept = kept_snapshot(session, portfolio, as_of, known_on)
    if kept is not None:
        return kept
    found = reckon(session, portfolio, as_of=as_of, known_on=known_on)
    return keep_reckoned(session, found, actor=actor, portfolio=portfolio, as_of=as_of, known_on=known_on, at=at)


def refuse_days_to_come(*days: date, at: datetime) -> None:
    """Refuse with ``day_not_yet`` when one of ``days`` lies after the business day of ``at``."""
    today = business_day(at)
    if max(days) > today:
        raise Refusal(Reason("day_not_yet", {"day": max(days).isoformat(), "today": today.isoformat()}))


def kept_snapshot(session: Session, portfolio: Portfolio, as_of: date, known_on: date) -> AuditSnapshot | None:
    """The snapshot of these two days, when no fact came in since it was made."""
    wanted = select(AuditSnapshot).where(
        AuditSnapshot.portfolio_id == portfolio.id,
        AuditSnapshot.as_of == as_of,
        AuditSnapshot.known_on == known_on,
        AuditSnapshot.facts_seq == portfolio.facts_seq,
    )
    return session.scalars(wanted).one_or_none()


def keep_reckoned(
    session: Session, found: Reckoned, *, actor: str, portfolio: Portfolio, as_of: date, known_on: date, at: datetime
) -> AuditSnapshot:
    """Keep what was just reckoned for these two days, under the lock on ``portfolio`` under which it was reckoned; the
    snapshot that is there already when no fact came in since."""
    kept = kept_snapshot(session, portfolio, as_of, known_on)
    if kept is not None:
        return kept
    snapshot = AuditSnapshot(
        portfolio_id=portfolio.id, as_of=as_of, known_on=known_on, facts_seq=portfolio.facts_seq,
        payload=found.payload, made_at=at,
    )  # fmt: skip
    session.add(snapshot)
    session.flush()
    for table, rows in ((AuditRow, found.rows), (AuditLine, found.lines)):
        insert_rows(session, table, (row | {"snapshot_id": snapshot.id} for row in rows))
    payload = {
        "snapshot": snapshot.id,
        "as_of": as_of.isoformat(),
        "known_on": known_on.isoformat(),
        "facts_seq": portfolio.facts_seq,
        "agreements": len(found.rows),
    }
    record(session, actor=actor, tag="audit.taken", subject=f"portfolio:{portfolio.code}", payload=payload, at=at)
    return snapshot

"""Reckoning banks from a stored audit, once for each audit, and keeping what banks say to it."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaking.delivery.audits.models import AuditRow, AuditSnapshot
from matchmaking.desks.standings.facts import CONTRACT, MEMBER, Due, due_contracts
from matchmaking.desks.standings.models import BankCase, BankComment, BankStanding
from matchmaking.domain.conversion.banks.cases import FACTORS, Case, Rules
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.storage import insert_rows
from matchmaking.foundation.trail import record
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.rulebook import number


def reckon_standings(session: Session, *, actor: str, snapshot: AuditSnapshot, at: datetime) -> int:
    """Keep every bank's standing in ``snapshot``; how many. Nothing where it is kept already."""
    # the model is NumPy; only the evening's job and the seed come here
    from matchmaking.domain.conversion.banks.standings import Standing, standings

    kept = select(BankStanding.id).where(BankStanding.snapshot_id == snapshot.id).limit(1)
    if session.execute(kept).first() is not None:
        return 0
    due = due_contracts(session, snapshot)
    cases = [Case(one.row.public_key, one.row.lender or "", one.paid_ppm, one.kind) for one in due]
    told = standings(cases, Rules.read(lambda name: number(name, snapshot.as_of)))
    empty = Standing("", 0, None, "few", ())
    sums = _sums(session, snapshot)
    for lender, columns in sorted(sums.items()):
        standing = told.get(lender, empty)
        row = BankStanding(snapshot_id=snapshot.id, lender=lender, made_at=at, **columns, **_columns(standing))
        session.add(row)
        session.flush()
        insert_rows(session, BankCase, _cases(row.id, standing, [one for one in due if one.row.lender == lender]))
    if sums:
        portfolio = session.get_one(Portfolio, snapshot.portfolio_id)
        payload = {"snapshot": snapshot.id, "as_of": snapshot.as_of.isoformat(), "banks": len(sums), "cases": len(due)}
        record(session, actor=actor, tag="bank.reckoned", subject=f"portfolio:{portfolio.code}", payload=payload, at=at)
    return len(sums)


def _sums(session: Session, snapshot: AuditSnapshot) -> dict[str, dict[str, Any]]:
    """Lender → its sums by grade, and those of its loan contracts."""
    row = AuditRow
    asked = (
        select(
            row.lender, row.grade, func.count(), func.coalesce(func.sum(row.signed_minor), 0),
            func.coalesce(func.sum(row.paid_minor), 0), func.coalesce(func.sum(row.verified_minor), 0),
        )
        .where(row.snapshot_id == snapshot.id, row.standing == MEMBER, row.lender.is_not(None), row.grade != "")
        .group_by(row.lender, row.grade)
    )  # fmt: skip
    found: dict[str, dict[str, Any]] = defaultdict(
        lambda: {"signed": {}, "contracts": 0, "signed_minor": 0, "reported_minor": 0, "verified_minor": 0}
    )
    for lender, grade, count, *sums in session.execute(asked):
        signed, reported, verified = (int(each) for each in sums)
        found[lender]["signed"][grade] = signed
        if grade == CONTRACT:
            found[lender] |= {
                "contracts": count, "signed_minor": signed, "reported_minor": reported, "verified_minor": verified,
            }  # fmt: skip
    return found


def _columns(standing: Any) -> dict[str, Any]:
    it = standing.estimate
    if it is None:
        return {"cases": standing.cases, "why": standing.why, "band": ""}
    return {
        "cases": standing.cases, "why": "", "band": it.band, "observed_ppm": it.observed, "expected_ppm": it.expected,
        "share_ppm": it.share, "low95_ppm": it.low95, "low80_ppm": it.low80, "high80_ppm": it.high80,
        "high95_ppm": it.high95, "prior_milli": it.prior_cases,
    }  # fmt: skip


def _cases(standing_id: int, standing: Any, due: Sequence[Due]) -> list[dict[str, Any]]:
    worked = {one.case.key: one for one in standing.workings}
    rows = []
    for one in due:
        known = worked.get(one.row.public_key)
        rows.append({
            "standing_id": standing_id, "agreement_id": one.row.agreement_id, "signed_minor": one.base_minor,
            "verified_minor": one.verified_minor, "paid_ppm": one.paid_ppm,
            "expected_ppm": known.expected_ppm if known else None,
            "kind": dict(zip(FACTORS, one.kind, strict=True)) | dict(one.cuts),
            "shifts": dict(zip(FACTORS, known.shifts_ppm, strict=True)) if known else {},
        })  # fmt: skip
    return rows


def comment(
    session: Session, *, actor: str, standing: BankStanding, portfolio: Portfolio, branch: str | None, words: str,
    at: datetime,
) -> BankComment:  # fmt: skip
    """Keep the bank's word on its standing. Refuses a branch: for the whole of a bank its head speaks."""
    if branch is not None:
        raise Refusal(Reason("only_head_comments", {"branch": branch}))
    said = BankComment(
        portfolio_id=portfolio.id, standing_id=standing.id, lender=standing.lender, words=words.strip()[:1000],
        said_at=at, said_by=actor,
    )  # fmt: skip
    session.add(said)
    session.flush()
    payload = {"comment": said.id, "standing": standing.id, "sha256": hashlib.sha256(said.words.encode()).hexdigest()}
    record(session, actor=actor, tag="bank.commented", subject=f"portfolio:{portfolio.code}", payload=payload, at=at)
    return said

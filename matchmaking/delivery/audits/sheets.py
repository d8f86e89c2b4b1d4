"""One agreement's page: its row and lines, every 借据 against all parties, its history with two days, its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.agreements.queries import signing_facts
from matchmaking.delivery.audits.facts import reason_of
from matchmaking.delivery.audits.models import AuditLine, AuditRow, AuditSnapshot
from matchmaking.delivery.audits.sheet_cases import conditions, disbursements
from matchmaking.delivery.audits.sheet_parts import (
    AgreementSheet,
    Answer,
    ConditionSheet,
    DisbursementSheet,
    KnownThen,
    Moment,
    SheetLine,
    StatementClaim,
)
from matchmaking.delivery.audits.timeline import timeline
from matchmaking.delivery.disbursements.queries import payment_facts
from matchmaking.delivery.findings.models import Finding
from matchmaking.delivery.flags.queries import on_agreement
from matchmaking.delivery.repayments.queries import repayment_facts
from matchmaking.delivery.statements.facts import AMOUNTS
from matchmaking.delivery.statements.models import Statement, StatementPosition
from matchmaking.domain.conversion.facts import Disbursement, Fact, let_through
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.foundation.clock import end_of_day
from matchmaking.foundation.files.models import EvidenceLink

__all__ = [
    "AgreementSheet",
    "Answer",
    "ConditionSheet",
    "DisbursementSheet",
    "KnownThen",
    "Moment",
    "SheetLine",
    "StatementClaim",
    "agreement_sheet",
]


def agreement_sheet(
    session: Session, viewer: Viewer, snapshot: AuditSnapshot, public_key: str
) -> AgreementSheet | None:
    """Everything one agreement's page shows on the snapshot's two days; None where its portfolio has no such agreement.

    ``snapshot`` comes from ``latest_snapshot``, which has looked at ``viewer``'s window.
    """
    agreement = session.scalars(
        select(Agreement).where(Agreement.public_key == public_key, Agreement.portfolio_id == snapshot.portfolio_id)
    ).one_or_none()
    if agreement is None:
        return None
    row = session.scalars(_of(AuditRow, snapshot, agreement)).one_or_none()
    known = _known(session, snapshot, agreement)
    claims = _claims(session, snapshot, agreement)
    return AgreementSheet(
        agreement=agreement,
        snapshot=snapshot,
        row=row,
        lines=_lines(session, snapshot, agreement),
        disbursements=disbursements(known, row.detail if row else None),
        conditions=conditions(known, snapshot.as_of),
        timeline=timeline(known, claims),
        claims=claims,
        restated=_restated(session, snapshot, agreement, row),
        findings=_findings(session, snapshot, agreement),
        flags=on_agreement(session, agreement.id, on=snapshot.known_on),
        evidence=_evidence(session, agreement, known, claims),
        supersedes=_key_of(session, agreement.supersedes_id),
        superseded_by=_successors(session, agreement),
    )


def _of(table: Any, snapshot: AuditSnapshot, agreement: Agreement) -> Any:
    return select(table).where(table.snapshot_id == snapshot.id, table.agreement_id == agreement.id)


def _lines(session: Session, snapshot: AuditSnapshot, agreement: Agreement) -> list[SheetLine]:
    rows = session.scalars(_of(AuditLine, snapshot, agreement).order_by(AuditLine.id))
    return [
        SheetLine(
            row.bucket,
            row.amount_minor,
            row.verified_minor,
            reason_of(row.reason),
            tuple((row.reason or {}).get("facts", ())),
        )
        for row in rows
    ]


def _known(session: Session, snapshot: AuditSnapshot, agreement: Agreement) -> list[Fact]:
    """The agreement's facts that the snapshot's days let through, in order of their day."""
    if agreement.origin != "case":
        return []
    owner, own = agreement.portfolio_id, agreement.id
    facts = [
        *signing_facts(session, owner, own),
        *payment_facts(session, owner, own),
        *repayment_facts(session, owner, own),
    ]
    return let_through(facts, as_of=snapshot.as_of, known_at=snapshot.known_on)


def _claims(session: Session, snapshot: AuditSnapshot, agreement: Agreement) -> list[StatementClaim]:
    """What every statement up to the two days says of the agreement, earliest first, each against the one before it."""
    wanted = (
        select(Statement, StatementPosition)
        .join(StatementPosition, StatementPosition.statement_id == Statement.id)
        .where(StatementPosition.agreement_id == agreement.id, Statement.as_of <= snapshot.as_of)
        .where(Statement.recorded_at <= end_of_day(snapshot.known_on))
        .order_by(Statement.as_of, Statement.recorded_at, Statement.id)
    )
    told = session.execute(wanted).tuples().all()
    last = {statement.as_of: statement.id for statement, _ in told}
    claims: list[StatementClaim] = []
    before: StatementPosition | None = None
    for statement, position in told:
        claims.append(
            StatementClaim(statement, position, _change(before, position), last[statement.as_of] == statement.id)
        )
        before = position
    return claims


def _change(before: StatementPosition | None, now: StatementPosition) -> Mapping[str, int] | None:
    if before is None:
        return None
    figures = ((name, getattr(before, column), getattr(now, column)) for name, column in AMOUNTS)
    return {name: after - then for name, then, after in figures if then is not None and after is not None}


def _restated(session: Session, snapshot: AuditSnapshot, agreement: Agreement, row: AuditRow | None) -> list[KnownThen]:
    """The agreement in audits of the same day known on earlier days, latest first, one for each day known."""
    wanted = (
        select(AuditSnapshot.known_on, AuditSnapshot.made_at, AuditRow.buckets)
        .join(AuditRow, AuditRow.snapshot_id == AuditSnapshot.id)
        .where(AuditSnapshot.portfolio_id == snapshot.portfolio_id, AuditSnapshot.as_of == snapshot.as_of)
        .where(AuditSnapshot.known_on < snapshot.known_on, AuditRow.agreement_id == agreement.id)
        .order_by(AuditSnapshot.known_on.desc(), AuditSnapshot.facts_seq.desc())
    )
    now = dict(row.buckets) if row else {}
    found: dict[date, KnownThen] = {}
    for known_on, made_at, buckets in session.execute(wanted):
        found.setdefault(known_on, KnownThen(known_on, made_at, buckets, difference(buckets, now)))
    return list(found.values())


def difference(then: Mapping[str, int], now: Mapping[str, int]) -> dict[str, int]:
    """Now less then, by bucket, where they differ; sums to the change of what was signed."""
    changes = {bucket: now.get(bucket, 0) - then.get(bucket, 0) for bucket in sorted({*then, *now})}
    return {bucket: change for bucket, change in changes.items() if change}


def _findings(session: Session, snapshot: AuditSnapshot, agreement: Agreement) -> Sequence[Finding]:
    wanted = (
        select(Finding)
        .where(Finding.agreement_id == agreement.id, Finding.as_of <= snapshot.as_of)
        .where(Finding.recorded_at <= end_of_day(snapshot.known_on))
        .order_by(Finding.as_of.desc(), Finding.code, Finding.id)
    )
    return session.scalars(wanted).all()


def _evidence(
    session: Session, agreement: Agreement, known: Iterable[Fact], claims: Iterable[StatementClaim]
) -> Sequence[EvidenceLink]:
    subjects = [f"agreement:{agreement.public_key}"]
    subjects += [f"disbursement:{fact.key}" for fact in known if isinstance(fact, Disbursement)]
    subjects += [f"statement:{claim.statement.public_key}" for claim in claims]
    wanted = select(EvidenceLink).where(or_(*(EvidenceLink.subject == subject for subject in subjects)))
    return session.scalars(wanted.order_by(EvidenceLink.id)).all()


def _key_of(session: Session, agreement_id: int | None) -> str | None:
    if agreement_id is None:
        return None
    return session.scalar(select(Agreement.public_key).where(Agreement.id == agreement_id))


def _successors(session: Session, agreement: Agreement) -> Sequence[str]:
    wanted = select(Agreement.public_key).where(Agreement.supersedes_id == agreement.id).order_by(Agreement.id)
    return session.scalars(wanted).all()

"""What came of each lender's agreements with firms of each size, counted from the stored audit for matching to read."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.audits.commands import kept_snapshot
from matchmaking.delivery.audits.models import AuditRow, AuditSnapshot
from matchmaking.delivery.disbursements.models import Disbursement
from matchmaking.foundation.trail import record
from matchmaking.market.matches.models import LenderRecord
from matchmaking.registry.enterprises.models import Enterprise
from matchmaking.registry.enterprises.queries import firm_facts
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.organisations.queries import open_legal_persons
from matchmaking.registry.portfolios.models import Portfolio

CONTRACT, MEMBER = "loan_contract", "member"
"""Only loan contracts promise money by a day, and only members of the ledger count."""


@dataclass(slots=True)
class Sum:
    """Agreements due, what they signed, and what of it was verified as paid by the promised day."""

    count: int = 0
    signed_minor: int = 0
    verified_minor: int = 0


def write_records(session: Session, *, actor: str, portfolio: Portfolio, as_of: date, at: datetime) -> int:
    """Count the audit of ``as_of``, and keep it; how many rows. Nothing where there is no such audit or it is kept."""
    snapshot = kept_snapshot(session, portfolio, as_of, as_of)
    there = select(LenderRecord.id).where(LenderRecord.as_of == as_of, LenderRecord.currency == portfolio.currency)
    if snapshot is None or session.execute(there.limit(1)).first() is not None:
        return 0
    found, digest = _counted(session, snapshot, as_of), _digest(snapshot)
    session.add_all(
        LenderRecord(
            as_of=as_of, lender_key=lender, size_class=size, currency=portfolio.currency, signed_count=each.count,
            signed_minor=each.signed_minor, verified_minor=each.verified_minor, audit_digest=digest, recorded_at=at,
        )
        for (lender, size), each in sorted(found.items())
    )  # fmt: skip
    session.flush()
    if found:
        payload = {"as_of": as_of.isoformat(), "rows": len(found), "audit": digest}
        record(
            session, actor=actor, tag="lender.recorded", subject=f"portfolio:{portfolio.code}", payload=payload, at=at
        )
    return len(found)


def _counted(session: Session, snapshot: AuditSnapshot, as_of: date) -> dict[tuple[str, str], Sum]:
    asked = (
        select(AuditRow, Agreement.firm_key)
        .join(Agreement, Agreement.id == AuditRow.agreement_id)
        .where(
            AuditRow.snapshot_id == snapshot.id, AuditRow.grade == CONTRACT, AuditRow.standing == MEMBER,
            AuditRow.due_on <= as_of, AuditRow.signed_minor > 0,
        )
    )  # fmt: skip
    rows = session.execute(asked).tuples().all()
    sizes = _sizes(session, {key for _, key in rows if key}, as_of)
    keys = {bank.name: bank.public_key for bank in open_legal_persons(session, "bank")}
    paid_on = _value_days(session, snapshot.portfolio_id)
    found: dict[tuple[str, str], Sum] = defaultdict(Sum)
    for row, firm_key in rows:
        size, signed = sizes.get(firm_key or ""), row.signed_minor or 0
        if size is not None and row.lender:
            # a lender that is no member of the platform counts in the average of all
            cohort = found[keys.get(row.lender, f"name:{row.lender}")[:120], size]
            cohort.count += 1
            cohort.signed_minor += signed
            cohort.verified_minor += min(_in_time(row, paid_on), signed)
    return dict(found)


def _in_time(row: AuditRow, paid_on: Mapping[str, date]) -> int:
    """Verified money of payments whose value day came no later than the day promised."""
    reports = (row.detail or {}).get("disbursements", ())
    due = row.due_on or date.min
    return sum(report["verified"] for report in reports if paid_on.get(report["key"], date.max) <= due)


def _value_days(session: Session, portfolio_id: int) -> dict[str, date]:
    asked = select(Disbursement.public_key, Disbursement.value_on).where(Disbursement.portfolio_id == portfolio_id)
    return dict(session.execute(asked).tuples().all())


def _sizes(session: Session, organisation_keys: Iterable[str], on: date) -> dict[str, str]:
    """Organisation's key → size class on ``on``, where it can be told."""
    asked = select(Enterprise.id, Organisation.public_key).join(
        Organisation, Organisation.id == Enterprise.organisation_id
    )
    wanted = set(organisation_keys)
    named = {row[0]: row[1] for row in session.execute(asked) if row[1] in wanted}
    facts = firm_facts(session, enterprise_ids=list(named), on=on)
    return {named[each]: firm.size.code for each, firm in facts.items() if firm.size.code}


def _digest(snapshot: AuditSnapshot) -> str:
    told = json.dumps(snapshot.payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()

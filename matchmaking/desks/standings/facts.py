"""What kind of contract each one is: the firm on the signing day, and how the loan is backed and for how long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement, Baseline, Condition
from matchmaking.delivery.audits.models import AuditRow, AuditSnapshot
from matchmaking.delivery.signings.models import Paper
from matchmaking.domain.conversion import buckets as b
from matchmaking.domain.conversion.banks.cases import UNTOLD, WHOLE, Kind
from matchmaking.market.needs.models import Need
from matchmaking.registry.enterprises.facts import NOT_FIRST, FirmFacts
from matchmaking.registry.enterprises.models import Enterprise
from matchmaking.registry.enterprises.queries import firm_facts
from matchmaking.registry.organisations.models import Organisation

CONTRACT, MEMBER = "loan_contract", "member"
"""Only loan contracts promise money by a day, and only members of the ledger count."""
YEAR, MIDDLE = 12, 36
_SECTORS = {"A": "farming", "B": "industry", "C": "industry", "D": "industry", "E": "building"}
_BACKED = {"credit": "credit", "surety": "surety", "mortgage": "collateral", "pledge": "collateral"}


@dataclass(frozen=True, slots=True)
class Due:
    """A contract whose agreed day has come; ``base_minor`` is what of it is still to be answered for."""

    row: AuditRow
    base_minor: int
    verified_minor: int
    kind: Kind

    @property
    def paid_ppm(self) -> int:
        """Verified money as a share of the base, never more than the whole."""
        return min(self.verified_minor * WHOLE // self.base_minor, WHOLE)


def due_contracts(session: Session, snapshot: AuditSnapshot) -> list[Due]:
    """Every loan contract of the ledger whose agreed day has come; paid sums of upheld flags count as nothing."""
    asked = (
        select(AuditRow, Agreement)
        .join(Agreement, Agreement.id == AuditRow.agreement_id)
        .where(
            AuditRow.snapshot_id == snapshot.id, AuditRow.grade == CONTRACT, AuditRow.standing == MEMBER,
            AuditRow.due_on <= snapshot.as_of, AuditRow.signed_minor > 0, AuditRow.lender.is_not(None),
        )
        .order_by(AuditRow.id)
    )  # fmt: skip
    rows = [(row, paper) for row, paper in session.execute(asked).tuples() if base_of(row) > 0]
    kinds = _kinds(session, [paper for _, paper in rows], snapshot.as_of)
    return [
        Due(row, base_of(row), 0 if (row.detail or {}).get("flagged") else row.verified_minor, kinds[paper.id])
        for row, paper in rows
    ]


def base_of(row: AuditRow) -> int:
    """Signed, less what was merged with another paper (K0) or passed on into a later one (K1)."""
    return (row.signed_minor or 0) - int(row.buckets.get(b.K0, 0)) - int(row.buckets.get(b.K1, 0))


def _kinds(session: Session, papers: Sequence[Agreement], as_of: date) -> dict[int, Kind]:
    owed = set(session.scalars(select(Baseline.agreement_id).where(Baseline.balance_minor > 0)))
    held: dict[int, set[str]] = defaultdict(set)
    for agreement_id, holder in session.execute(select(Condition.agreement_id, Condition.holder)).tuples():
        held[agreement_id].add(holder)
    signed = {one.agreement_id: one for one in session.scalars(select(Paper).where(Paper.agreement_id.is_not(None)))}
    needs = {one.public_key: one for one in session.scalars(select(Need))}
    firms = _firms(session, papers, as_of)
    found: dict[int, Kind] = {}
    for paper in papers:
        own, firm = signed.get(paper.id), firms.get(paper.id)
        need = needs.get(paper.need_key or "")
        months = own.term_months if own else need.term_months if need else None
        first = NOT_FIRST if paper.id in owed else firm.first_loan.verdict if firm else UNTOLD
        found[paper.id] = (
            (firm.size.code if firm else None) or UNTOLD, sector(firm.industry_code if firm else None),
            first, backed(held[paper.id], need), term_band(months),
        )  # fmt: skip
    return found


def sector(industry_code: str | None) -> str:
    """农业, 工业, 建筑业, 服务业 of a GB/T 4754 code that begins with its section's letter."""
    letter = (industry_code or "")[:1]
    if letter.isdigit():
        letter = _section_of(int((industry_code or "00")[:2]))
    return _SECTORS.get(letter, "services") if letter else UNTOLD


def _section_of(division: int) -> str:
    # GB/T 4754-2017: divisions 01–05 A, 06–12 B, 13–43 C, 44–46 D, 47–50 E, the rest services
    ends = ((5, "A"), (12, "B"), (43, "C"), (46, "D"), (50, "E"))
    return next((letter for end, letter in ends if division <= end), "F")


def backed(holders: Iterable[str], need: Need | None) -> str:
    """How the loan is backed: by what its conditions wait for, else by the only way that the firm offered."""
    told = set(holders)
    if "guarantor" in told:
        return "surety"
    if "permit" in told:
        return "collateral"
    modes = list((need.guarantees or {}).get("modes", ())) if need else []
    return _BACKED.get(modes[0], UNTOLD) if len(modes) == 1 else UNTOLD


def term_band(months: int | None) -> str:
    """Up to a year, up to three, or longer."""
    if months is None:
        return UNTOLD
    return "year" if months <= YEAR else "middle" if months <= MIDDLE else "long"


def _firms(session: Session, papers: Sequence[Agreement], as_of: date) -> dict[int, FirmFacts]:
    """The firm of each paper on its signing day; as of the audit's day where it had no profile yet."""
    asked = select(Organisation.public_key, Enterprise.id).join(
        Enterprise, Enterprise.organisation_id == Organisation.id
    )
    ids: Mapping[str, int] = dict(session.execute(asked).tuples().all())
    later = firm_facts(session, on=as_of)
    by_day: dict[date, list[Agreement]] = defaultdict(list)
    for paper in papers:
        if paper.signed_on and paper.firm_key in ids:
            by_day[paper.signed_on].append(paper)
    found: dict[int, FirmFacts] = {}
    for day, some in sorted(by_day.items()):
        then = firm_facts(session, enterprise_ids=[ids[paper.firm_key or ""] for paper in some], on=day)
        for paper in some:
            firm = then.get(ids[paper.firm_key or ""]) or later.get(ids[paper.firm_key or ""])
            if firm is not None:
                found[paper.id] = firm
    return found

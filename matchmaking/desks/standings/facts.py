"""What kind of contract each one is: the firm on the signing day, and how the loan is backed and for how long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement, Baseline, Condition
from matchmaking.delivery.audits.models import AuditRow, AuditSnapshot
from matchmaking.delivery.signings.models import Paper
from matchmaking.domain.conversion import buckets as b
from matchmaking.domain.conversion.banks.cases import UNTOLD, WHOLE, Kind
from matchmaking.domain.conversion.instruments import CONTRACTS
from matchmaking.market.needs.models import Need
from matchmaking.registry.enterprises.facts import NOT_FIRST, FirmFacts
from matchmaking.registry.enterprises.models import Enterprise
from matchmaking.registry.enterprises.queries import firm_facts
from matchmaking.registry.organisations.models import Organisation
from matchmaking.rulebook import number
from matchmaking.rulebook.reference import chain_table

CONTRACT, MEMBER = "loan_contract", "member"
"""Only loan contracts promise money by a day, and only members of the ledger count."""
YEAR, MIDDLE = 12, 36
CUTS = ("rate", "lent_before", "area", "park", "chain")
"""Band of the yearly rate, whether the bank had lent to the firm before, county, functional zone, industrial chain."""
_SECTORS = {"A": "farming", "B": "industry", "C": "industry", "D": "industry", "E": "building"}
_BACKED = {"credit": "credit", "surety": "surety", "mortgage": "collateral", "pledge": "collateral"}


@dataclass(frozen=True, slots=True)
class Due:
    """A contract whose agreed day has come; ``base_minor`` is what of it is still to be answered for."""

    row: AuditRow
    base_minor: int
    verified_minor: int
    kind: Kind
    cuts: Mapping[str, str]
    """Further ways to split the same contracts (:data:`CUTS`); what is expected knows nothing of them."""

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
    before = _lent_before(session, [paper for _, paper in rows])
    return [
        Due(
            row, base_of(row), 0 if (row.detail or {}).get("flagged") else row.verified_minor, kinds[paper.id][0],
            {**kinds[paper.id][1], "lent_before": before[paper.id], "area": paper.area_name or UNTOLD},
        )
        for row, paper in rows
    ]  # fmt: skip


def base_of(row: AuditRow) -> int:
    """Signed, less what was merged with another paper (K0) or passed on into a later one (K1)."""
    return (row.signed_minor or 0) - int(row.buckets.get(b.K0, 0)) - int(row.buckets.get(b.K1, 0))


def _kinds(session: Session, papers: Sequence[Agreement], as_of: date) -> dict[int, tuple[Kind, dict[str, str]]]:
    owed = set(session.scalars(select(Baseline.agreement_id).where(Baseline.balance_minor > 0)))
    held: dict[int, set[str]] = defaultdict(set)
    for agreement_id, holder in session.execute(select(Condition.agreement_id, Condition.holder)).tuples():
        held[agreement_id].add(holder)
    signed = {one.agreement_id: one for one in session.scalars(select(Paper).where(Paper.agreement_id.is_not(None)))}
    needs = {one.public_key: one for one in session.scalars(select(Need))}
    firms = _firms(session, papers, as_of)
    found: dict[int, tuple[Kind, dict[str, str]]] = {}
    chains = chain_table(as_of)
    low, high = (number(name, as_of) for name in ("split_rate_low_ppm", "split_rate_high_ppm"))
    for paper in papers:
        own, firm = signed.get(paper.id), firms.get(paper.id)
        need = needs.get(paper.need_key or "")
        months = own.term_months if own else need.term_months if need else None
        first = NOT_FIRST if paper.id in owed else firm.first_loan.verdict if firm else UNTOLD
        kind = (
            (firm.size.code if firm else None) or UNTOLD, sector(firm.industry_code if firm else None),
            first, backed(held[paper.id], need), term_band(months),
        )  # fmt: skip
        cuts = {
            "rate": rate_band(own.rate_ppm if own else None, low, high),
            "park": (firm.zone_code if firm else None) or UNTOLD,
            "chain": chains.of(firm.industry_code) if firm and firm.industry_code else UNTOLD,
        }
        found[paper.id] = kind, cuts
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


def rate_band(ppm: int | None, low: int, high: int) -> str:
    """Of the yearly rate: up to ``low``, up to ``high``, above."""
    if ppm is None:
        return UNTOLD
    return "low" if ppm <= low else "middle" if ppm <= high else "high"


def _lent_before(session: Session, papers: Sequence[Agreement]) -> dict[int, str]:
    """Paper → ``yes`` where the bank had lent to the firm already: it owed something on the signing day, or an earlier
    contract of the two stands on record; ``no`` where the balance was stated as nothing; else untold."""
    stated: dict[int, int] = {}
    for agreement_id, minor in session.execute(select(Baseline.agreement_id, Baseline.balance_minor)).tuples():
        stated[agreement_id] = max(minor, stated.get(agreement_id, 0))
    firm = (Agreement.firm_key, Agreement.lender)
    asked = (
        select(*firm, func.min(Agreement.signed_on))
        .where(Agreement.instrument.in_(CONTRACTS), Agreement.firm_key.is_not(None), Agreement.origin == "case")
        .group_by(*firm)
    )
    first = {(row[0], row[1]): row[2] for row in session.execute(asked)}
    found = {}
    for paper in papers:
        earlier = first.get((paper.firm_key, paper.lender))
        known = earlier is not None and paper.signed_on is not None and earlier < paper.signed_on
        yes = known or stated.get(paper.id, 0) > 0
        found[paper.id] = "yes" if yes else "no" if paper.id in stated else UNTOLD
    return found


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

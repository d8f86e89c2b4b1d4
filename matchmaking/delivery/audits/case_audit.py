"""The audit of the city's own cases: rows of all slices → the kernel → payload, list rows and ledger lines."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.agreements.queries import agreements_in, event_facts, need_facts, signing_facts
from matchmaking.delivery.audits.case_payload import case_payload
from matchmaking.delivery.audits.facts import Reckoned, reason_json, searchable
from matchmaking.delivery.disbursements.queries import payment_facts
from matchmaking.delivery.repayments.queries import repayment_facts
from matchmaking.domain.conversion import buckets as b
from matchmaking.domain.conversion.ageing import SigningLedger
from matchmaking.domain.conversion.audit import CaseAudit, audit_cases
from matchmaking.domain.conversion.cohorts import event_standing
from matchmaking.domain.conversion.facts import Event
from matchmaking.domain.conversion.facts import Portfolio as CasePortfolio
from matchmaking.domain.conversion.parameters import ConversionParameters
from matchmaking.domain.conversion.reconciling import Reconciliation
from matchmaking.foundation.clock import end_of_day
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.rulebook import number, workdays


def case_portfolio(session: Session, portfolio: Portfolio, known_on: date | None = None) -> CasePortfolio:
    """Every fact of the portfolio, in a number of SQL statements that does not depend on how many there are.

    What papers tell together (a need's amount, an event's day) is told by those known on ``known_on``, if given; the
    facts themselves come whole, and the kernel lets through what was known.
    """
    until = None if known_on is None else end_of_day(known_on)

    def frozen_on(held_on: date) -> date:
        return workdays().add(held_on, number("cohort_freeze_workdays", held_on))

    facts = (
        *event_facts(session, portfolio.id, frozen_on, until),
        *need_facts(session, portfolio.id, portfolio.currency, until),
        *signing_facts(session, portfolio.id),
        *payment_facts(session, portfolio.id),
        *repayment_facts(session, portfolio.id),
    )
    return CasePortfolio(portfolio.code, facts, portfolio.currency)


def kernel_audit(cases: CasePortfolio, *, as_of: date, known_on: date) -> CaseAudit:
    """The kernel's own audit on two days, with the rulebook's numbers of ``as_of``."""
    return audit_cases(cases, as_of=as_of, known_at=known_on, parameters=parameters_on(as_of))


def parameters_on(day: date) -> ConversionParameters:
    """The rulebook's numbers of conversion on ``day``."""
    return ConversionParameters.read(lambda name: number(name, day))


def reckon_cases(session: Session, portfolio: Portfolio, *, as_of: date, known_on: date) -> Reckoned:
    """The audit of a portfolio of cases, ready to be stored."""
    cases = case_portfolio(session, portfolio, known_on)
    audit = kernel_audit(cases, as_of=as_of, known_on=known_on)
    papers = agreements_in(session, portfolio.id)
    bands = parameters_on(as_of).bands
    events = {fact.key: fact for fact in cases.facts if isinstance(fact, Event)}
    rows: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for ledger in (*audit.signings, *audit.apart):
        standing = event_standing(ledger.signing, events.get(ledger.signing.event or ""))
        paper, band = papers[ledger.signing.key], bands.index(ledger.age_band)
        rows.append(_row(paper, ledger, standing, band))
        lines += _lines(paper, ledger, standing, band)
    return Reckoned(case_payload(audit, bands), rows, lines)


def _lines(paper: Agreement, ledger: SigningLedger, standing: str, band: int) -> list[dict[str, Any]]:
    return [
        {
            "agreement_id": paper.id,
            "grade": ledger.signing.instrument,
            "standing": standing,
            "bucket": line.bucket,
            "amount_minor": line.amount.minor,
            "verified_minor": line.verified.minor,
            "band": band,
            "reason": reason_json(line.reason, line.facts),
            "position_id": None,
        }
        for line in ledger.lines
    ]


def _row(paper: Agreement, ledger: SigningLedger, standing: str, band: int) -> dict[str, Any]:
    signing = ledger.signing
    return {
        "agreement_id": paper.id,
        "position_id": None,
        "statement_id": None,
        "public_key": paper.public_key,
        "external_id": paper.external_id,
        "firm": paper.firm,
        "lender": paper.lender,
        "branch": paper.branch,
        "area_name": paper.area_name,
        "product": paper.product,
        "grade": signing.instrument,
        "standing": standing,
        "status": ledger.stage,
        "band": band,
        "signed_on": signing.signed_on,
        "due_on": ledger.due,
        "signed_minor": ledger.original.minor,
        "paid": bool(ledger.with_money),
        "paid_minor": ledger.with_money.minor,
        "verified_minor": ledger.verified.minor,
        "open_minor": ledger.amount(*b.WAITING, b.U).minor,
        "buckets": {line.bucket: line.amount.minor for line in ledger.lines},
        "detail": _detail(ledger),
        "search": searchable(
            paper.firm, paper.lender, paper.branch, paper.external_id, paper.public_key, paper.area_name, paper.product
        ),
    }


def _detail(ledger: SigningLedger) -> dict[str, Any]:
    """What a page of one agreement needs of the kernel's reckoning, as plain JSON."""
    net = ledger.net
    return {
        "age_days": ledger.age_days,
        "excess": ledger.excess.minor,
        "cumulative": ledger.cumulative.minor,
        "flagged": ledger.flagged,
        "net": None
        if net is None
        else {
            "amount": net.amount,
            "peak": net.peak,
            "balance": net.balance,
            "balance_on": net.balance_on.isoformat(),
            "provisional": net.provisional,
        },
        "disbursements": [_reconciled(row, ledger) for row in ledger.rows],
    }


def _reconciled(row: Reconciliation, ledger: SigningLedger) -> dict[str, Any]:
    key = row.disbursement.key
    return {
        "key": key,
        "state": row.state,
        "counted": row.counted.minor,
        "verified": row.verified.minor,
        "disputed": row.disputed.minor,
        "parties": list(row.parties),
        "reasons": [reason_json(reason) for reason in row.reasons],
        "buckets": [line.bucket for line in ledger.lines if key in line.facts],
        "same_as": row.same_as,
    }

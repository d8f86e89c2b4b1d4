"""待核实事项 of cases: what an audit sees that needs a word. Asked once, under a stable key; never an accusation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.queries import agreements_in
from matchmaking.delivery.audits.case_audit import case_portfolio, kernel_audit
from matchmaking.delivery.audits.commands import refuse_days_to_come
from matchmaking.delivery.audits.facts import reason_json
from matchmaking.delivery.findings.commands import NewFinding, add_findings, settle_questions
from matchmaking.delivery.statements.facts import fitting
from matchmaking.domain.conversion import buckets as b
from matchmaking.domain.conversion import reconciling as r
from matchmaking.domain.conversion import stages
from matchmaking.domain.conversion.ageing import SigningLedger
from matchmaking.domain.money import plain_amount
from matchmaking.domain.reasons import Reason
from matchmaking.foundation.trail import record
from matchmaking.registry.portfolios.models import Portfolio

LONGEST_KEY = 200
CONFLICT, UNANSWERED, DUPLICATE = "receipt_conflict", "receipt_unanswered", "suspected_duplicate"
OVERDUE, OVER = "promise_overdue", "paid_over_signed"
OF_STATE = {r.CONFLICT: CONFLICT, r.OVERDUE: UNANSWERED, r.DUPLICATE: DUPLICATE}
"""State of a reconciled disbursement → the question it raises."""

Question = tuple[str, str, int, Reason]
"""Code, key of the fact it is about, minor units at stake, evidence."""


def raise_findings(
    session: Session, *, actor: str, portfolio: Portfolio, as_of: date, known_on: date, at: datetime
) -> int:
    """Add the questions that the audit of these days raises and nobody has asked yet; how many those were. Questions of
    days before that it raises no more are settled: the money came, the firm answered, a verdict was given.

    Refuses days to come: what is asked stays asked, and nobody is late yet.
    """
    refuse_days_to_come(as_of, known_on, at=at)
    audit = kernel_audit(case_portfolio(session, portfolio), as_of=as_of, known_on=known_on)
    papers = agreements_in(session, portfolio.id)
    found = [
        _new(portfolio, papers[ledger.signing.key].id, question, as_of)
        for ledger in (*audit.signings, *audit.apart)
        for question in questions_of(ledger)
    ]
    added = add_findings(session, portfolio_id=portfolio.id, statement_id=None, found=found, at=at)
    moved = settle_questions(
        session, actor=actor, portfolio_id=portfolio.id, asked={one.key for one in found}, as_of=as_of, at=at
    )
    days = {"as_of": as_of.isoformat(), "known_on": known_on.isoformat()}
    for tag, number in (("finding.raised", added), ("finding.settled", moved)):
        if number:
            payload = {**days, "added": number}
            record(session, actor=actor, tag=tag, subject=f"portfolio:{portfolio.code}", payload=payload, at=at)
    return added


def questions_of(ledger: SigningLedger) -> Iterator[Question]:
    """What one signing's ledger leaves open."""
    for row in ledger.rows:
        if row.state in OF_STATE:
            yield OF_STATE[row.state], row.disbursement.key, row.disbursement.amount.minor, row.reasons[0]
    silent = ledger.amount(b.U).minor
    if ledger.stage in (stages.OVERDUE, stages.PARTIAL_OVERDUE) and silent and ledger.due is not None:
        params = {"due": ledger.due.isoformat(), "amount": plain_amount(silent)}
        yield OVERDUE, ledger.signing.key, silent, Reason(f"finding_{OVERDUE}_why", params)
    if ledger.excess:
        shown = {"amount": plain_amount(ledger.excess.minor), "signed": plain_amount(ledger.original.minor)}
        yield OVER, ledger.signing.key, ledger.excess.minor, Reason(f"finding_{OVER}_why", shown)


def _new(portfolio: Portfolio, agreement_id: int, question: Question, as_of: date) -> NewFinding:
    code, about, amount, evidence = question
    params = {"why": reason_json(evidence), "line": None, "amount": amount, "explained": None, "about": about}
    return NewFinding(fitting(f"{portfolio.code}:{code}:{about}", LONGEST_KEY), code, as_of, agreement_id, params)

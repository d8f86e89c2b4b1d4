"""Disbursements as rows and as the kernel's facts, and how much of a signing has been drawn."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from matchmaking.delivery.agreements.models import Agreement, AgreementExit, FactVoid
from matchmaking.delivery.disbursements.facts import ABOUT, bank_report, disbursement, said, verdict
from matchmaking.delivery.disbursements.models import (
    BankReport,
    Disbursement,
    DisbursementPosition,
    DisbursementVoid,
    Verdict,
)
from matchmaking.domain.conversion.facts import Fact


@dataclass(frozen=True, slots=True)
class InForce:
    """A report of loan principal that nobody took back. ``distinct``: a verdict calls it a payment of its own."""

    id: int
    amount_minor: int
    value_on: date
    branch: str
    distinct: bool = False


def disbursement_by_key(session: Session, public_key: str) -> Disbursement | None:
    """The report with this public key."""
    return session.scalars(select(Disbursement).where(Disbursement.public_key == public_key)).one_or_none()


def signing_of(session: Session, disbursement: Disbursement) -> Agreement:
    """The signing that a report draws on."""
    return session.get_one(Agreement, disbursement.agreement_id)


def locked_position(session: Session, agreement_id: int) -> DisbursementPosition | None:
    """The position, locked until the commit; None before anything was reported."""
    wanted = select(DisbursementPosition).where(DisbursementPosition.agreement_id == agreement_id).with_for_update()
    return session.scalars(wanted, execution_options={"populate_existing": True}).one_or_none()


def is_void(session: Session, disbursement_id: int) -> bool:
    """Whether the bank took this report back."""
    wanted = select(DisbursementVoid.id).where(DisbursementVoid.disbursement_id == disbursement_id)
    return session.execute(wanted).first() is not None


def reports_of_number(session: Session, portfolio_id: int, lender: str, iou_no: str) -> list[tuple[Disbursement, bool]]:
    """Every report of one 借据 number of one lender, first to last, each with whether it was voided."""
    wanted = (
        select(Disbursement, DisbursementVoid.id.is_not(None))
        .outerjoin(DisbursementVoid, DisbursementVoid.disbursement_id == Disbursement.id)
        .where(Disbursement.portfolio_id == portfolio_id, Disbursement.lender == lender, Disbursement.iou_no == iou_no)
        .order_by(Disbursement.revision)
    )
    return [(row, bool(void)) for row, void in session.execute(wanted)]


def in_force(session: Session, agreement_id: int) -> list[InForce]:
    """The reports of principal on one signing that stand, first to last."""
    voided = select(DisbursementVoid.id).where(DisbursementVoid.disbursement_id == Disbursement.id).exists()
    distinct = select(Verdict.id).where(Verdict.disbursement_id == Disbursement.id, Verdict.kind == "distinct").exists()
    wanted = (
        select(Disbursement.id, Disbursement.amount_minor, Disbursement.value_on, Disbursement.branch, distinct)
        .where(Disbursement.agreement_id == agreement_id, Disbursement.form == "loan", ~voided)
        .order_by(Disbursement.id)
    )
    return [InForce(*row) for row in session.execute(wanted)]


def drawn_by(reports: Iterable[InForce]) -> int:
    """What ``reports`` draw together, in minor units: the same money told by several branches draws once.

    Per amount and value day the branch with most reports says how many payments there were; the kernel pairs reports by
    the same rule.
    """
    total = 0
    alike: dict[tuple[int, date], Counter[str]] = defaultdict(Counter)
    for report in reports:
        if report.distinct:
            total += report.amount_minor
        else:
            alike[report.amount_minor, report.value_on][report.branch] += 1
    return total + sum(amount * max(branches.values()) for (amount, _), branches in alike.items())


def twin_of(report: InForce, others: Iterable[InForce]) -> int | None:
    """Id of the first report of the same money by another branch, or None."""
    money = (report.amount_minor, report.value_on)
    alike = (o.id for o in others if (o.amount_minor, o.value_on) == money and o.branch != report.branch)
    return next(alike, None)


def exits_of(session: Session, agreement_id: int) -> list[AgreementExit]:
    """Ends of a signing that count, first to last: not taken back, and said by whom it takes.

    The bank's word that the firm gave up is kept, and counts once the firm says so itself.
    """
    taken_back = select(FactVoid.id).where(FactVoid.fact_key == AgreementExit.public_key).exists()
    wanted = select(AgreementExit).where(AgreementExit.agreement_id == agreement_id, ~taken_back)
    found = session.scalars(wanted.order_by(AgreementExit.id))
    return [one for one in found if (one.kind, one.by_party) != ("firm_gives_up", "bank")]


def ended_minor(session: Session, agreement: Agreement) -> int:
    """What ends have taken of a signing; its whole amount where one of them ended all that was left."""
    ends = [one.amount_minor for one in exits_of(session, agreement.id)]
    return (agreement.amount_minor or 0) if None in ends else sum(minor or 0 for minor in ends)


def payment_facts(session: Session, portfolio_id: int, agreement_id: int | None = None) -> list[Fact]:
    """Disbursements and all that is said about them: six SQL statements however many there are.

    For one ``agreement_id``, only what concerns it; reports of how far lenders have told always come whole.
    """
    paid = select(Disbursement, Agreement.public_key.label("key"), Agreement.currency.label("currency"))
    paid = paid.join(Agreement, Agreement.id == Disbursement.agreement_id)
    found: list[Fact] = [disbursement(row) for row in session.execute(_of(paid, portfolio_id, agreement_id))]
    for table in ABOUT:
        asked = select(table, Disbursement.public_key, Agreement.currency)
        asked = asked.join(Disbursement, Disbursement.id == table.disbursement_id)
        asked = asked.join(Agreement, Agreement.id == Disbursement.agreement_id)
        found += [said(row) for row in session.execute(_of(asked, portfolio_id, agreement_id))]
    found += [verdict(row) for row in session.execute(_of(_verdicts(), portfolio_id, agreement_id))]
    # a branch speaks for itself: only the bank's own word says how far the lender has reported
    whole = select(BankReport).where(BankReport.portfolio_id == portfolio_id, BankReport.branch.is_(None))
    reports = session.scalars(whole)
    return [*found, *(bank_report(row) for row in reports)]


def _verdicts() -> Select[Any]:
    other = aliased(Agreement)
    return (
        select(
            Verdict,
            func.coalesce(Disbursement.public_key, Agreement.public_key).label("subject"),
            other.public_key.label("other"),
            Agreement.currency.label("currency"),
        )
        .outerjoin(Disbursement, Disbursement.id == Verdict.disbursement_id)
        .join(Agreement, Agreement.id == func.coalesce(Disbursement.agreement_id, Verdict.agreement_id))
        .outerjoin(other, other.id == Verdict.other_id)
    )


def _of(asked: Select[Any], portfolio_id: int, agreement_id: int | None) -> Select[Any]:
    asked = asked.where(Agreement.portfolio_id == portfolio_id)
    return asked if agreement_id is None else asked.where(Agreement.id == agreement_id)

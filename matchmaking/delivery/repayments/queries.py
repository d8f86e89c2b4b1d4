"""Repayments and balances as the kernel's facts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement, FactVoid
from matchmaking.delivery.agreements.queries import same_firm
from matchmaking.delivery.disbursements.models import Disbursement
from matchmaking.delivery.repayments.facts import opening, repayment
from matchmaking.delivery.repayments.models import BalanceObservation, Repayment
from matchmaking.domain.conversion.facts import Fact
from matchmaking.registry.portfolios.models import Portfolio


@dataclass(frozen=True, slots=True)
class PaidBack:
    """A repayment, the 借据 it is on where it names one, and whether it was taken back."""

    repayment: Repayment
    disbursement: Disbursement | None
    void: FactVoid | None


@dataclass(frozen=True, slots=True)
class Owed:
    """An observed balance, and whether it was taken back."""

    balance: BalanceObservation
    void: FactVoid | None


def repayments_of(session: Session, agreement: Agreement) -> list[PaidBack]:
    """What the firm paid back to this lender, on this signing or on an older loan, the latest first; one statement."""
    wanted = (
        select(Repayment, Disbursement, FactVoid)
        .outerjoin(Disbursement, Disbursement.id == Repayment.disbursement_id)
        .outerjoin(FactVoid, FactVoid.fact_key == Repayment.public_key)
        .where(same_firm(Repayment, agreement), Repayment.lender == agreement.lender)
        .where(Repayment.agreement_id.is_(None) | (Repayment.agreement_id == agreement.id))
    )
    return [PaidBack(*row) for row in session.execute(wanted.order_by(Repayment.paid_on.desc(), Repayment.id.desc()))]


def balances_of(session: Session, agreement: Agreement) -> list[Owed]:
    """Observed balances of the agreement's firm at its lender, the latest day first; one SQL statement."""
    wanted = (
        select(BalanceObservation, FactVoid)
        .outerjoin(FactVoid, FactVoid.fact_key == BalanceObservation.public_key)
        .where(same_firm(BalanceObservation, agreement), BalanceObservation.lender == agreement.lender)
    )
    ordered = wanted.order_by(BalanceObservation.on_day.desc(), BalanceObservation.id.desc())
    return [Owed(*row) for row in session.execute(ordered)]


def repayment_facts(session: Session, portfolio_id: int, agreement_id: int | None = None) -> list[Fact]:
    """Repayments and observed balances of a portfolio, or the repayments of one agreement: two SQL statements."""
    currency = Portfolio.currency.label("currency")
    back = (
        select(
            Repayment,
            Agreement.public_key.label("signing"),
            Disbursement.public_key.label("disbursement"),
            currency,
        )
        .join(Portfolio, Portfolio.id == Repayment.portfolio_id)
        .outerjoin(Agreement, Agreement.id == Repayment.agreement_id)
        .outerjoin(Disbursement, Disbursement.id == Repayment.disbursement_id)
        .where(Repayment.portfolio_id == portfolio_id)
    )
    if agreement_id is not None:
        back = back.where(Repayment.agreement_id == agreement_id)
        return [repayment(row) for row in session.execute(back)]
    owed = select(BalanceObservation, currency).join(Portfolio, Portfolio.id == BalanceObservation.portfolio_id)
    owed = owed.where(BalanceObservation.portfolio_id == portfolio_id)
    return [
        *(repayment(row) for row in session.execute(back)),
        *(opening(row) for row in session.execute(owed)),
    ]

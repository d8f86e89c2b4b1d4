"""Repayments and balances as the kernel's facts."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.disbursements.models import Disbursement
from matchmaking.delivery.repayments.facts import opening, repayment
from matchmaking.delivery.repayments.models import BalanceObservation, Repayment
from matchmaking.domain.conversion.facts import Fact
from matchmaking.registry.portfolios.models import Portfolio


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

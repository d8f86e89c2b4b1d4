"""Slips of a bank, one slip with its steps, and the figures of a month from the records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.disbursements.models import Confirmation, Disbursement, DisbursementVoid
from matchmaking.delivery.disbursements.monthly import Month
from matchmaking.delivery.slips.facts import Reported, figures_of
from matchmaking.delivery.slips.models import MonthlySlip, SlipStep
from matchmaking.registry.portfolios.models import Portfolio


@dataclass(frozen=True, slots=True)
class SlipSheet:
    """One slip with its steps, the earliest first."""

    slip: MonthlySlip
    steps: list[SlipStep]


def month_figures(session: Session, portfolio: Portfolio, lender: str, month: Month) -> dict[str, Any]:
    """What our records say of ``lender`` and ``month`` now; three SQL statements."""
    papers = select(Agreement).where(
        Agreement.portfolio_id == portfolio.id, Agreement.lender == lender, Agreement.origin == "case",
        Agreement.signed_on.between(month.first, month.last),
    )  # fmt: skip
    last = (
        select(func.max(Confirmation.id))
        .where(Confirmation.disbursement_id == Disbursement.id)
        .correlate(Disbursement)
        .scalar_subquery()
    )
    money = (
        select(Disbursement, Agreement, DisbursementVoid.id, Confirmation)
        .join(Agreement, Agreement.id == Disbursement.agreement_id)
        .outerjoin(DisbursementVoid, DisbursementVoid.disbursement_id == Disbursement.id)
        .outerjoin(Confirmation, Confirmation.id == last)
        .where(
            Disbursement.portfolio_id == portfolio.id, Disbursement.lender == lender,
            Disbursement.value_on.between(month.first, month.last),
        )
        .order_by(Disbursement.value_on, Disbursement.id)
    )  # fmt: skip
    taken = (
        select(func.count(), func.coalesce(func.sum(Disbursement.amount_minor), 0))
        .join(DisbursementVoid, DisbursementVoid.disbursement_id == Disbursement.id)
        .where(
            Disbursement.portfolio_id == portfolio.id, Disbursement.lender == lender,
            DisbursementVoid.voided_on.between(month.first, month.last),
        )
    )  # fmt: skip
    reports = [
        Reported(paid, paper, void is not None, answer) for paid, paper, void, answer in session.execute(money).tuples()
    ]
    count, minor = session.execute(taken).tuples().one()
    return figures_of(session.scalars(papers.order_by(Agreement.id)), reports, int(minor), count)


def latest_slips(session: Session, portfolio_id: int, *, lender: str = "", since: str = "") -> list[MonthlySlip]:
    """The last edition of every bank's months, the latest month first; one SQL statement."""
    one = MonthlySlip
    last = (
        select(one.lender, one.month, func.max(one.edition).label("edition"))
        .where(one.portfolio_id == portfolio_id, one.month >= since)
        .group_by(one.lender, one.month)
        .subquery()
    )
    asked = (
        select(one)
        .join(last, (last.c.lender == one.lender) & (last.c.month == one.month) & (last.c.edition == one.edition))
        .where(one.portfolio_id == portfolio_id)
        .order_by(one.month.desc(), one.lender)
    )
    if lender:
        asked = asked.where(one.lender == lender)
    return list(session.scalars(asked))


def slip_sheet(session: Session, portfolio_id: int, key: str, *, lender: str = "") -> SlipSheet | None:
    """The slip ``key`` of this portfolio, and of ``lender`` where one is named; None for any other."""
    asked = select(MonthlySlip).where(MonthlySlip.public_key == key, MonthlySlip.portfolio_id == portfolio_id)
    if lender:
        asked = asked.where(MonthlySlip.lender == lender)
    slip = session.scalars(asked).one_or_none()
    if slip is None:
        return None
    steps = session.scalars(select(SlipStep).where(SlipStep.slip_id == slip.id).order_by(SlipStep.number))
    return SlipSheet(slip, list(steps))


def last_edition(session: Session, portfolio_id: int, lender: str, month: str) -> MonthlySlip | None:
    """The last edition of a month."""
    asked = select(MonthlySlip).where(
        MonthlySlip.portfolio_id == portfolio_id, MonthlySlip.lender == lender, MonthlySlip.month == month
    )
    return session.scalars(asked.order_by(MonthlySlip.edition.desc()).limit(1)).first()

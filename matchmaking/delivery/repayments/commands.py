"""Principal paid back, and balances known otherwise than through a signing."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.commands import take_back
from matchmaking.delivery.agreements.models import Agreement, FactVoid
from matchmaking.delivery.agreements.recording import append, fresh_key, refuse_future, refuse_nothing
from matchmaking.delivery.disbursements.models import Disbursement
from matchmaking.delivery.disbursements.positions import give_room_back, hold_position, take_room_again
from matchmaking.delivery.repayments.models import BalanceObservation, Repayment
from matchmaking.domain.money import plain_amount
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.registry.portfolios.models import Portfolio


def record_repayment(
    session: Session,
    *,
    actor: str,
    portfolio: Portfolio,
    firm: str,
    lender: str,
    amount_minor: int,
    paid_on: date,
    at: datetime,
    agreement: Agreement | None = None,
    disbursement: Disbursement | None = None,
    iou_no: str | None = None,
    public_key: str | None = None,
    firm_key: str | None = None,
) -> Repayment:
    """Principal paid back to ``lender``, on a disbursement, on a signing, or (neither named) on an older loan.

    On a revolving line it gives room back; more than is owed there is refused.
    """
    refuse_nothing(amount_minor)
    refuse_future(paid_on, at)
    if agreement is None and disbursement is not None:
        agreement = session.get_one(Agreement, disbursement.agreement_id)
    if agreement is not None and agreement.portfolio_id != portfolio.id:
        raise Refusal(Reason("portfolio_differs"))
    if agreement is not None and agreement.revolving:
        give_room_back(session, hold_position(session, agreement), amount_minor)
    fact = Repayment(
        public_key=public_key or fresh_key("repayment", at), portfolio_id=portfolio.id,
        agreement_id=agreement.id if agreement else None, disbursement_id=disbursement.id if disbursement else None,
        firm=firm, firm_key=firm_key, lender=lender, iou_no=iou_no, amount_minor=amount_minor, paid_on=paid_on,
    )  # fmt: skip
    payload = {"agreement": agreement.id if agreement else None, "amount_minor": amount_minor}
    return append(
        session, fact, portfolio_id=portfolio.id, actor=actor, tag="repayment.recorded", at=at, payload=payload
    )


def observe_balance(
    session: Session,
    *,
    actor: str,
    portfolio: Portfolio,
    firm: str,
    lender: str,
    balance_minor: int,
    on_day: date,
    at: datetime,
    public_key: str | None = None,
    firm_key: str | None = None,
) -> BalanceObservation:
    """What the firm owed ``lender`` when ``on_day`` began, known otherwise than through a signing."""
    refuse_future(on_day, at)
    if balance_minor < 0:
        raise Refusal(Reason("amount_not_positive", {"amount": plain_amount(balance_minor)}))
    fact = BalanceObservation(
        public_key=public_key or fresh_key("balance", at), portfolio_id=portfolio.id, firm=firm, firm_key=firm_key,
        lender=lender, balance_minor=balance_minor, on_day=on_day,
    )  # fmt: skip
    payload = {"balance_minor": balance_minor, "on": on_day.isoformat()}
    return append(session, fact, portfolio_id=portfolio.id, actor=actor, tag="balance.observed", at=at, payload=payload)


def take_back_repayment(
    session: Session, *, actor: str, repayment: Repayment, voided_on: date, reason: str, at: datetime
) -> FactVoid:
    """Take back one repayment; on a revolving line the room it gave is taken again, and refused where it is used."""
    agreement = session.get(Agreement, repayment.agreement_id) if repayment.agreement_id else None
    if agreement is not None and agreement.revolving:
        take_room_again(session, hold_position(session, agreement), repayment.amount_minor)
    return take_back(
        session,
        actor=actor,
        portfolio_id=repayment.portfolio_id,
        fact=repayment,
        voided_on=voided_on,
        reason=reason,
        at=at,
    )

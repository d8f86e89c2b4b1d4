"""Before money moves: what the firm owed when it signed, what it may draw, and what it asks for."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement, Baseline, DrawableMark, DrawRequest
from matchmaking.delivery.agreements.recording import append, fresh_key, refuse_future, refuse_nothing
from matchmaking.domain.money import plain_amount
from matchmaking.domain.reasons import Reason, Refusal


def record_baseline(
    session: Session,
    *,
    actor: str,
    agreement: Agreement,
    balance_minor: int,
    on_day: date,
    at: datetime,
    ious: tuple[str, ...] = (),
    public_key: str | None = None,
) -> Baseline:
    """基期余额: what the firm owed that lender when ``on_day`` began (0 is an answer), and its old 借据."""
    refuse_future(on_day, at)
    if balance_minor < 0:
        raise Refusal(Reason("amount_not_positive", {"amount": plain_amount(balance_minor)}))
    fact = Baseline(
        public_key=public_key or fresh_key("baseline", at), agreement_id=agreement.id, balance_minor=balance_minor,
        on_day=on_day, ious={"numbers": list(ious)},
    )  # fmt: skip
    payload = {"agreement": agreement.id, "balance_minor": balance_minor, "on": on_day.isoformat()}
    return append(
        session, fact, portfolio_id=agreement.portfolio_id, actor=actor, tag="baseline.recorded", at=at, payload=payload
    )


def mark_drawable(
    session: Session,
    *,
    actor: str,
    agreement: Agreement,
    marked_on: date,
    at: datetime,
    amount_minor: int | None = None,
    public_key: str | None = None,
) -> DrawableMark:
    """The bank says the firm may draw ``amount_minor`` (all that is left, when None; 0 takes an earlier mark down)."""
    refuse_future(marked_on, at)
    fact = DrawableMark(
        public_key=public_key or fresh_key("drawable", at), agreement_id=agreement.id, marked_on=marked_on,
        amount_minor=amount_minor,
    )  # fmt: skip
    payload = {"agreement": agreement.id, "amount_minor": amount_minor, "marked_on": marked_on.isoformat()}
    owner = agreement.portfolio_id
    return append(session, fact, portfolio_id=owner, actor=actor, tag="agreement.drawable", at=at, payload=payload)


def request_draw(
    session: Session,
    *,
    actor: str,
    agreement: Agreement,
    amount_minor: int,
    asked_on: date,
    at: datetime,
    public_key: str | None = None,
) -> DrawRequest:
    """The firm asked for money; recorded where the request differs from what is then paid."""
    refuse_future(asked_on, at)
    refuse_nothing(amount_minor)
    fact = DrawRequest(
        public_key=public_key or fresh_key("request", at), agreement_id=agreement.id, asked_on=asked_on,
        amount_minor=amount_minor,
    )  # fmt: skip
    payload = {"agreement": agreement.id, "amount_minor": amount_minor, "asked_on": asked_on.isoformat()}
    return append(
        session, fact, portfolio_id=agreement.portfolio_id, actor=actor, tag="draw.requested", at=at, payload=payload
    )

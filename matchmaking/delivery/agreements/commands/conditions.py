"""Conditions of payment: opened with who holds them, and met once."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement, Condition, ConditionMet
from matchmaking.delivery.agreements.queries import condition_is_met
from matchmaking.delivery.agreements.recording import append, fresh_key, refuse_future
from matchmaking.domain.reasons import Reason, Refusal


def open_condition(
    session: Session,
    *,
    actor: str,
    agreement: Agreement,
    holder: str,
    words: str,
    set_on: date,
    at: datetime,
    due_on: date | None = None,
    public_key: str | None = None,
) -> Condition:
    """A condition of payment and who holds it: ``firm``, ``guarantor``, ``bank`` or ``permit``."""
    refuse_future(set_on, at)
    fact = Condition(
        public_key=public_key or fresh_key("condition", at), agreement_id=agreement.id, holder=holder, words=words,
        set_on=set_on, due_on=due_on,
    )  # fmt: skip
    payload = {"agreement": agreement.id, "holder": holder, "set_on": set_on.isoformat()}
    return append(
        session, fact, portfolio_id=agreement.portfolio_id, actor=actor, tag="condition.opened", at=at, payload=payload
    )


def meet_condition(
    session: Session,
    *,
    actor: str,
    agreement: Agreement,
    condition: Condition,
    met_on: date,
    at: datetime,
    public_key: str | None = None,
) -> ConditionMet:
    """The condition was met. Refuses a second time: a condition that reopens is a new condition."""
    refuse_future(met_on, at)
    if condition_is_met(session, condition):
        raise Refusal(Reason("condition_met_already", {"words": condition.words}))
    fact = ConditionMet(public_key=public_key or fresh_key("met", at), condition_id=condition.id, met_on=met_on)
    payload = {"agreement": agreement.id, "condition": condition.id, "met_on": met_on.isoformat()}
    return append(
        session, fact, portfolio_id=agreement.portfolio_id, actor=actor, tag="condition.met", at=at, payload=payload
    )

"""A wrongly recorded fact is taken back by a later one."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import FactVoid, RecordedFact
from matchmaking.delivery.agreements.recording import append, fresh_key, refuse_future
from matchmaking.domain.reasons import Reason, Refusal

STANDING = ("agreement", "verdict", "disbursement_void", "fact_void", "disbursement", "bank_report")
"""Tables whose rows ``take_back`` refuses: signings and verdicts stand, disbursements have a void of their own."""


def take_back(
    session: Session,
    *,
    actor: str,
    portfolio_id: int,
    fact: RecordedFact,
    voided_on: date,
    reason: str,
    at: datetime,
    public_key: str | None = None,
) -> FactVoid:
    """Take back one wrongly recorded fact; it stays visible, struck through. Refuses what stands, and a second time."""
    table = type(fact).__tablename__  # type: ignore[attr-defined]
    if table in STANDING:
        raise Refusal(Reason("fact_stands", {"fact": fact.public_key}))
    if session.query(FactVoid.id).filter_by(fact_key=fact.public_key).first() is not None:
        raise Refusal(Reason("voided_already", {"fact": fact.public_key}))
    refuse_future(voided_on, at)
    void = FactVoid(
        public_key=public_key or fresh_key("void", at), portfolio_id=portfolio_id, fact_key=fact.public_key,
        voided_on=voided_on, reason=reason,
    )  # fmt: skip
    payload = {"fact": fact.public_key, "voided_on": voided_on.isoformat()}
    return append(session, void, portfolio_id=portfolio_id, actor=actor, tag="fact.voided", at=at, payload=payload)

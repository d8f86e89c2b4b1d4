"""What every command of this wing does around its own fact: key, check of the day, portfolio's counter, trail."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import RecordedFact
from matchmaking.domain.money import plain_amount
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.clock import business_day
from matchmaking.foundation.trail import record
from matchmaking.registry.portfolios.commands import touch

F = TypeVar("F", bound=RecordedFact)


def fresh_key(prefix: str, at: datetime) -> str:
    """A public key for a fact whose source brings none: sorts by the instant it was told, and nobody can guess it."""
    return f"{prefix}-{at.astimezone(UTC):%Y%m%d%H%M%S%f}-{secrets.token_hex(4)}"


def refuse_future(day: date | None, at: datetime) -> None:
    """Refuse a fact dated after the day on which it is told."""
    told = business_day(at)
    if day is not None and day > told:
        raise Refusal(Reason("day_not_yet", {"day": day.isoformat(), "today": told.isoformat()}))


def refuse_nothing(amount_minor: int | None) -> None:
    """Refuse an amount of zero or less; None (not stated) passes."""
    if amount_minor is not None and amount_minor <= 0:
        raise Refusal(Reason("amount_not_positive", {"amount": plain_amount(amount_minor)}))


def append(
    session: Session, fact: F, *, portfolio_id: int, actor: str, tag: str, at: datetime, payload: dict[str, Any]
) -> F:
    """Stamp, add and flush one fact, raise the portfolio's counter and write the trail; the fact is given back.

    The trail's payload is ``payload`` (ids, integers, days); its subject ``<table>:<public key>``.
    """
    fact.recorded_at, fact.recorded_by = at, actor
    session.add(fact)
    session.flush()
    touch(session, portfolio_id, at=at)
    subject = f"{type(fact).__tablename__}:{fact.public_key}"  # type: ignore[attr-defined]
    record(session, actor=actor, tag=tag, subject=subject, payload=payload, at=at)
    return fact

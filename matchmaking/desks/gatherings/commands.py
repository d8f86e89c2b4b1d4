"""Reckoning what came of meetings. The kernel's own audit is asked per day; a page never reckons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from matchmaking.delivery.audits.case_audit import case_portfolio, kernel_audit
from matchmaking.desks.gatherings.models import EventCost, EventOutcome
from matchmaking.desks.gatherings.queries import HORIZONS, Told, kept_until, latest_told
from matchmaking.domain.conversion.ageing import SigningLedger
from matchmaking.domain.conversion.buckets import A1
from matchmaking.domain.conversion.cohorts import event_standing
from matchmaking.domain.conversion.facts import Event as EventFact
from matchmaking.foundation.storage import insert_rows
from matchmaking.foundation.trail import record
from matchmaking.market.events.models import Event
from matchmaking.registry.portfolios.models import Portfolio


@dataclass(frozen=True, slots=True)
class Day:
    """One meeting on one horizon."""

    event_key: str
    horizon: int
    as_of: date


def reckon_outcomes(
    session: Session, *, actor: str, portfolio: Portfolio, events: Sequence[Event], until: date, at: datetime
) -> int:
    """Keep papers and money of each meeting as of 30, 90, 180 and 360 days after it, as known by the end of ``until``.

    One audit per distinct day. Nothing is reckoned again before a fact came in, and figures that stand as they were
    last kept add nothing. How many rows were added. Days after ``until`` are not reckoned: nobody knows them yet.
    """
    seen = kept_until(session, portfolio.id)
    days = [
        Day(event.public_key, horizon, event.held_on + timedelta(days=horizon))
        for event in events
        for horizon in HORIZONS
        if event.held_on + timedelta(days=horizon) <= until
        and seen.get((event.public_key, horizon), -1) != portfolio.facts_seq
    ]
    if not days:
        return 0
    cases, kept = case_portfolio(session, portfolio), latest_told(session, portfolio.id)
    facts = {fact.key: fact for fact in cases.facts if isinstance(fact, EventFact)}
    by_day: dict[date, list[Day]] = defaultdict(list)
    for day in days:
        if day.event_key in facts:
            by_day[day.as_of].append(day)
    rows: list[dict[str, Any]] = []
    for as_of, wanted in sorted(by_day.items()):
        audit = kernel_audit(cases, as_of=as_of, known_on=until)
        found = _grouped((*audit.signings, *audit.apart), facts)
        for day in wanted:
            told = found.get(day.event_key, [])
            if told and set(told) != set(kept.get((day.event_key, day.horizon), ())):
                rows += [_columns(day, one, portfolio, at) for one in told]
    insert_rows(session, EventOutcome, rows)
    if rows:
        payload = {"rows": len(rows), "until": until.isoformat(), "facts_seq": portfolio.facts_seq}
        subject = f"portfolio:{portfolio.code}"
        record(session, actor=actor, tag="event.outcomes_reckoned", subject=subject, payload=payload, at=at)
    return len(rows)


def _grouped(ledgers: Iterable[SigningLedger], facts: dict[str, EventFact]) -> dict[str, list[Told]]:
    """Event → what was signed at it, by instrument and standing."""
    groups: dict[tuple[str, str, str], list[SigningLedger]] = defaultdict(list)
    for ledger in ledgers:
        event = facts.get(ledger.signing.event or "")
        if event is not None:
            groups[event.key, ledger.signing.instrument, event_standing(ledger.signing, event)].append(ledger)
    found: dict[str, list[Told]] = defaultdict(list)
    for (key, instrument, standing), held in sorted(groups.items()):
        found[key].append(
            Told(
                instrument,
                standing,
                len(held),
                sum(bool(ledger.with_money) for ledger in held),
                sum(ledger.original.minor for ledger in held),
                sum(ledger.with_money.minor for ledger in held),
                sum(ledger.verified.minor for ledger in held),
                sum(ledger.verified_in(A1).minor for ledger in held),
            )
        )
    return found


def _columns(day: Day, told: Told, portfolio: Portfolio, at: datetime) -> dict[str, Any]:
    return {
        "event_key": day.event_key, "portfolio_id": portfolio.id, "horizon": day.horizon, "as_of": day.as_of,
        "facts_seq": portfolio.facts_seq, "made_at": at, **told.columns(),
    }  # fmt: skip


def enter_cost(
    session: Session, *, actor: str, event: Event, amount_minor: int, words: str, at: datetime
) -> EventCost:  # fmt: skip
    """What a meeting cost, and by which voucher; a later entry holds instead of this one, which stays."""
    cost = EventCost(
        event_key=event.public_key, amount_minor=amount_minor, words=words.strip()[:300], entered_at=at,
        entered_by=actor,
    )  # fmt: skip
    session.add(cost)
    session.flush()
    payload = {"cost": cost.id, "amount_minor": amount_minor}
    record(session, actor=actor, tag="event.cost_entered", subject=f"event:{event.public_key}", payload=payload, at=at)
    return cost

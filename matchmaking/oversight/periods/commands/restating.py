"""Restating a closed month: what is known now less what was frozen and restated before, with the facts behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.delivery.audits.case_audit import case_portfolio
from matchmaking.delivery.audits.commands import keep_reckoned, reckon
from matchmaking.domain.conversion.causes import causes
from matchmaking.domain.conversion.closing import Cell, Held, added, cells_of, differences
from matchmaking.foundation.clock import business_day, end_of_day
from matchmaking.foundation.storage import insert_rows
from matchmaking.foundation.trail import record
from matchmaking.oversight.periods.models import PeriodCause, PeriodChange, PeriodRestatement
from matchmaking.oversight.periods.queries import (
    Closed,
    causes_of,
    changes_of,
    frozen_lines,
    restatements_of,
    statements_since,
    tellers,
)
from matchmaking.registry.portfolios.models import Portfolio

Behind = Mapping[int, Sequence[str]]
"""Agreement's id → keys of the facts behind its change."""


def restate_period(
    session: Session, *, actor: str, portfolio: Portfolio, closed: Closed, at: datetime
) -> PeriodRestatement | None:
    """Append what the month's figure, as known now, says otherwise; None where it says nothing new.

    The frozen figures and all restatements then add up to the figure as known now, cell by cell. Nothing is reckoned
    while no fact has come in since the last time.
    """
    locked = select(Portfolio).where(Portfolio.id == portfolio.id).with_for_update()
    portfolio = session.scalars(locked, execution_options={"populate_existing": True}).one()
    before = restatements_of(session, closed.close.id)
    last = before[-1] if before else closed.proposal
    if last.facts_seq == portfolio.facts_seq and not _told_since(portfolio, last.recorded_at):
        return None
    known_on = business_day(at)
    found = reckon(session, portfolio, as_of=closed.as_of, known_on=known_on)
    changed = differences(held_so_far(session, closed), cells_of(found.lines))
    if not changed:
        return None
    # the pages behind the difference answer from what is kept
    keep_reckoned(
        session, found, actor=actor, portfolio=portfolio, as_of=closed.as_of, known_on=known_on, at=at
    )  # fmt: skip
    made = PeriodRestatement(
        close_id=closed.close.id, number=len(before) + 1, known_on=known_on, facts_seq=portfolio.facts_seq,
        recorded_at=at, recorded_by=actor,
    )  # fmt: skip
    session.add(made)
    session.flush()
    keys = {row["agreement_id"]: row["public_key"] for row in found.rows}
    behind = _behind(session, portfolio, closed, changed, keys, at)
    _append(session, made, changed, behind)
    payload = {
        "month": closed.close.month, "number": made.number, "known_on": known_on.isoformat(),
        "cells": len(changed), "facts": len({key for told in behind.values() for key in told}),
    }  # fmt: skip
    subject = f"period:{closed.proposal.public_key}"
    record(session, actor=actor, tag="period.restated", subject=subject, payload=payload, at=at)
    return made


def _told_since(portfolio: Portfolio, at: datetime) -> bool:
    """Whether a fact was recorded after ``at``: seeds tell years in one unit of work, which counts once."""
    return portfolio.facts_until is not None and portfolio.facts_until > at


def held_so_far(session: Session, closed: Closed) -> dict[Cell, Held]:
    """The frozen cells with every restatement upon them."""
    held = cells_of(line for _, line in frozen_lines(session, closed.proposal.snapshot_id))
    for change in changes_of(session, closed.close.id).values():
        held = added(held, change)
    return held


def _behind(
    session: Session,
    portfolio: Portfolio,
    closed: Closed,
    changed: Mapping[Cell, Held],
    keys: Mapping[int, str],
    at: datetime,
) -> Behind:
    papers = sorted({cell.agreement for cell in changed})
    named = {cause.fact_key for cause, _ in causes_of(session, closed.close.id)}
    known_on, as_of = closed.proposal.known_on, closed.as_of
    if portfolio.kind == "statement":
        new = statements_since(session, portfolio.id, as_of=as_of, since=end_of_day(known_on))
        return {paper: [key for key in new if key not in named] for paper in papers}
    facts = case_portfolio(session, portfolio, business_day(at)).facts
    signings = [keys[paper] for paper in papers if paper in keys]
    found = causes(facts, signings, as_of=as_of, since=known_on, until=business_day(at), named=named)
    return {paper: [fact.key for fact in found.get(keys.get(paper, ""), ())] for paper in papers}


def _append(session: Session, made: PeriodRestatement, changed: Mapping[Cell, Held], behind: Behind) -> None:
    rows = [
        {
            "restatement_id": made.id, "agreement_id": cell.agreement, "standing": cell.standing, "grade": cell.grade,
            "bucket": cell.bucket, "amount_minor": held.amount, "verified_minor": held.verified,
        }
        for cell, held in changed.items()
    ]  # fmt: skip
    insert_rows(session, PeriodChange, rows)
    told = tellers(session, (key for facts in behind.values() for key in facts))
    # an event or a need is no row of its own: it is told by the papers that name it, which stand here themselves
    facts = [(paper, key) for paper, keys in behind.items() for key in keys if key in told]
    causes_ = [
        {
            "restatement_id": made.id, "agreement_id": paper, "fact_key": key, "kind": told[key].kind,
            "told_at": told[key].at, "told_by": told[key].by,
        }
        for paper, key in facts
    ]  # fmt: skip
    insert_rows(session, PeriodCause, causes_)

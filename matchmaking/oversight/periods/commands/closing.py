"""Closing a month: one person proposes its figures, another closes it on them. A closed month never changes again."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from matchmaking.delivery.audits.commands import take_snapshot
from matchmaking.delivery.disbursements.monthly import Month
from matchmaking.domain.conversion.closing import heads_json
from matchmaking.domain.hands import other_hands
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.clock import business_day
from matchmaking.foundation.trail import record
from matchmaking.oversight.periods.models import PeriodClose, PeriodProposal
from matchmaking.oversight.periods.queries import closed_month, frozen_lines, last_closed
from matchmaking.oversight.periods.sealing import seal_of_snapshot
from matchmaking.registry.organisations.recording import fresh_key
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.rulebook import number

ONE_DAY = timedelta(days=1)


def first_day_to_close(month: Month) -> date:
    """The first day on which ``month`` may be proposed: all its reports are in, and the last day for them is over."""
    return month.last + timedelta(days=number("period_reporting_days", month.last)) + ONE_DAY


def propose_period(session: Session, *, actor: str, portfolio: Portfolio, month: str, at: datetime) -> PeriodProposal:
    """Reckon ``month`` (``2025-06``) as known by the end of yesterday, and pin it by its hash for a second person.

    Yesterday, because nothing more can become known on a day that is over: what is told today or later restates.
    Raises :class:`Refusal` ``period_unreadable``, ``period_closed``, ``period_out_of_order`` or ``period_too_early``,
    and whatever stands against reckoning the month.
    """
    asked = _read(month)
    _refuse_order(session, portfolio, asked)
    today, first = business_day(at), first_day_to_close(asked)
    if today < first:
        told = {"month": month, "first": first.isoformat(), "today": today.isoformat()}
        raise Refusal(Reason("period_too_early", told))
    known_on = today - ONE_DAY
    snapshot = take_snapshot(session, actor=actor, portfolio=portfolio, as_of=asked.last, known_on=known_on, at=at)
    lines = frozen_lines(session, snapshot.id)
    made = PeriodProposal(
        public_key=fresh_key("period", at), portfolio_id=portfolio.id, month=month, as_of=asked.last,
        known_on=known_on, facts_seq=snapshot.facts_seq, snapshot_id=snapshot.id,
        digest=seal_of_snapshot(snapshot, lines), heads=heads_json(line for _, line in lines),
        recorded_at=at, recorded_by=actor,
    )  # fmt: skip
    session.add(made)
    session.flush()
    payload = {"month": month, "known_on": known_on.isoformat(), "snapshot": snapshot.id, "sha256": made.digest}
    record(session, actor=actor, tag="period.proposed", subject=f"period:{made.public_key}", payload=payload, at=at)
    return made


def close_period(
    session: Session, *, actor: str, portfolio: Portfolio, proposal: PeriodProposal, at: datetime
) -> PeriodClose:
    """Close the month on ``proposal``, for good. Facts told between the two acts become restatements.

    Raises :class:`Refusal` ``other_hands`` for whoever proposed it, and as :func:`propose_period`.
    """
    other_hands((proposal.recorded_by,), actor, made="hands_month")
    _refuse_order(session, portfolio, _read(proposal.month))
    made = PeriodClose(
        proposal_id=proposal.id, portfolio_id=portfolio.id, month=proposal.month, proposed_by=proposal.recorded_by,
        recorded_at=at, recorded_by=actor,
    )  # fmt: skip
    session.add(made)
    session.flush()
    payload = {"month": proposal.month, "known_on": proposal.known_on.isoformat(), "sha256": proposal.digest}
    subject = f"period:{proposal.public_key}"
    record(session, actor=actor, tag="period.closed", subject=subject, payload=payload, at=at)
    return made


def _read(month: str) -> Month:
    found = Month.read(month)
    if found is None:
        raise Refusal(Reason("period_unreadable", {"text": month[:20]}))
    return found


def _refuse_order(session: Session, portfolio: Portfolio, month: Month) -> None:
    """Once a first month is closed, the one after the last is next, and no other."""
    if closed_month(session, portfolio.id, str(month)) is not None:
        raise Refusal(Reason("period_closed", {"month": str(month)}))
    last = last_closed(session, portfolio.id)
    if last is not None and str(month.before) != last:
        following = Month.of(_read(last).last + ONE_DAY)
        raise Refusal(Reason("period_out_of_order", {"month": str(month), "next": str(following), "last": last}))

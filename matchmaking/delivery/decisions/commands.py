"""Everything that changes a credit decision. Each change asks the table DECISION and updates ``WHERE state AND
version``; who wrote the terms never decides on them (maker and checker)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaking.delivery.decisions.facts import HOLDERS, LineTold, terms_of
from matchmaking.delivery.decisions.models import CreditDecision, DecisionEvent
from matchmaking.delivery.decisions.queries import open_decision, orphaned, run_out, writers_of
from matchmaking.delivery.decisions.referring import STEPS, begin, count_quota, follow, referral_of, refuse_shut
from matchmaking.domain.declines import BANK, Decline
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.states import DECISION, FIRM, SYSTEM
from matchmaking.foundation.clock import business_day
from matchmaking.foundation.trail import record
from matchmaking.market.referrals.commands import keep_reason
from matchmaking.registry.organisations.recording import fresh_key
from matchmaking.rulebook import number
from matchmaking.rulebook.reference import declines

TAGS = {
    "amend": "decision.amended",
    "submit": "decision.submitted",
    "discard": "decision.discarded",
    "return": "decision.returned",
    "approve": "decision.approved",
    "refuse": "decision.refused",
    "turn_down": "decision.turned_down",
    "revoke": "decision.revoked",
    "lapse": "decision.lapsed",
}
ONWARD = ("amend", "submit", "approve")
"""What nobody does while the firm's file is shut to the bank; giving a case up stays open."""
NOTHING_YET = LineTold()


def start_decision(
    session: Session, *, actor: str, role: str, referral_key: str, on: date, at: datetime,
    terms: LineTold = NOTHING_YET, public_key: str | None = None,
) -> CreditDecision:  # fmt: skip
    """A draft on one accepted referral, which thereby enters diligence; ``terms`` may lack anything.

    Refuses with ``decision_stands`` a second one while the first stands, ``consent_shut``, and what the table REFERRAL
    refuses.
    """
    DECISION.move("draft", "amend", role)
    _refuse_holders(terms)
    referral = referral_of(session, referral_key)
    if open_decision(session, referral_key) is not None:
        raise Refusal(Reason("decision_stands"))
    case = begin(session, referral, actor=actor, role=role, at=at)
    refuse_shut(session, referral_key, on)
    decision = CreditDecision(
        public_key=public_key or fresh_key("decision", at), referral_key=case.referral_key, need_key=case.need_key,
        need_minor=case.need_minor, firm_id=case.firm_id, bank_id=case.bank_id, product=case.product,
        state=DECISION.initial[0], version=1, created_at=at, **terms.columns(on),
    )  # fmt: skip
    session.add(decision)
    try:
        session.flush()
    except IntegrityError as error:  # somebody else began at the same moment: the partial unique index says so
        raise Refusal(Reason("decision_stands")) from error
    _keep(session, decision, "start", "", actor=actor, role=role, at=at)
    payload = {"referral": case.referral_key, "need": case.need_key}
    subject = f"decision:{decision.public_key}"
    record(session, actor=actor, tag="decision.started", subject=subject, payload=payload, at=at)
    return decision


def amend_decision(
    session: Session, *, actor: str, role: str, decision: CreditDecision, version: int, terms: LineTold, on: date,
    at: datetime,
) -> CreditDecision:  # fmt: skip
    """Save a draft as far as it goes; the yearly rate is reckoned by the LPR of ``on``."""
    _refuse_holders(terms)
    return move_decision(
        session, actor=actor, role=role, decision=decision, version=version, action="amend", at=at,
        values=terms.columns(on),
    )  # fmt: skip


def submit_decision(
    session: Session, *, actor: str, role: str, decision: CreditDecision, version: int, on: date, at: datetime
) -> CreditDecision:
    """Hand the draft to a checker. The terms have to be whole only where the line is then approved."""
    return move_decision(
        session, actor=actor, role=role, decision=decision, version=version, action="submit", at=at,
        values={"submitted_by": actor}, terms=terms_of(decision).plain(),
    )  # fmt: skip


def submit_whole(
    session: Session, *, actor: str, role: str, decision: CreditDecision, version: int, on: date, at: datetime
) -> CreditDecision:
    """Hand in a draft that is to be approved: a reason for every term that is lacking, before a checker reads it."""
    lacking = list(_lacking(terms_of(decision), on))
    if lacking:
        raise Refusal(*lacking)
    return submit_decision(session, actor=actor, role=role, decision=decision, version=version, on=on, at=at)


def approve_decision(
    session: Session, *, actor: str, role: str, decision: CreditDecision, version: int, on: date, at: datetime
) -> CreditDecision:
    """已授信. Raises ``decision_own`` for one's own draft, and a reason for every term that is lacking."""
    DECISION.move(decision.state, "approve", role)
    _refuse_maker(session, decision, actor)
    lacking = list(_lacking(terms_of(decision), on))
    if lacking:
        raise Refusal(*lacking)
    return move_decision(
        session, actor=actor, role=role, decision=decision, version=version, action="approve", at=at,
        values={"decided_by": actor, "decided_on": on}, on=on,
    )  # fmt: skip


def refuse_decision(
    session: Session, *, actor: str, role: str, decision: CreditDecision, version: int, reason: str, words: str,
    on: date, at: datetime,
) -> CreditDecision:  # fmt: skip
    """未获批, with a coded reason of the bank's. Raises ``decision_own``, or what ``DeclineTable.given`` raises."""
    DECISION.move(decision.state, "refuse", role)
    _refuse_maker(session, decision, actor)
    given = _given(reason, words, on)
    return move_decision(
        session, actor=actor, role=role, decision=decision, version=version, action="refuse", at=at, on=on, given=given,
        values={"decided_by": actor, "decided_on": on},
    )  # fmt: skip


def revoke_decision(
    session: Session, *, actor: str, role: str, decision: CreditDecision, version: int, reason: str, words: str,
    on: date, at: datetime,
) -> CreditDecision:  # fmt: skip
    """The bank takes an approved line back, with a coded reason; what was signed under it stands."""
    DECISION.move(decision.state, "revoke", role)
    return move_decision(
        session, actor=actor, role=role, decision=decision, version=version, action="revoke", at=at, on=on,
        given=_given(reason, words, on),
    )  # fmt: skip


def turn_down_line(
    session: Session, *, actor: str, role: str, decision: CreditDecision, version: int, on: date, at: datetime
) -> CreditDecision:
    """The firm does not want the line; nobody asks why. Its need is open again unless another bank has it."""
    return move_decision(
        session, actor=actor, role=role, decision=decision, version=version, action="turn_down", at=at, on=on
    )


def lapse_decisions(session: Session, *, actor: str, as_of: date, at: datetime, limit: int = 500) -> int:
    """End approved lines whose last day was before ``as_of``; how many there were, at most ``limit`` at a time."""
    found = run_out(session, as_of, limit=limit)
    for one in found:
        move_decision(
            session, actor=actor, role=SYSTEM, decision=one, version=one.version, action="lapse", at=at, on=as_of
        )
    return len(found)


def close_orphans(session: Session, *, actor: str, as_of: date, at: datetime, limit: int = 500) -> int:
    """End decisions whose referral has ended on a page of its own; how many, at most ``limit`` at a time.

    A draft is discarded; an approved line is turned down where the firm went, else it lapses.
    """
    found = orphaned(session, limit=limit)
    for one, state in found:
        if one.state == "approved":
            action, role = ("turn_down", FIRM) if state in ("withdrawn", "transferred") else ("lapse", SYSTEM)
        else:
            action, role = "discard", SYSTEM
        move_decision(
            session, actor=actor, role=role, decision=one, version=one.version, action=action, at=at, on=as_of
        )
    return len(found)


def move_decision(
    session: Session, *, actor: str, role: str, decision: CreditDecision, version: int, action: str, at: datetime,
    values: dict[str, Any] | None = None, words: str = "", terms: dict[str, Any] | None = None,
    on: date | None = None, given: Decline | None = None,
) -> CreditDecision:  # fmt: skip
    """One step of the table DECISION, from the version the page was made from; else ``decision_moved_on``.

    The referral goes along: an end of it that the firm set meanwhile is told as what the table REFERRAL refuses.
    ``given``: the bank's coded reason, kept here and where the firm reads it. ``on``: the business day, that of ``at``
    unless told.
    """
    referral = referral_of(session, decision.referral_key) if action in STEPS else None
    before, to, day = decision.state, DECISION.move(decision.state, action, role), on or business_day(at)
    if referral is not None:
        count_quota(session, referral, decision.line_minor or 0, action, day)
    values = {**_reason_columns(given), **(values or {})}
    table = CreditDecision
    changed = session.execute(
        update(table)
        .where(table.id == decision.id, table.state == before, table.version == version)
        .values(state=to, version=version + 1, **values)
        .returning(table.id)
        .execution_options(synchronize_session=False)
    ).first()
    session.refresh(decision)
    if changed is None:
        raise Refusal(Reason("decision_moved_on", {"state_word": f"state_decision_{decision.state}"}))
    _keep(session, decision, action, before, actor=actor, role=role, at=at, words=words, terms=terms)
    payload = {"from": before, "to": to, "version": decision.version, "role": role}
    subject = f"decision:{decision.public_key}"
    record(session, actor=actor, tag=TAGS[action], subject=subject, payload=payload, at=at)
    if referral is not None:
        moved = follow(session, referral, action, actor=actor, role=role, at=at, on=day)
        if given is not None and moved:
            keep_reason(session, referral, given, actor=actor, at=at)
    if action in ONWARD:
        refuse_shut(session, decision.referral_key, day)
    return decision


def _given(reason: str, words: str, on: date) -> Decline:
    fewest = number("decline_other_fewest_characters", on)
    return declines().given(reason, BANK, words, fewest=fewest, attached=False)


def _reason_columns(given: Decline | None) -> dict[str, Any]:
    if given is None:
        return {}
    return {"reason_code": given.reason.code, "reason_words": given.words, "reason_version": given.version}


def _refuse_maker(session: Session, decision: CreditDecision, actor: str) -> None:
    if actor in writers_of(session, decision.id):
        raise Refusal(Reason("decision_own"))


def _refuse_holders(terms: LineTold) -> None:
    for holder, words in terms.conditions:
        if holder not in HOLDERS or not words.strip() or len(words) > 300:
            raise Refusal(Reason("decision_condition_bad"))


def _lacking(terms: LineTold, on: date) -> Iterator[Reason]:
    if terms.line is None:
        yield Reason("decision_line_missing")
    if terms.term_months is None:
        yield Reason("decision_term_missing")
    if terms.expires_on is None or terms.expires_on < on:
        yield Reason("decision_expiry_missing", {"today": on.isoformat()})
    if not terms.lpr_tenor or terms.spread_bp is None:
        yield Reason("decision_rate_missing")


def _keep(
    session: Session, decision: CreditDecision, action: str, before: str, *, actor: str, role: str, at: datetime,
    words: str = "", terms: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    event = DecisionEvent(
        decision_id=decision.id, number=decision.version, action=action, before=before, after=decision.state,
        role=role, actor=actor, words=words, terms=terms, recorded_at=at,
    )  # fmt: skip
    session.add(event)
    session.flush()

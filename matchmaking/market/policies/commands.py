"""Proposing weights, and a person's word on them: adopt from tomorrow, set aside, withdraw from tomorrow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matchmaking.domain.hands import other_hands
from matchmaking.domain.matching.policy import Policy
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.states import OFFICE, POLICY
from matchmaking.foundation.trail import record
from matchmaking.market.policies.models import PolicyAct, PolicyVersion
from matchmaking.market.policies.queries import policy_by_key, proposal_of
from matchmaking.registry.organisations.recording import fresh_key, words_enough
from matchmaking.rulebook import matching as rulebook

FEWEST_CHARACTERS, MOST_CHARACTERS = 4, 300
TAGS = {"adopt": "policy.adopted", "set_aside": "policy.set_aside", "withdraw": "policy.withdrawn"}


def propose(
    session: Session,
    *,
    actor: str,
    base: Policy,
    weights: Mapping[str, int],
    evidence: dict[str, Any],
    digest: str,
    at: datetime,
    on: date,
) -> PolicyVersion:
    """A proposal; what was proposed already beside the same card from the same choices is given back, not repeated.

    ``ValueError`` for weights that are no policy. Nothing is in force by it.
    """
    known = proposal_of(session, base.version, digest)
    if known is not None:
        return known
    version = _free_version(session, on)
    Policy(version, on, "", True, weights, base.settings)  # refuses weights below zero or not adding up to a hundred
    row = PolicyVersion(
        public_key=fresh_key("policy", at), version=version, base_version=base.version, state=POLICY.initial[0],
        row_version=1, weights={**weights, "order": list(weights)}, settings=dict(base.settings), evidence=evidence,
        pairs_digest=digest, recorded_at=at, recorded_by=actor,
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.add(PolicyAct(policy_version_id=row.id, number=1, action="propose", actor=actor, recorded_at=at))
    payload = {"version": version, "base": base.version, "weights": dict(weights), "pairs": digest}
    record(session, actor=actor, tag="policy.proposed", subject=f"policy:{row.public_key}", payload=payload, at=at)
    return row


def adopt(
    session: Session, *, actor: str, key: str, row_version: int, words: str, on: date, at: datetime
) -> PolicyVersion:
    """In force from the day after ``on``, so that no day has two policies.

    Raises :class:`Refusal` ``other_hands`` for whoever asked for the fit, ``policy_outdated`` where the hand-set card
    it was proposed beside is followed by another, ``words_short``, ``policy_moved_on`` or what the table refuses.
    """
    row = _row(session, key)
    other_hands((row.recorded_by,), actor, made="hands_fit")
    since = on + timedelta(days=1)
    if rulebook.policy(since).version != row.base_version:
        raise Refusal(Reason("policy_outdated", {"version": row.base_version}))
    return _decide(session, row, "adopt", actor, row_version, words, at, {"since": since})


def set_aside(session: Session, *, actor: str, key: str, row_version: int, words: str, at: datetime) -> PolicyVersion:
    """Not taken into force, with words."""
    return _decide(session, _row(session, key), "set_aside", actor, row_version, words, at, {})


def withdraw(
    session: Session, *, actor: str, key: str, row_version: int, words: str, on: date, at: datetime
) -> PolicyVersion:
    """Out of force from the day after ``on``, or never in force where it was to begin only then."""
    row = _row(session, key)
    until = max(on + timedelta(days=1), row.since or on)
    return _decide(session, row, "withdraw", actor, row_version, words, at, {"until": until})


def _decide(
    session: Session,
    row: PolicyVersion,
    action: str,
    actor: str,
    row_version: int,
    words: str,
    at: datetime,
    values: dict[str, Any],
) -> PolicyVersion:
    told = words_enough(words, fewest=FEWEST_CHARACTERS, most=MOST_CHARACTERS)
    before, to = row.state, POLICY.move(row.state, action, OFFICE)
    changed = session.execute(
        update(PolicyVersion)
        .where(PolicyVersion.id == row.id, PolicyVersion.state == before, PolicyVersion.row_version == row_version)
        .values(state=to, row_version=row_version + 1, **values)
        .returning(PolicyVersion.id)
        .execution_options(synchronize_session=False)
    ).first()
    session.refresh(row)
    if changed is None:
        raise Refusal(Reason("policy_moved_on", {"state_word": f"state_policy_{row.state}"}))
    act = {"number": row.row_version, "action": action, "actor": actor, "words": told, "recorded_at": at}
    session.add(PolicyAct(policy_version_id=row.id, **act))
    payload = {"version": row.version} | {name: day.isoformat() for name, day in values.items()}
    record(session, actor=actor, tag=TAGS[action], subject=f"policy:{row.public_key}", payload=payload, at=at)
    return row


def _row(session: Session, key: str) -> PolicyVersion:
    row = policy_by_key(session, key)
    if row is None:
        raise Refusal(Reason("policy_gone"))
    return row


def _free_version(session: Session, on: date) -> str:
    stem = f"fit-{on.isoformat()}"
    taken = set(session.scalars(select(PolicyVersion.version).where(PolicyVersion.version.startswith(stem))))
    return next(name for name in (stem, *(f"{stem}-{nth}" for nth in range(2, 1000))) if name not in taken)

"""What is written beside a frozen list: dated restatements, and the province's answers to an upward list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.states import BUREAU
from matchmaking.foundation.storage import insert_rows
from matchmaking.market.batches.commands.moving import move_batch, tell
from matchmaking.market.batches.models import OUTCOMES, Batch, BatchOutcome, BatchRestatement
from matchmaking.market.batches.queries import member_ids
from matchmaking.registry.organisations.recording import refuse_later, words_enough

FEWEST_CHARACTERS, MOST_CHARACTERS = 6, 500
"""Of a restatement's cause."""


@dataclass(frozen=True, slots=True)
class OutcomeTold:
    """What the province answered about one firm, and on what day; ``declined`` needs words."""

    outcome: str
    on_day: date
    words: str = ""


def restate_batch(
    session: Session,
    *,
    actor: str,
    batch: Batch,
    version: int,
    cause: str,
    difference_members: int,
    difference_minor: int,
    on: date,
    at: datetime,
    member_id: int | None = None,
    role: str = BUREAU,
) -> BatchRestatement:
    """Write a correction beside the frozen list: its cause, and by how many firms and fen the truth differs.

    The list keeps its members, sum and hash. Raises ``batch_restatement_nothing`` and ``batch_restatement_member``.
    """
    told = words_enough(cause, fewest=FEWEST_CHARACTERS, most=MOST_CHARACTERS)
    if not difference_members and not difference_minor:
        raise Refusal(Reason("batch_restatement_nothing"))
    if member_id is not None and member_id not in member_ids(session, batch.id):
        raise Refusal(Reason("batch_restatement_member"))
    move_batch(session, role=role, batch=batch, version=version, action="restate")
    fact = BatchRestatement(
        batch_id=batch.id, member_id=member_id, on_day=on, cause=told, difference_members=difference_members,
        difference_minor=difference_minor, recorded_at=at, recorded_by=actor,
    )  # fmt: skip
    session.add(fact)
    session.flush()
    payload = {"restatement": fact.id, "members": difference_members, "amount_minor": difference_minor}
    tell(session, batch, "restate", actor=actor, at=at, payload=payload)
    return fact


def record_outcomes(
    session: Session,
    *,
    actor: str,
    batch: Batch,
    version: int,
    outcomes: Mapping[int, OutcomeTold],
    on: date,
    at: datetime,
    role: str = BUREAU,
) -> None:
    """What became of members of an upward list: member id → answer. Of several answers about one firm the latest holds.

    Raises ``batch_outcome_city`` for a list to banks, ``batch_declined_why``, ``day_not_yet``, ``batch_member_gone``.
    """
    if batch.kind != "upward":
        raise Refusal(Reason("batch_outcome_city"))
    if not set(outcomes) <= member_ids(session, batch.id):
        raise Refusal(Reason("batch_member_gone"))
    for told in outcomes.values():
        _refuse_outcome(told, on)
    move_batch(session, role=role, batch=batch, version=version, action="record_outcome")
    rows = [
        {
            "member_id": member, "outcome": told.outcome, "on_day": told.on_day, "words": " ".join(told.words.split()),
            "recorded_at": at, "recorded_by": actor,
        }
        for member, told in outcomes.items()
    ]  # fmt: skip
    insert_rows(session, BatchOutcome, rows)
    tell(session, batch, "record_outcome", actor=actor, at=at, payload={"firms": len(rows)})


def _refuse_outcome(told: OutcomeTold, on: date) -> None:
    if told.outcome not in OUTCOMES:
        raise Refusal(Reason("batch_outcome_unknown_code"))
    refuse_later(told.on_day, on)
    if told.outcome == "declined" and not told.words.strip():
        raise Refusal(Reason("batch_declined_why"))

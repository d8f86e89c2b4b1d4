"""The end of compiling: the list stands frozen under its hash, or the draft is discarded."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.states import BUREAU
from matchmaking.market.batches.commands.moving import move_batch, tell
from matchmaking.market.batches.facts import membership_sha256
from matchmaking.market.batches.models import Batch
from matchmaking.market.batches.queries import failed_tests, membership


def freeze_batch(
    session: Session, *, actor: str, batch: Batch, version: int, on: date, at: datetime, role: str = BUREAU
) -> Batch:
    """From here on nothing joins, leaves or changes: members, sum and hash are written down with the day ``on``.

    Raises :class:`Refusal` ``batch_empty``, and ``batch_failed_test`` where a firm on it does not meet one of the five
    tests: a firm that fails is not recommended.
    """
    lines = membership(session, batch.id)
    if not lines:
        raise Refusal(Reason("batch_empty"))
    failed = failed_tests(session, batch.id)
    if failed:
        firm, test = failed[0]
        told: dict[str, str | int | None] = {
            "firm": firm,
            "test_word": f"batch_test_{test}",
            "count": len({name for name, _ in failed}),
        }
        raise Refusal(Reason("batch_failed_test", told))
    values = {
        "frozen_on": on,
        "members": len(lines),
        "asked_minor": sum(minor for _, _, minor in lines),
        "membership_sha256": membership_sha256(lines),
    }
    move_batch(session, role=role, batch=batch, version=version, action="freeze", values=values)
    payload = {**values, "frozen_on": on.isoformat()}
    tell(session, batch, "freeze", actor=actor, at=at, payload=payload)
    return batch


def discard_batch(
    session: Session, *, actor: str, batch: Batch, version: int, at: datetime, role: str = BUREAU
) -> Batch:
    """Give the draft up; its rows stay and count in nothing."""
    move_batch(session, role=role, batch=batch, version=version, action="discard")
    tell(session, batch, "discard", actor=actor, at=at, payload={})
    return batch

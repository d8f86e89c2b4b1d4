"""One step of the table BATCH: of two changes made from the same page one wins and the other is told so."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.states import BATCH
from matchmaking.foundation.trail import record
from matchmaking.market.batches.models import Batch

TAGS = {
    "fill": "batch.filled",
    "strike": "batch.struck",
    "test": "batch.tested",
    "freeze": "batch.frozen",
    "discard": "batch.discarded",
    "restate": "batch.restated",
    "record_outcome": "batch.outcome_recorded",
}


def move_batch(
    session: Session, *, role: str, batch: Batch, version: int, action: str, values: dict[str, Any] | None = None
) -> Batch:
    """The list after ``action``; ``version`` is the one the page was made from.

    Raises what ``BATCH.move`` raises, and ``batch_moved_on`` where somebody else changed it meanwhile.
    """
    before, to = batch.state, BATCH.move(batch.state, action, role)
    changed = session.execute(
        update(Batch)
        .where(Batch.id == batch.id, Batch.state == before, Batch.version == version)
        .values(state=to, version=version + 1, **(values or {}))
        .returning(Batch.id)
        .execution_options(synchronize_session=False)
    ).first()
    session.refresh(batch)
    if changed is None:
        raise Refusal(Reason("batch_moved_on", {"state_word": f"state_batch_{batch.state}"}))
    return batch


def tell(session: Session, batch: Batch, action: str, *, actor: str, at: datetime, payload: dict[str, Any]) -> None:
    """The step in the trail, after every other write of the command."""
    told = {"version": batch.version, **payload}
    record(session, actor=actor, tag=TAGS[action], subject=f"batch:{batch.public_key}", payload=told, at=at)

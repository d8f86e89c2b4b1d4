"""Whether a closed month still is what it was: its kept figures, the facts known then, and the sum of restatements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from matchmaking.delivery.audits.commands import reckon
from matchmaking.domain.conversion.closing import cells_of, differences
from matchmaking.domain.reasons import Reason
from matchmaking.oversight.periods.commands.restating import held_so_far
from matchmaking.oversight.periods.queries import Closed, frozen_lines, snapshot_of
from matchmaking.oversight.periods.sealing import seal_of_facts, seal_of_snapshot
from matchmaking.registry.portfolios.models import Portfolio


@dataclass(frozen=True, slots=True)
class Checked:
    """``sealed``: what is kept hashes as it did. ``replayed``: the facts known then do. ``waiting``: cells that differ
    from the figure as known now and that no restatement names yet.
    """

    month: str
    digest: str
    sealed: bool
    replayed: bool
    waiting: int

    @property
    def whole(self) -> bool:
        """Nothing was altered; what waits for tonight's restatement is no fault."""
        return self.sealed and self.replayed

    @property
    def reasons(self) -> Iterator[Reason]:
        """What was found, in words."""
        yield Reason("period_sealed" if self.sealed else "period_unsealed")
        yield Reason("period_replayed" if self.replayed else "period_not_replayed")
        yield Reason("period_waits", {"cells": self.waiting}) if self.waiting else Reason("period_adds_up")


def check_period(session: Session, portfolio: Portfolio, closed: Closed, *, known_on: date) -> Checked:
    """Reckon the month twice, as known then and as known on ``known_on``; reads only."""
    lines = frozen_lines(session, closed.proposal.snapshot_id)
    kept = seal_of_snapshot(snapshot_of(session, closed.proposal), lines)
    anew = seal_of_facts(session, portfolio, closed.proposal)
    now = cells_of(reckon(session, portfolio, as_of=closed.as_of, known_on=known_on).lines)
    digest = closed.proposal.digest
    waiting = len(differences(held_so_far(session, closed), now))
    return Checked(closed.close.month, digest, kept == digest, anew == digest, waiting)

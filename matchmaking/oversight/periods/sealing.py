"""The hash of a closed month, from what is kept and from the facts anew: whoever asks comes to the same one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from matchmaking.delivery.audits.commands import reckon
from matchmaking.delivery.audits.models import AuditSnapshot
from matchmaking.domain.conversion.closing import seal
from matchmaking.oversight.periods.models import PeriodProposal
from matchmaking.registry.portfolios.models import Portfolio


def seal_of_snapshot(snapshot: AuditSnapshot, lines: Iterable[tuple[str, Mapping[str, Any]]]) -> str:
    """What the kept audit hashes to; ``lines`` from ``queries.frozen_lines``."""
    return seal(snapshot.payload, lines)


def seal_of_facts(session: Session, portfolio: Portfolio, proposal: PeriodProposal) -> str:
    """What the facts known then hash to, reckoned anew; reads only."""
    found = reckon(session, portfolio, as_of=proposal.as_of, known_on=proposal.known_on)
    keys = {row["agreement_id"]: row["public_key"] for row in found.rows}
    return seal(found.payload, ((keys[line["agreement_id"]], line) for line in found.lines))

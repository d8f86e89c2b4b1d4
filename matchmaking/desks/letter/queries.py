"""What the letter counts, asked of the records: lists, signings at meetings; and how far the two overlap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.agreements.queries import firms_of_papers
from matchmaking.delivery.audits.models import AuditRow, AuditSnapshot
from matchmaking.desks.gatherings.queries import Told
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.market.batches.models import Batch, BatchMember
from matchmaking.market.batches.queries import STANDS, batch_list
from matchmaking.market.events.models import Event


@dataclass(frozen=True, slots=True)
class Listed:
    """Frozen lists of one kind together: how many, of how many firms, for how much, and since when they stand."""

    lists: int
    firms: int
    asked_minor: int
    frozen_on: date | None
    digest: str


@dataclass(frozen=True, slots=True)
class Signed:
    """Papers signed at meetings of one kind: by instrument, never added. ``apart``: papers that count in none."""

    meetings: int
    told: Sequence[Told]
    apart: int
    digest: str

    @property
    def papers(self) -> int:
        """Papers of all instruments: papers may be counted together, their amounts may not."""
        return sum(one.papers for one in self.told)

    @property
    def letter_minor(self) -> int:
        """What the letter wrote: amounts of unlike papers in one sum. Shown as the letter's, used for nothing."""
        return sum(one.signed_minor for one in self.told)


@dataclass(frozen=True, slots=True)
class Met:
    """Firms of the frozen lists and what of their amounts is verified money, each firm capped at what it asked for."""

    firms: int
    met_firms: int
    asked_minor: int
    met_minor: int


def listed(session: Session, viewer: Viewer, kind: str) -> Listed:
    """The frozen lists of ``kind``; one SQL statement."""
    rows = [row.batch for row in batch_list(session, viewer, kind=kind) if row.batch.state == "frozen"]
    days = [batch.frozen_on for batch in rows if batch.frozen_on is not None]
    return Listed(
        len(rows),
        sum(batch.members or 0 for batch in rows),
        sum(batch.asked_minor or 0 for batch in rows),
        max(days, default=None),
        _together(batch.membership_sha256 or "" for batch in rows),
    )


def signed(events: Mapping[str, Event], told: Mapping[str, Sequence[Told]], kind: str, until: date) -> Signed:
    """Papers of meetings of ``kind`` held up to ``until``, by instrument over all meetings."""
    chosen = [event for event in events.values() if event.kind == kind and event.held_on <= until]
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    apart = 0
    for event in chosen:
        for one in told.get(event.public_key, ()):
            if one.standing != "member":
                apart += one.papers
                continue
            held = (one.papers, one.paid_papers, one.signed_minor, one.paid_minor, one.verified_minor)
            sums[one.instrument] = [a + b for a, b in zip(sums[one.instrument], held, strict=True)]
    return Signed(
        len(chosen),
        [Told(instrument, "member", *counts) for instrument, counts in sorted(sums.items())],
        apart,
        _together(event.sheet_sha256 or event.public_key for event in chosen),
    )


def overlap(session: Session, snapshot: AuditSnapshot, kind: str) -> int:
    """Firms that stand on a frozen list to the city's banks and signed at a meeting of ``kind``; one SQL statement."""
    whose = firms_of_papers()
    asked = (
        select(func.count(BatchMember.organisation_id.distinct()))
        .join(Batch, Batch.id == BatchMember.batch_id)
        .join(whose, whose.c.organisation_id == BatchMember.organisation_id)
        .join(Agreement, Agreement.id == whose.c.agreement_id)
        .join(AuditRow, AuditRow.agreement_id == Agreement.id)
        .join(Event, Event.public_key == Agreement.event_key)
        .where(Batch.kind == "city", Batch.state == "frozen", STANDS)
        .where(AuditRow.snapshot_id == snapshot.id, AuditRow.standing == "member", Event.kind == kind)
    )
    return session.scalar(asked) or 0


def met(session: Session, snapshot: AuditSnapshot) -> Met:
    """How much of what the firms of the city's frozen lists asked for is verified money; one SQL statement.

    Counted are papers of the firm signed on or after the day its list froze, whichever bank, up to the firm's amount on
    the list; a firm on several lists is counted on each by what its own list asks.
    """
    whose = firms_of_papers()
    money = (
        select(whose.c.organisation_id, AuditRow.signed_on, AuditRow.verified_minor)
        .join(AuditRow, AuditRow.agreement_id == whose.c.agreement_id)
        .where(AuditRow.snapshot_id == snapshot.id, AuditRow.verified_minor > 0)
        .subquery()
    )
    verified = func.coalesce(func.sum(money.c.verified_minor), 0)
    asked = (
        select(BatchMember.id, BatchMember.asked_minor, verified)
        .join(Batch, Batch.id == BatchMember.batch_id)
        .outerjoin(
            money,
            (money.c.organisation_id == BatchMember.organisation_id) & (money.c.signed_on >= Batch.frozen_on),
        )
        .where(Batch.kind == "city", Batch.state == "frozen", STANDS)
        .group_by(BatchMember.id, BatchMember.asked_minor)
    )
    rows = [(row[1], int(row[2])) for row in session.execute(asked)]
    return Met(
        len(rows),
        sum(paid > 0 for _, paid in rows),
        sum(minor for minor, _ in rows),
        sum(min(minor, paid) for minor, paid in rows),
    )


def _together(digests: object) -> str:
    """One hash over several: SHA-256 over the sorted ones, a line feed after each."""
    return sha256("".join(f"{one}\n" for one in sorted(digests)).encode()).hexdigest()  # type: ignore[call-overload]

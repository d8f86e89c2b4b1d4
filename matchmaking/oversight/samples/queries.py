"""Reading samples: the list, one sample with its items and calls, and the latest result beside a headline figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case, exists, func, select
from sqlalchemy.orm import Session

from matchmaking.delivery.audits.models import AuditRow, AuditSnapshot
from matchmaking.domain.conversion.projecting import Answer, Projection, project
from matchmaking.domain.conversion.sampling import Drawn, FrozenList, Plan, draw
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.oversight.samples.facts import frame_of
from matchmaking.oversight.samples.models import AuditSample, SampleCall, SampleItem
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import seen_by


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One line of the list."""

    sample: AuditSample
    portfolio: Portfolio


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item with its agreement and every call, the earliest first."""

    item: SampleItem
    row: AuditRow
    calls: Sequence[SampleCall]

    @property
    def answer(self) -> SampleCall | None:
        """The last call that was answered: what counts."""
        return next((call for call in reversed(self.calls) if call.outcome == "confirmed"), None)

    @property
    def attempts(self) -> int:
        """Calls in vain."""
        return sum(call.outcome == "unreached" for call in self.calls)

    @property
    def drawn(self) -> Drawn:
        """As the domain knows it."""
        return Drawn(self.item.agreement_key, self.item.book_minor, self.item.top)

    @property
    def over(self) -> int:
        """Minor units told too much; below zero: too little. Nothing while nobody answered."""
        return self.item.book_minor - (self.answer.amount_minor or 0) if self.answer else 0


def sample_list(
    session: Session, viewer: Viewer, *, portfolio: str = "", limit: int, offset: int = 0
) -> tuple[list[SampleRow], int]:
    """Samples of the portfolios the viewer may open, the latest first, and how many in all; one SQL statement."""
    asked = (
        select(AuditSample, Portfolio, func.count().over().label("total"))
        .join(Portfolio, Portfolio.id == AuditSample.portfolio_id)
        .where(seen_by(viewer))
    )
    if portfolio:
        asked = asked.where(Portfolio.code == portfolio)
    rows = session.execute(asked.order_by(AuditSample.id.desc()).limit(limit).offset(offset)).all()
    return [SampleRow(row[0], row[1]) for row in rows], rows[0].total if rows else 0


def visible_sample(session: Session, viewer: Viewer, key: str) -> SampleRow | None:
    """One sample, or None where it is not the viewer's to see."""
    asked = (
        select(AuditSample, Portfolio)
        .join(Portfolio, Portfolio.id == AuditSample.portfolio_id)
        .where(AuditSample.public_key == key, seen_by(viewer))
    )
    found = session.execute(asked).first()
    return SampleRow(found[0], found[1]) if found else None


def sample_by_key(session: Session, key: str) -> AuditSample | None:
    """One sample for the shell, which sees everything."""
    return session.scalars(select(AuditSample).where(AuditSample.public_key == key)).one_or_none()


def items_of(session: Session, sample: AuditSample) -> list[ItemRow]:
    """Every item with its agreement and calls; two SQL statements."""
    asked = select(SampleItem, AuditRow).join(AuditRow, AuditRow.id == SampleItem.audit_row_id)
    asked = asked.where(SampleItem.sample_id == sample.id).order_by(SampleItem.position)
    calls: dict[int, list[SampleCall]] = {}
    said = select(SampleCall).join(SampleItem, SampleItem.id == SampleCall.item_id)
    for call in session.scalars(said.where(SampleItem.sample_id == sample.id).order_by(SampleCall.number)):
        calls.setdefault(call.item_id, []).append(call)
    return [ItemRow(item, row, calls.get(item.id, ())) for item, row in session.execute(asked).tuples()]


@dataclass(frozen=True, slots=True)
class ItemPage:
    """A page of a sample's items; ``total`` and ``answered`` are of the whole sample, 0 on a page past the end."""

    rows: Sequence[ItemRow]
    total: int
    answered: int


def item_page(session: Session, sample: AuditSample, *, limit: int, offset: int = 0) -> ItemPage:
    """Some items with their agreements and calls, in the order of the draw; one SQL statement at any length."""
    heard = exists().where(SampleCall.item_id == SampleItem.id, SampleCall.outcome == "confirmed")
    inner = (
        select(
            SampleItem.id, func.count().over().label("total"),
            func.sum(case((heard.correlate(SampleItem), 1), else_=0)).over().label("answered"),
        )
        .where(SampleItem.sample_id == sample.id)
        .order_by(SampleItem.position)
        .limit(limit)
        .offset(offset)
        .subquery()
    )  # fmt: skip
    asked = (
        select(SampleItem, AuditRow, SampleCall, inner.c.total, inner.c.answered)
        .join(inner, inner.c.id == SampleItem.id)
        .join(AuditRow, AuditRow.id == SampleItem.audit_row_id)
        .outerjoin(SampleCall, SampleCall.item_id == SampleItem.id)
        .order_by(SampleItem.position, SampleCall.number)
    )
    found = session.execute(asked).all()
    calls: dict[int, list[SampleCall]] = {}
    for item, _row, call, *_sums in found:
        calls.setdefault(item.id, []).extend([call] if call else [])
    pairs = {item.id: (item, row) for item, row, *_ in found}
    rows = [ItemRow(*pair, calls[number]) for number, pair in pairs.items()]
    return ItemPage(rows, found[0].total if found else 0, int(found[0].answered) if found else 0)


def item_of(session: Session, sample: AuditSample, position: int) -> ItemRow | None:
    """One item."""
    asked = select(SampleItem, AuditRow).join(AuditRow, AuditRow.id == SampleItem.audit_row_id)
    found = session.execute(asked.where(SampleItem.sample_id == sample.id, SampleItem.position == position)).first()
    if found is None:
        return None
    calls = select(SampleCall).where(SampleCall.item_id == found[0].id).order_by(SampleCall.number)
    return ItemRow(found[0], found[1], session.scalars(calls).all())


def frozen_list(session: Session, sample: AuditSample) -> FrozenList:
    """The list the sample was drawn from, read again from its snapshot."""
    snapshot = session.get_one(AuditSnapshot, sample.snapshot_id)
    return frame_of(session, snapshot, sample.grade, sample.money).listed


def plan_of(sample: AuditSample) -> Plan:
    """How much was to be drawn."""
    return Plan(sample.confidence_ppm, sample.tolerable_minor, sample.expected, sample.interval_minor)


def projected(listed: FrozenList, sample: AuditSample, items: Sequence[ItemRow]) -> Projection:
    """What the answers say of the whole list."""
    answers = [Answer(item.drawn, item.answer.amount_minor if item.answer else None) for item in items]
    return project(listed, plan_of(sample), answers)


def result_json(found: Projection, measure: Mapping[str, Any]) -> dict[str, Any]:
    """The result as it is stored; ``floor_ppm`` is the headline figure less the upper limit, never below zero."""
    numerator, denominator = measure["numerator"], measure["denominator"]
    return {
        "items": found.items,
        "answered": found.answered,
        "found_minor": found.found,
        "likely_minor": found.likely,
        "upper_minor": found.upper,
        "under_found_minor": found.under_found,
        "under_likely_minor": found.under_likely,
        "taintings_ppm": list(found.taintings_ppm),
        "floor_ppm": max(0, numerator - found.upper) * 1_000_000 // denominator if denominator else None,
    }


def differences(session: Session, sample: AuditSample, listed: FrozenList | None = None) -> list[str]:
    """Codes of what no longer agrees when everything is reckoned again: ``list``, ``draw``, ``result``; empty is good.

    ``listed``: somebody's own copy of the list, instead of the one read from the snapshot.
    """
    own = frozen_list(session, sample) if listed is None else listed
    wrong = [] if own.digest == sample.list_digest else ["list"]
    if sample.seed is None:
        return wrong
    items = items_of(session, sample)
    if tuple(item.drawn for item in items) != draw(own, sample.seed, sample.interval_minor):
        wrong.append("draw")
    if sample.result is not None and result_json(projected(own, sample, items), sample.measure) != sample.result:
        wrong.append("result")
    return wrong


def closed_samples(session: Session, portfolio_id: int, as_of: date) -> dict[str, AuditSample]:
    """Measure → the sample closed last for one day: what stands beside the headline figures; one SQL statement."""
    asked = select(AuditSample).where(
        AuditSample.portfolio_id == portfolio_id, AuditSample.as_of == as_of, AuditSample.state == "closed"
    )
    return {sample.measure["code"]: sample for sample in session.scalars(asked.order_by(AuditSample.id))}

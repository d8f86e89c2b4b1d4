"""Reading needs: the firm's own, the bureau's of its jurisdiction. Banks see nothing here; they see referrals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session

from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.access.viewer import EVERYWHERE, Viewer
from matchmaking.market.needs.models import STATES, Need, NeedEvent
from matchmaking.registry.enterprises.models import Enterprise
from matchmaking.registry.organisations.models import Organisation

PRIVATE = ("draft", "discarded")
"""States that only their writer sees."""
OPEN = ("draft", "returned", "posted", "verified", "listed", "referred", "contracted")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters of the bureau's list; an empty one takes everything. ``text``: part of the firm's name."""

    state: str = ""
    area: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class NeedRow:
    """One line of a list: a need, its firm and whether the firm itself is verified."""

    need: Need
    firm: str
    firm_key: str
    firm_state: str


@dataclass(frozen=True, slots=True)
class NeedSheet:
    """One need with everything that was done with it, the earliest first."""

    row: NeedRow
    events: Sequence[NeedEvent]

    @property
    def need(self) -> Need:
        """The need itself."""
        return self.row.need


def seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """Needs that are this viewer's to see: one's own firm's; for the bureau those posted in its jurisdiction, and the
    drafts that a bureau writes for a firm."""
    own: ColumnElement[bool] = false()
    if viewer.may(Permission.READ_OWN_NEEDS) and viewer.organisation_id is not None:
        own = Need.organisation_id == viewer.organisation_id
    if not viewer.may(Permission.READ_NEEDS):
        return own
    there = Need.id.is_not(None) if viewer.jurisdiction == EVERYWHERE else Need.area_code == viewer.jurisdiction
    told = or_(Need.state.not_in(PRIVATE), Need.entered_by == "bureau")
    return or_(own, and_(there, told))


def taken_back(session: Session, viewer: Viewer, key: str) -> bool:
    """Whether the firm took back a need that had been posted to this viewer's bureau, which sees it no more.

    Who was shown it a moment ago is told why it is gone; to everybody else it was never there.
    """
    if not viewer.may(Permission.READ_NEEDS):
        return False
    posted = select(NeedEvent.id).where(NeedEvent.need_id == Need.id, NeedEvent.after == "posted")
    asked = select(Need.area_code).where(Need.public_key == key, Need.state.in_(PRIVATE), posted.exists())
    asked = asked.where(Need.entered_by != "bureau")
    area = session.scalars(asked).first()
    return area is not None and viewer.jurisdiction in (EVERYWHERE, area)


def own_needs(session: Session, viewer: Viewer, *, limit: int, offset: int = 0) -> tuple[list[NeedRow], int]:
    """Needs the viewer may see, those still open first, the latest first; and how many. One SQL statement."""
    order = (case((Need.state.in_(OPEN), 0), else_=1), Need.id.desc())
    return _page(session, viewer, [Need.state != "discarded"], order, limit, offset)


def need_list(
    session: Session, viewer: Viewer, wanted: Wanted, *, limit: int, offset: int = 0
) -> tuple[list[NeedRow], int]:
    """Needs under the filters, those waiting to be verified first and of these the earliest; one SQL statement."""
    order = (case((Need.state == "posted", 0), else_=1), Need.posted_on, Need.id)
    return _page(session, viewer, _filters(wanted), order, limit, offset)


def need_counts(session: Session, viewer: Viewer, wanted: Wanted) -> dict[str, int]:
    """State → number of needs under the other filters; one SQL statement."""
    others = Wanted(area=wanted.area, text=wanted.text)
    asked = _joined(select(Need.state, func.count()), viewer).where(*_filters(others)).group_by(Need.state)
    return {row[0]: row[1] for row in session.execute(asked)}


def need_sheet(session: Session, viewer: Viewer, key: str) -> NeedSheet | None:
    """The need ``key`` with its history, or None where there is none for this viewer; two SQL statements."""
    found = session.execute(_joined(_columns(), viewer).where(Need.public_key == key)).first()
    if found is None:
        return None
    events = select(NeedEvent).where(NeedEvent.need_id == found.Need.id).order_by(NeedEvent.number)
    return NeedSheet(_row(found), session.scalars(events).all())


def visible_need(session: Session, viewer: Viewer, key: str) -> Need | None:
    """The need ``key`` alone, or None where there is none for this viewer."""
    return session.scalars(select(Need).where(Need.public_key == key, seen_by(viewer))).one_or_none()


def need_by_key(session: Session, key: str) -> Need | None:
    """The need ``key``, for commands, which see everything."""
    return session.scalars(select(Need).where(Need.public_key == key)).one_or_none()


def writers_of(session: Session, need: Need) -> frozenset[str]:
    """Who wrote or posted it: nobody of them may verify it."""
    acts = ("start", "amend", "post")
    asked = select(NeedEvent.actor).where(NeedEvent.need_id == need.id, NeedEvent.action.in_(acts)).distinct()
    return frozenset(session.scalars(asked))


def run_out(session: Session, as_of: date, *, limit: int) -> list[Need]:
    """Needs whose last day was before ``as_of`` and that nothing became of, the earliest first."""
    waiting = ("posted", "returned", "verified", "listed")
    asked = select(Need).where(Need.state.in_(waiting), Need.expires_on < as_of).order_by(Need.id).limit(limit)
    return list(session.scalars(asked))


def _page(
    session: Session, viewer: Viewer, filters: list[ColumnElement[bool]], order: Any, limit: int, offset: int
) -> tuple[list[NeedRow], int]:
    held = _joined(select(Need.id, func.count().over().label("total")), viewer).where(*filters)
    held_ids = held.order_by(*order).limit(limit).offset(offset).subquery()
    asked = _columns().add_columns(held_ids.c.total).select_from(Need).join(held_ids, held_ids.c.id == Need.id)
    rows = session.execute(_firm(asked).order_by(*order)).all()
    return [_row(row) for row in rows], rows[0].total if rows else 0


def _columns() -> Select[Any]:
    return select(
        Need,
        Organisation.name.label("firm"),
        func.coalesce(Enterprise.public_key, "").label("firm_key"),
        func.coalesce(Enterprise.state, "").label("firm_state"),
    )


def _joined(asked: Select[Any], viewer: Viewer) -> Select[Any]:
    return _firm(asked.select_from(Need)).where(seen_by(viewer))


def _firm(asked: Select[Any]) -> Select[Any]:
    return asked.join(Organisation, Organisation.id == Need.organisation_id).outerjoin(
        Enterprise, Enterprise.organisation_id == Need.organisation_id
    )


def _filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = [Need.state != "discarded"]
    if wanted.state in STATES:
        filters.append(Need.state == wanted.state)
    if wanted.area:
        filters.append(Need.area_code == wanted.area)
    if wanted.text:
        filters.append(Organisation.name.contains(wanted.text, autoescape=True))
    return filters


def _row(row: Any) -> NeedRow:
    return NeedRow(row.Need, row.firm, row.firm_key, row.firm_state)

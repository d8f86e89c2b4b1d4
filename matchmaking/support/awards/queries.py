"""Reading subsidies and awards: lists with their totals, and one list row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from matchmaking.foundation.access.viewer import EVERYWHERE, Viewer
from matchmaking.registry.organisations.models import Organisation
from matchmaking.support.awards.models import Award, AwardList, AwardVoid

_void = select(AwardVoid.id).where(AwardVoid.award_id == Award.id).correlate(Award)
STANDS = ~_void.exists()
"""Nobody took the row back."""


@dataclass(frozen=True, slots=True)
class AwardListRow:
    """One list with what stands on it."""

    listed: AwardList
    rows: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class AwardRow:
    """One payment; ``void`` where it was taken back, and then it is in no total."""

    award: Award
    organisation: Organisation
    void: AwardVoid | None


def award_lists(session: Session, *, kind: str = "", limit: int | None = None, offset: int = 0) -> list[AwardListRow]:
    """Lists by kind and day, each with its total; one SQL statement. Without ``limit`` all of them."""
    sums = (
        select(Award.list_id, func.count().label("rows"), func.sum(Award.amount_minor).label("amount"))
        .where(STANDS)
        .group_by(Award.list_id)
        .subquery()
    )
    asked = select(AwardList, sums.c.rows, sums.c.amount).outerjoin(sums, sums.c.list_id == AwardList.id)
    if kind:
        asked = asked.where(AwardList.kind == kind)
    ordered = asked.order_by(AwardList.kind.desc(), AwardList.decided_on, AwardList.id).limit(limit).offset(offset)
    return [AwardListRow(row[0], row[1] or 0, int(row[2] or 0)) for row in session.execute(ordered)]


def award_totals(session: Session) -> dict[str, tuple[int, int]]:
    """Kind → how many lists there are, and how many fen stand on them; one SQL statement."""
    asked = (
        select(AwardList.kind, func.count(func.distinct(AwardList.id)), func.coalesce(func.sum(Award.amount_minor), 0))
        .outerjoin(Award, (Award.list_id == AwardList.id) & STANDS)
        .group_by(AwardList.kind)
    )
    return {row[0]: (row[1], int(row[2])) for row in session.execute(asked)}


def award_list_by_key(session: Session, key: str) -> AwardList | None:
    """The list ``key``; that a list exists, and its total, every bureau and office may know."""
    return session.scalars(select(AwardList).where(AwardList.public_key == key)).one_or_none()


def award_list_of_number(session: Session, kind: str, number: str) -> AwardList | None:
    """The list numbered ``number`` of its kind."""
    return session.scalars(select(AwardList).where(AwardList.kind == kind, AwardList.number == number)).one_or_none()


def award_page(
    session: Session, viewer: Viewer, listed: AwardList, *, limit: int, offset: int = 0
) -> tuple[Sequence[AwardRow], int, int]:
    """Payments of a list the viewer may see, how many in all, and the sum of those that stand; two SQL statements."""
    asked = (
        select(Award, Organisation, AwardVoid, func.count().over().label("total"))
        .join(Organisation, Organisation.id == Award.organisation_id)
        .outerjoin(AwardVoid, AwardVoid.award_id == Award.id)
        .where(Award.list_id == listed.id, seen_by(viewer))
        .order_by(Award.position)
    )
    rows = session.execute(asked.limit(limit).offset(offset)).all()
    total = select(func.coalesce(func.sum(Award.amount_minor), 0)).join(
        Organisation, Organisation.id == Award.organisation_id
    )
    amount = session.scalar(total.where(Award.list_id == listed.id, STANDS, seen_by(viewer)))
    return [AwardRow(row[0], row[1], row[2]) for row in rows], rows[0].total if rows else 0, int(amount or 0)


def seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """Whose payments this viewer may see: guarantors of the whole city, and firms of its own area."""
    if viewer.jurisdiction == EVERYWHERE:
        return true()
    return (Organisation.kind == "guarantor") | (Organisation.area_code == viewer.jurisdiction)


def next_position(session: Session, list_id: int) -> int:
    """The position after the last."""
    return (session.scalar(select(func.max(Award.position)).where(Award.list_id == list_id)) or 0) + 1


def is_void(session: Session, award_id: int) -> bool:
    """Whether the row was taken back."""
    return session.scalar(select(AwardVoid.id).where(AwardVoid.award_id == award_id)) is not None

"""Reading lists. Every bureau and office sees that a list of the city exists; of its firms those of its own area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from matchmaking.foundation.access.viewer import EVERYWHERE, Viewer
from matchmaking.market.batches.facts import Line, membership_sha256
from matchmaking.market.batches.models import (
    Batch,
    BatchMember,
    BatchMemberStruck,
    BatchOutcome,
    BatchRestatement,
    BatchTest,
)
from matchmaking.registry.organisations.models import Organisation

SORTS = {"position": BatchMember.position, "name": BatchMember.name, "amount": BatchMember.asked_minor}
"""By what the members of a sheet can be sorted; a minus before it turns the order round."""

_struck = select(BatchMemberStruck.id).where(BatchMemberStruck.member_id == BatchMember.id).correlate(BatchMember)
STANDS = ~_struck.exists()
"""The member is on the list: nobody struck it."""


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One line of the list of lists; ``members`` and ``asked_minor`` count what stands now, frozen or not."""

    batch: Batch
    members: int
    asked_minor: int


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One firm of a list: test → (verdict, words) as it holds, and the province's answer where there is one."""

    member: BatchMember
    tests: dict[str, tuple[str, str]]
    outcome: BatchOutcome | None


def seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """Lists that are this viewer's to see: the city's and those of its own area."""
    if viewer.jurisdiction == EVERYWHERE:
        return true()
    return or_(Batch.area_code == EVERYWHERE, Batch.area_code == viewer.jurisdiction)


def members_seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """Firms of a list that are this viewer's to see; the same rule as ``Viewer.covers``."""
    return true() if viewer.jurisdiction == EVERYWHERE else BatchMember.area_code == viewer.jurisdiction


def batch_list(session: Session, viewer: Viewer, *, kind: str = "") -> list[BatchRow]:
    """Every list, as :func:`batch_page` has them."""
    return batch_page(session, viewer, kind=kind)[0]


def batch_page(
    session: Session, viewer: Viewer, *, kind: str = "", limit: int | None = None, offset: int = 0
) -> tuple[list[BatchRow], int]:
    """Lists, the latest first, with what stands on each, and how many; one SQL statement. No discarded drafts.

    Without ``limit`` all of them.
    """
    sums = (
        select(
            BatchMember.batch_id,
            func.count().label("members"),
            func.coalesce(func.sum(BatchMember.asked_minor), 0).label("asked"),
        )
        .where(STANDS)
        .group_by(BatchMember.batch_id)
        .subquery()
    )
    asked = select(Batch, sums.c.members, sums.c.asked, func.count().over().label("total"))
    asked = asked.outerjoin(sums, sums.c.batch_id == Batch.id).where(seen_by(viewer), Batch.state != "discarded")
    if kind:
        asked = asked.where(Batch.kind == kind)
    rows = session.execute(asked.order_by(Batch.id.desc()).limit(limit).offset(offset)).all()
    return [BatchRow(row[0], row[1] or 0, int(row[2] or 0)) for row in rows], rows[0].total if rows else 0


def visible_batch(session: Session, viewer: Viewer, key: str) -> Batch | None:
    """The list ``key``, or None where there is none for this viewer."""
    return session.scalars(select(Batch).where(Batch.public_key == key, seen_by(viewer))).one_or_none()


def batch_by_key(session: Session, key: str) -> Batch | None:
    """The list ``key``, for commands, seeds and the shell, which see everything."""
    return session.scalars(select(Batch).where(Batch.public_key == key)).one_or_none()


def batch_of_number(session: Session, number: str) -> Batch | None:
    """The list numbered ``number``; numbers are used once, whoever may see them."""
    return session.scalars(select(Batch).where(Batch.number == number)).one_or_none()


def member_page(
    session: Session, viewer: Viewer, batch: Batch, *, sort: str = "position", limit: int, offset: int = 0
) -> tuple[list[MemberRow], int, int]:
    """Firms of a list the viewer may see, how many and for how many fen in all; two SQL statements."""
    asked: Any = select(
        BatchMember, func.count().over().label("total"), func.sum(BatchMember.asked_minor).over().label("sum")
    ).where(BatchMember.batch_id == batch.id, STANDS, members_seen_by(viewer))
    column = SORTS.get(sort.lstrip("-"), BatchMember.position)
    order = (column.desc() if sort.startswith("-") else column.asc(), BatchMember.position)
    rows = session.execute(asked.order_by(*order).limit(limit).offset(offset)).all()
    told = _told(session, [row[0].id for row in rows])
    found = [MemberRow(row[0], *told.get(row[0].id, ({}, None))) for row in rows]
    return found, rows[0].total if rows else 0, int(rows[0].sum) if rows else 0


def visible_member(session: Session, viewer: Viewer, batch: Batch, position: int) -> MemberRow | None:
    """The firm at ``position``, or None where there is none for this viewer; two SQL statements."""
    asked = select(BatchMember).where(
        BatchMember.batch_id == batch.id, BatchMember.position == position, STANDS, members_seen_by(viewer)
    )
    member = session.scalars(asked).one_or_none()
    return None if member is None else MemberRow(member, *_told(session, [member.id]).get(member.id, ({}, None)))


def _told(session: Session, ids: Sequence[int]) -> dict[int, tuple[dict[str, tuple[str, str]], BatchOutcome | None]]:
    """Latest tests and latest outcome per member, in one statement."""
    asked = (
        select(BatchMember.id, BatchTest, BatchOutcome)
        .outerjoin(BatchTest, and_(BatchTest.member_id == BatchMember.id, BatchTest.id.in_(_latest_tests())))
        .outerjoin(BatchOutcome, BatchOutcome.id == _latest_outcome())
        .where(BatchMember.id.in_(ids))
    )
    found: dict[int, tuple[dict[str, tuple[str, str]], BatchOutcome | None]] = {}
    for member, test, outcome in session.execute(asked):
        tests, _ = found.setdefault(member, ({}, outcome))
        if test is not None:
            tests[test.test] = (test.verdict, test.words)
    return found


def _latest_tests() -> Select[Any]:
    return (
        select(func.max(BatchTest.id))
        .where(BatchTest.member_id == BatchMember.id)
        .group_by(BatchTest.test)
        .correlate(BatchMember)
    )


def _latest_outcome() -> Any:
    asked = select(func.max(BatchOutcome.id)).where(BatchOutcome.member_id == BatchMember.id)
    return asked.correlate(BatchMember).scalar_subquery()


def restatements_of(session: Session, batch: Batch) -> list[BatchRestatement]:
    """What was written beside the list, the earliest first."""
    asked = select(BatchRestatement).where(BatchRestatement.batch_id == batch.id).order_by(BatchRestatement.id)
    return list(session.scalars(asked))


def positions_taken(session: Session, batch_id: int) -> list[tuple[int, int]]:
    """(organisation, position) of every firm on the list."""
    asked = select(BatchMember.organisation_id, BatchMember.position).where(BatchMember.batch_id == batch_id, STANDS)
    return [(row[0], row[1]) for row in session.execute(asked)]


def member_ids(session: Session, batch_id: int) -> set[int]:
    """Ids of the members that stand."""
    return set(session.scalars(select(BatchMember.id).where(BatchMember.batch_id == batch_id, STANDS)))


def membership(session: Session, batch_id: int) -> list[Line]:
    """What the hash is taken over: public key, code and fen of every firm on the list."""
    asked = (
        select(Organisation.public_key, BatchMember.uscc, BatchMember.asked_minor)
        .join(Organisation, Organisation.id == BatchMember.organisation_id)
        .where(BatchMember.batch_id == batch_id, STANDS)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(asked)]


def still_holds(session: Session, batch: Batch) -> bool:
    """Whether the frozen list reckoned anew gives the hash it was frozen under."""
    return batch.membership_sha256 == membership_sha256(membership(session, batch.id))


def failed_tests(session: Session, batch_id: int) -> list[tuple[str, str]]:
    """(firm, test) of every test that a firm on the list does not meet, in the order of the list."""
    asked = (
        select(BatchMember.name, BatchTest.test)
        .join(BatchTest, and_(BatchTest.member_id == BatchMember.id, BatchTest.id.in_(_latest_tests())))
        .where(BatchMember.batch_id == batch_id, STANDS, BatchTest.verdict == "failed")
    )
    return [(row[0], row[1]) for row in session.execute(asked.order_by(BatchMember.position, BatchTest.id))]

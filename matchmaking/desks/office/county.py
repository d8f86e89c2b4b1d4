"""The home of a county's finance office: what firms of the county signed in the city's books, what of it was paid, and
who still waits. Read from the city's newest audit, never reckoned; nothing of another county leaves here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.audits.models import AuditRow
from matchmaking.delivery.audits.queries import newest_of_cases
from matchmaking.desks.office.tables import Share, shares_by, shares_of
from matchmaking.domain.conversion.instruments import INSTRUMENTS
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.market.needs.models import STATES, Need
from matchmaking.market.needs.queries import PRIVATE

MOST = 15
"""Papers named on the page: those that have waited longest."""


@dataclass(frozen=True, slots=True)
class CountyPage:
    """``grades``: one :class:`Share` each, named by the instrument's code, in their order; ``banks``: of the first.

    ``waiting``: rows with ``need_key``, ``firm``, ``lender``, ``signed_on``, ``status``, ``grade``, ``open_minor``;
    ``waiting_total`` counts all of them. ``needs``: state → how many needs of the county. Minor units of ``currency``.
    """

    as_of: date
    known_on: date
    currency: str
    grades: Sequence[Share]
    banks: Sequence[Share]
    waiting: Sequence[Row[Any]]
    waiting_total: int
    needs: Mapping[str, int]


def county_page(session: Session, viewer: Viewer, *, on: date) -> CountyPage | None:
    """The county of ``viewer`` as of the city's newest audit up to ``on``; None before the first one.

    Four SQL statements, at any number of agreements.
    """
    snapshot = session.execute(newest_of_cases(on)).first()
    if snapshot is None:
        return None
    mine = and_(AuditRow.snapshot_id == snapshot.id, Agreement.area_code == viewer.jurisdiction)
    stated = AuditRow.signed_minor.is_not(None)
    shares = shares_of(session, snapshot.id, (AuditRow.grade, AuditRow.lender), mine, stated)
    grades = sorted(shares_by(shares, 0), key=lambda one: INSTRUMENTS.index(one.name))
    first = grades[0].name if grades else ""
    waiting, total = _waiting(session, mine)
    return CountyPage(
        as_of=snapshot.as_of, known_on=snapshot.known_on, currency=snapshot.currency, grades=grades,
        banks=shares_by([one for one in shares if one[0][0] == first], 1), waiting=waiting, waiting_total=total,
        needs=_needs(session, viewer.jurisdiction),
    )  # fmt: skip


def _waiting(session: Session, mine: ColumnElement[bool]) -> tuple[Sequence[Row[Any]], int]:
    asked = (
        select(
            Agreement.need_key, AuditRow.firm, AuditRow.lender, AuditRow.signed_on, AuditRow.status, AuditRow.grade,
            AuditRow.open_minor, func.count().over().label("total"),
        )
        .join(Agreement, Agreement.id == AuditRow.agreement_id)
        .where(mine, AuditRow.standing == "member", AuditRow.open_minor > 0)
        .order_by(AuditRow.signed_on, AuditRow.agreement_id)
        .limit(MOST)
    )  # fmt: skip
    rows = session.execute(asked).all()
    return rows, rows[0].total if rows else 0


def _needs(session: Session, area: str) -> dict[str, int]:
    asked = select(Need.state, func.count()).where(Need.area_code == area, Need.state.not_in(PRIVATE))
    found = dict(session.execute(asked.group_by(Need.state)).tuples().all())
    return {state: found[state] for state in STATES if state in found}

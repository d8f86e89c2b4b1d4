"""Audits for pages: which one answers for two days, and its list of agreements. One agreement's page: ``sheets``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Date, Row, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from matchmaking.delivery.audits.models import AuditLine, AuditRow, AuditSnapshot
from matchmaking.delivery.findings.models import Finding
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.foundation.clock import business_day
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import seen_by, seen_within

PER_PAGE = 50
MOST_PAGES = 100_000


@dataclass(frozen=True, slots=True)
class OpenedAudit:
    """A portfolio and the audit that answers for the days asked; ``snapshot`` None: not reckoned yet.

    ``as_of`` and ``known_on`` are the days the page speaks of. ``stale``: facts came in after the snapshot was made, so
    that reckoning anew may say something else.
    """

    portfolio: Portfolio
    snapshot: AuditSnapshot | None
    as_of: date
    known_on: date
    stale: bool

    @property
    def payload(self) -> dict[str, Any]:
        """What ``flask audit --json`` prints; empty while not reckoned."""
        return self.snapshot.payload if self.snapshot else {}


def latest_snapshot(
    session: Session,
    viewer: Viewer,
    portfolio_code: str,
    as_of: date | None = None,
    known_on: date | None = None,
    *,
    today: date,
) -> OpenedAudit | None:
    """The audit of ``portfolio_code`` for two days, or None when there is no such portfolio for ``viewer``.

    Without ``as_of``: the portfolio's own opening day, else the latest day reckoned. Without ``known_on``: as known
    now, which the newest snapshot answers even when ``stale``. An explicit ``known_on`` is answered by a snapshot of
    that day, or of an earlier one when nothing was recorded since. One SQL statement.
    """
    wanted = _snapshot_asked(as_of is None, viewer.jurisdiction)
    asked = {"code": portfolio_code, "day": as_of or today, "known": known_on or date.max}
    found = session.execute(wanted, asked).first()
    if found is None:
        return None
    portfolio, snapshot = found
    if snapshot is not None and known_on is not None and not answers_for(portfolio, snapshot, known_on):
        snapshot = None
    day = snapshot.as_of if snapshot else as_of or portfolio.default_as_of or today
    stale = snapshot is not None and snapshot.facts_seq != portfolio.facts_seq
    return OpenedAudit(portfolio, snapshot, day, known_on or (snapshot.known_on if snapshot else today), stale)


@lru_cache(maxsize=64)
def _snapshot_asked(opening: bool, jurisdiction: str) -> Select[tuple[Portfolio, AuditSnapshot]]:
    """The portfolio ``code`` with its snapshots that may answer, the best first; ``opening``: up to its opening day,
    or up to ``day`` where it has none, instead of on ``day``. Made once for each window: every page asks it."""
    day: ColumnElement[bool] = AuditSnapshot.as_of == bindparam("day")
    if opening:
        day = AuditSnapshot.as_of <= func.coalesce(Portfolio.default_as_of, bindparam("day", type_=Date))
    known = AuditSnapshot.known_on <= bindparam("known")
    return (
        select(Portfolio, AuditSnapshot)
        .outerjoin(AuditSnapshot, and_(AuditSnapshot.portfolio_id == Portfolio.id, day, known))
        .where(Portfolio.code == bindparam("code"), seen_within(jurisdiction))
        .order_by(AuditSnapshot.as_of.desc(), AuditSnapshot.known_on.desc(), AuditSnapshot.facts_seq.desc())
        .limit(1)
    )


def newest_of_cases(on: date) -> Select[Any]:
    """``id``, ``as_of``, ``known_on`` and ``currency`` of the newest audit up to ``on`` of the city's own cases: of the
    real city before a demo's. Asked for those who see a part of it only, so no viewer."""
    asked = select(AuditSnapshot.id, AuditSnapshot.as_of, AuditSnapshot.known_on, Portfolio.currency)
    asked = asked.join(Portfolio, Portfolio.id == AuditSnapshot.portfolio_id)
    asked = asked.where(Portfolio.kind == "cases", AuditSnapshot.as_of <= on)
    newest = (AuditSnapshot.as_of.desc(), AuditSnapshot.known_on.desc(), AuditSnapshot.facts_seq.desc())
    return asked.order_by(Portfolio.demo, Portfolio.code, *newest).limit(1)


def answers_for(portfolio: Portfolio, snapshot: AuditSnapshot, known_on: date) -> bool:
    """Whether ``snapshot`` says what was known on ``known_on``: it is of that day, or nothing was recorded since."""
    if snapshot.known_on == known_on:
        return True
    complete = portfolio.facts_until is None or business_day(portfolio.facts_until) <= snapshot.known_on
    return complete and snapshot.known_on <= known_on and snapshot.facts_seq == portfolio.facts_seq


@dataclass(frozen=True, slots=True)
class ReckonedDays:
    """A pair of days that was reckoned."""

    as_of: date
    known_on: date


def reckoned_days(session: Session, viewer: Viewer, portfolio_code: str, *, limit: int = 60) -> list[ReckonedDays]:
    """Pairs of days with a snapshot, latest first, for the choosers of days."""
    wanted = (
        select(AuditSnapshot.as_of, AuditSnapshot.known_on)
        .join(Portfolio, Portfolio.id == AuditSnapshot.portfolio_id)
        .where(Portfolio.code == portfolio_code, seen_by(viewer))
        .distinct()
        .order_by(AuditSnapshot.as_of.desc(), AuditSnapshot.known_on.desc())
        .limit(limit)
    )
    return [ReckonedDays(*row) for row in session.execute(wanted)]


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Which agreements, in which order. Empty text and None take everything; ``page`` counts from 1.

    ``standing``: ``member``, ``pre_event`` (会前存量), ``late`` (补录), ``unsigned``; ``finding``: its code;
    ``sort``: a key of :data:`SORTS`, anything else means the amount the page is about.
    """

    grade: str = ""
    bucket: str = ""
    band: int | None = None
    status: str = ""
    paid: bool | None = None
    signed: bool | None = None
    search: str = ""
    finding: str = ""
    standing: str = ""
    sort: str = "amount"
    descending: bool = True
    page: int = 1


Listed = Row[Any]
"""The columns :data:`LISTED` of an :class:`AuditRow`, by their names."""


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """One line of the list. ``amount_minor``: what the page is about, the bucket's share when a bucket is asked for."""

    row: Listed
    amount_minor: int | None


@dataclass(frozen=True, slots=True)
class RowPage:
    """A page of agreements. ``total`` counts all that the filter takes; ``page`` is the one shown, within ``pages``."""

    rows: Sequence[AgreementRow]
    total: int
    page: int
    pages: int
    per_page: int = PER_PAGE


ROW, LINE = AuditRow.__table__.c, AuditLine.__table__.c
"""Columns, not attributes of objects: a list asks for rows, and what it asks is compiled twice as fast."""
SORTS: Mapping[str, Any] = {
    "signed": ROW.signed_minor,
    "paid": ROW.paid_minor,
    "verified": ROW.verified_minor,
    "open": ROW.open_minor,
    "signed_on": ROW.signed_on,
    "due_on": ROW.due_on,
    "firm": ROW.firm,
    "lender": ROW.lender,
    "area": ROW.area_name,
    "status": ROW.status,
    "key": ROW.external_id,
}
"""What a list may be sorted by, besides ``amount``."""


LISTED = (
    ROW.public_key, ROW.external_id, ROW.firm, ROW.lender, ROW.branch, ROW.area_name,
    ROW.grade, ROW.standing, ROW.status, ROW.signed_on, ROW.signed_minor, ROW.paid_minor,
    ROW.verified_minor, ROW.open_minor, ROW.buckets,
)  # fmt: skip
"""What a list shows of each agreement: columns, for an object a row costs as much as the rest of the page."""


def agreement_rows(session: Session, viewer: Viewer, snapshot: AuditSnapshot, wanted: RowFilter) -> RowPage:
    """One page of the agreements of ``snapshot``; one SQL statement.

    ``snapshot`` comes from :func:`latest_snapshot`, which has looked at ``viewer``'s window. The order is the asked
    one, nulls last, then the agreement's id: the same on both engines and from page to page. A page past the end is
    empty, and its ``total`` is 0 as when nothing matches.
    """
    page = min(max(wanted.page, 1), MOST_PAGES)
    asked = _rows_asked(replace(wanted, page=1))
    audit = {"snapshot": snapshot.id, "until": snapshot.as_of, "before": (page - 1) * PER_PAGE}
    found = session.execute(asked, audit).all()
    total = found[0].total if found else 0
    rows = [AgreementRow(row, row.amount) for row in found]
    return RowPage(rows, total, page, max(1, -(-total // PER_PAGE)))


@lru_cache(maxsize=256)
def _rows_asked(wanted: RowFilter) -> Select[Any]:
    """The statement of a filter, made once: making it costs twice what running it does.

    Takes ``snapshot`` (id), ``until`` (its day) and ``before`` (rows of earlier pages). Counting and sorting carry the
    row's number alone; what is shown is fetched for the rows of the page.
    """
    amount = LINE.amount_minor if wanted.bucket else ROW.signed_minor
    asked = select(ROW.id.label("id"), amount.label("amount"), func.count().over().label("total"))
    if wanted.bucket:
        asked = asked.join(AuditLine.__table__, _line_of(wanted))
    asked = asked.where(ROW.snapshot_id == bindparam("snapshot"), *_filters(wanted))
    inner = asked.order_by(*_order(wanted, amount)).limit(PER_PAGE).offset(bindparam("before")).subquery()
    shown = select(*LISTED, inner.c.amount, inner.c.total).join(inner, inner.c.id == ROW.id)
    return shown.order_by(*_order(wanted, inner.c.amount))


def _order(wanted: RowFilter, amount: Any) -> tuple[ColumnElement[Any], ...]:
    sort = SORTS.get(wanted.sort, amount)
    return sort.is_(None), sort.desc() if wanted.descending else sort.asc(), ROW.agreement_id


def _line_of(wanted: RowFilter) -> ColumnElement[bool]:
    return and_(
        LINE.snapshot_id == ROW.snapshot_id,
        LINE.agreement_id == ROW.agreement_id,
        LINE.bucket == wanted.bucket,
    )


def _filters(wanted: RowFilter) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = []
    if wanted.grade:
        filters.append(ROW.grade == wanted.grade)
    if wanted.standing:
        filters.append(ROW.standing == wanted.standing)
    if wanted.status:
        filters.append(ROW.status == wanted.status)
    if wanted.band is not None:
        filters.append(ROW.band == wanted.band)
    if wanted.paid is not None:
        filters.append(ROW.paid.is_(wanted.paid))
    if wanted.signed is not None:
        filters.append(ROW.signed_on.is_not(None) if wanted.signed else ROW.signed_on.is_(None))
    for word in searched_words(wanted.search):
        filters.append(ROW.search.contains(word, autoescape=True))
    if wanted.finding:
        filters.append(_has_finding(wanted.finding))
    return filters


def searched_words(text: str) -> list[str]:
    """The words of a search, case-folded, without what a database refuses (NUL, lone surrogates); at most six."""
    clean = "".join(char for char in text[:200] if char.isprintable())
    return clean.casefold().split()[:6]


def _has_finding(code: str) -> ColumnElement[bool]:
    """Statement rows: what that very statement raised; cases: what was raised up to the audit's day."""
    of_statement = Finding.statement_id == ROW.statement_id
    of_case = and_(ROW.statement_id.is_(None), Finding.as_of <= bindparam("until"))
    asked = select(Finding.id).where(Finding.agreement_id == ROW.agreement_id, Finding.code == code)
    return asked.where(or_(of_statement, of_case)).exists()

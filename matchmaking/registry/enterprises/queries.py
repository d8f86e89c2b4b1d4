"""Reading firms: the bureau's list, one firm with all that was told of it, and firms as rules see them on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.foundation.files import EvidenceLink, evidence_of
from matchmaking.registry.enterprises.facts import (
    FirmFacts,
    FirstLoan,
    Size,
    debt_of,
    first_loan_on,
    holds_on,
    money,
    size_of,
)
from matchmaking.registry.enterprises.models import (
    CreditHistory,
    Enterprise,
    EnterpriseLoan,
    EnterprisePerson,
    EnterpriseProfile,
    EnterpriseTitle,
    EnterpriseTitleVoid,
    EnterpriseVerification,
)
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.organisations.queries import covers_area

STATES = ("waiting", "verified", "returned", "closed")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters of the list; an empty one takes everything. ``text``: part of a name, or the code's beginning."""

    state: str = ""
    area: str = ""
    zone: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class FirmRow:
    """One line of the list."""

    enterprise: Enterprise
    organisation: Organisation
    profile: EnterpriseProfile | None

    @property
    def size(self) -> Size:
        """Its size class by the figures of the present version."""
        return size_of(self.profile)


@dataclass(frozen=True, slots=True)
class TitleRow:
    """A title and what became of it."""

    title: EnterpriseTitle
    void: EnterpriseTitleVoid | None
    holds: bool


@dataclass(frozen=True, slots=True)
class FirmSheet:
    """One firm on a day, with everything told of it until then; lists are oldest first."""

    enterprise: Enterprise
    organisation: Organisation
    profile: EnterpriseProfile | None
    versions: Sequence[EnterpriseProfile]
    loans: Sequence[EnterpriseLoan]
    titles: Sequence[TitleRow]
    verifications: Sequence[EnterpriseVerification]
    histories: Sequence[CreditHistory]
    persons: Sequence[EnterprisePerson]
    evidence: Sequence[EvidenceLink]
    size: Size
    first_loan: FirstLoan


def seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """Firms that are this viewer's to see: one's own, and for the bureau those of its jurisdiction."""
    own = Enterprise.organisation_id == (viewer.organisation_id or 0)
    if viewer.may(Permission.READ_ENTERPRISES):
        return or_(own, covers_area(viewer))
    return own


def current_profile(day: Any, known_at: Any = None) -> ColumnElement[bool]:
    """Joins each :class:`Enterprise` to the version valid on ``day``, as known at ``known_at``: a date and an instant,
    or what will be bound to them."""
    one = aliased(EnterpriseProfile)
    latest = select(one.id).where(one.enterprise_id == Enterprise.id, one.valid_from <= day)
    if known_at is not None:
        latest = latest.where(one.recorded_at <= known_at)
    latest = latest.order_by(one.valid_from.desc(), one.id.desc()).limit(1).correlate(Enterprise)
    return EnterpriseProfile.id == latest.scalar_subquery()


def firm_list(
    session: Session, viewer: Viewer, wanted: Wanted, *, on: date, limit: int, offset: int = 0
) -> tuple[list[FirmRow], int]:
    """Firms under the filters, those that wait longest first, and how many there are in all; one SQL statement."""
    page = _scoped(select(Enterprise.id, func.count().over().label("total")), viewer).where(*_filters(wanted))
    waiting_first = (Enterprise.state != "waiting", Enterprise.id)
    held = page.order_by(*waiting_first).limit(limit).offset(offset).subquery()
    asked = (
        select(Enterprise, Organisation, EnterpriseProfile, held.c.total)
        .join(held, held.c.id == Enterprise.id)
        .join(Organisation, Organisation.id == Enterprise.organisation_id)
        .outerjoin(EnterpriseProfile, current_profile(on))
    )
    rows = session.execute(asked.order_by(*waiting_first)).all()
    found = [FirmRow(row.Enterprise, row.Organisation, row.EnterpriseProfile) for row in rows]
    return found, rows[0].total if rows else 0


def firm_counts(session: Session, viewer: Viewer, wanted: Wanted) -> dict[str, int]:
    """State → number of firms under the other filters."""
    others = Wanted(area=wanted.area, zone=wanted.zone, text=wanted.text)
    asked = _scoped(select(Enterprise.state, func.count()), viewer).where(*_filters(others)).group_by(Enterprise.state)
    return {row[0]: row[1] for row in session.execute(asked)}


def visible_enterprise(session: Session, viewer: Viewer, key: str) -> tuple[Enterprise, Organisation] | None:
    """The firm ``key`` and its organisation, or None where there is none for this viewer."""
    row = session.execute(_scoped(select(Enterprise, Organisation), viewer).where(Enterprise.public_key == key)).first()
    return None if row is None else (row.Enterprise, row.Organisation)


def own_enterprise(session: Session, viewer: Viewer) -> tuple[Enterprise, Organisation] | None:
    """The viewer's own firm and its organisation."""
    asked = select(Enterprise, Organisation).join(Organisation, Organisation.id == Enterprise.organisation_id)
    row = session.execute(asked.where(Organisation.id == (viewer.organisation_id or 0))).first()
    return None if row is None else (row.Enterprise, row.Organisation)


def enterprise_of_uscc(session: Session, uscc: str) -> Enterprise | None:
    """The firm with a canonical code, for commands; pages must not tell whose it is."""
    return session.scalars(select(Enterprise).where(Enterprise.uscc == uscc)).one_or_none()


def enterprise_of_organisation(session: Session, organisation_id: int) -> Enterprise | None:
    """The firm that an organisation is."""
    return session.scalars(select(Enterprise).where(Enterprise.organisation_id == organisation_id)).one_or_none()


def profile_on(
    session: Session, enterprise_id: int, on: date, known_at: datetime | None = None
) -> EnterpriseProfile | None:
    """The version valid on ``on``: of those from that day or before the latest, of one day the one told last."""
    one = EnterpriseProfile
    asked = select(one).where(one.enterprise_id == enterprise_id, one.valid_from <= on)
    if known_at is not None:
        asked = asked.where(one.recorded_at <= known_at)
    return session.scalars(asked.order_by(one.valid_from.desc(), one.id.desc()).limit(1)).first()


def loans_of(session: Session, profile: EnterpriseProfile | None) -> list[EnterpriseLoan]:
    """The existing loans that a version states."""
    if profile is None:
        return []
    wanted = select(EnterpriseLoan).where(EnterpriseLoan.profile_id == profile.id).order_by(EnterpriseLoan.id)
    return list(session.scalars(wanted))


def sheet_of(session: Session, enterprise: Enterprise, organisation: Organisation, *, on: date) -> FirmSheet:
    """Everything told of a firm, judged on ``on``. The caller has seen to it that the viewer may see the firm."""
    profile = profile_on(session, enterprise.id, on)
    loans, histories = loans_of(session, profile), _told(session, CreditHistory, enterprise.id)
    return FirmSheet(
        enterprise=enterprise,
        organisation=organisation,
        profile=profile,
        versions=_told(session, EnterpriseProfile, enterprise.id),
        loans=loans,
        titles=_titles(session, [enterprise.id], on)[enterprise.id],
        verifications=_told(session, EnterpriseVerification, enterprise.id),
        histories=histories,
        persons=_told(session, EnterprisePerson, enterprise.id),
        evidence=evidence_of(session, subject_of(enterprise)),
        size=size_of(profile),
        first_loan=first_loan_on(on, profile=profile, loans=loans, told=histories),
    )


def subject_of(enterprise: Enterprise) -> str:
    """The firm as trail and evidence name it."""
    return f"enterprise:{enterprise.public_key}"


def evidence_link(session: Session, enterprise: Enterprise, link_id: int) -> EvidenceLink | None:
    """One of the firm's evidence files, or None where it has no such one."""
    return next((link for link in evidence_of(session, subject_of(enterprise)) if link.id == link_id), None)


def firm_facts(
    session: Session, *, enterprise_ids: Collection[int] | None = None, on: date, known_at: datetime | None = None
) -> dict[int, FirmFacts]:
    """Firms as rules see them on ``on``, by id; every open one unless ``enterprise_ids`` names some.

    Four SQL statements however many firms. For commands, jobs and matching, which see everything: a page asks with a
    viewer first. Firms without a version valid on that day are left out.
    """
    asked, bound = _firms(known_at is not None, _EVERY if enterprise_ids is None else _SOME), {"on": on}
    given = {} if enterprise_ids is None else {"ids": sorted(enterprise_ids)}
    return _facts_of(session, session.execute(asked, bound | given | {"known_at": known_at}).all(), on)


def facts_of_organisation(session: Session, organisation_id: int, on: date) -> FirmFacts | None:
    """As :func:`firm_facts`, of the firm that an organisation is; None where it is none or has no version then."""
    bound = {"on": on, "organisation": organisation_id}
    found = _facts_of(session, session.execute(_firms(False, _OF_ONE), bound).all(), on)
    return next(iter(found.values()), None)


_EVERY, _SOME, _OF_ONE = range(3)
_FIRM = (Enterprise.id, Enterprise.public_key, Enterprise.uscc, Enterprise.state)
_HOME = (Organisation.id.label("organisation_id"), Organisation.name)
_TOLD = tuple(column for column in EnterpriseProfile.__table__.c if column.name not in ("id", "enterprise_id"))


@cache
def _firms(known: bool, which: int) -> Select[Any]:
    """Made once: to put it together costs more than to ask it of one firm."""
    profile = current_profile(bindparam("on"), bindparam("known_at") if known else None)
    asked = select(*_FIRM, *_HOME, EnterpriseProfile.id.label("profile_id"), *_TOLD).select_from(Enterprise)
    asked = asked.join(Organisation, Organisation.id == Enterprise.organisation_id).join(EnterpriseProfile, profile)
    asked = asked.where(Organisation.active).order_by(Enterprise.id)
    if which == _SOME:
        return asked.where(Enterprise.id.in_(bindparam("ids", expanding=True)))
    return asked.where(Organisation.id == bindparam("organisation")) if which == _OF_ONE else asked


def _facts_of(session: Session, rows: Sequence[Any], on: date) -> dict[int, FirmFacts]:
    ids = [row.id for row in rows]
    loans = _grouped(session, EnterpriseLoan, "profile_id", [row.profile_id for row in rows])
    told, titles = _grouped(session, CreditHistory, "enterprise_id", ids), _held(session, ids, on)
    return {row.id: _facts(row, on, loans[row.profile_id], told[row.id], titles[row.id]) for row in rows}


def _facts(firm: Any, on: date, loans: list[Any], told: list[Any], titles: frozenset[str]) -> FirmFacts:
    profile = firm
    return FirmFacts(
        enterprise_id=firm.id,
        public_key=firm.public_key,
        organisation_id=firm.organisation_id,
        name=firm.name,
        uscc=firm.uscc,
        state=firm.state,
        legal_form=profile.legal_form,
        industry_code=profile.industry_code,
        area_code=profile.area_code,
        zone_code=profile.zone_code,
        founded_on=profile.founded_on,
        employees=profile.employees,
        revenue=money(profile.revenue_minor),
        assets=money(profile.assets_minor),
        tax_grade=profile.tax_grade,
        size=size_of(profile),
        first_loan=first_loan_on(on, profile=profile, loans=loans, told=told),
        loans=tuple(loans),
        titles=titles,
        valid_from=profile.valid_from,
        debt=debt_of(profile, loans),
        park_kind=profile.park_kind,
    )


def _titles(session: Session, enterprise_ids: Sequence[int], on: date) -> dict[int, list[TitleRow]]:
    found: dict[int, list[TitleRow]] = defaultdict(list)
    for some in _batches(enterprise_ids):
        for row in session.execute(_titles_asked(), {"ids": some}):
            held, taken = row[0], row[1]
            found[held.enterprise_id].append(TitleRow(held, taken, holds_on(held, taken, on)))
    return found


def _held(session: Session, enterprise_ids: Sequence[int], on: date) -> dict[int, frozenset[str]]:
    """The titles in force, by firm: as :func:`_titles` without rows that a session has to keep."""
    found: dict[int, set[str]] = defaultdict(set)
    for some in _batches(enterprise_ids):
        row: Any
        for row in session.execute(_titles_plain(len(some) == 1), _these(some)):
            if holds_on(row, row if row.on_day else None, on):
                found[row.enterprise_id].add(row.title)
    return {firm: frozenset(found[firm]) for firm in enterprise_ids}


def _grouped(session: Session, table: Any, key: str, ids: Sequence[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for some in _batches(ids):
        for row in session.execute(_rows_of(table, key, len(some) == 1), _these(some)):
            found[getattr(row, key)].append(row)
    return found


@cache
def _titles_asked() -> Select[Any]:
    title, void = EnterpriseTitle, EnterpriseTitleVoid
    asked = select(title, void).outerjoin(void, void.title_id == title.id)
    some = asked.where(title.enterprise_id.in_(bindparam("ids", expanding=True)))
    return some.order_by(title.enterprise_id, title.valid_from, title.id)


@cache
def _titles_plain(single: bool) -> Select[Any]:
    title, void = EnterpriseTitle.__table__, EnterpriseTitleVoid.__table__
    columns = (title.c.enterprise_id, title.c.title, title.c.valid_from, title.c.valid_to, void.c.on_day)
    asked = select(*columns).select_from(title.outerjoin(void, void.c.title_id == title.c.id))
    return asked.where(_among(title.c.enterprise_id, single))


@cache
def _rows_of(table: Any, key: str, single: bool) -> Select[Any]:
    column = table.__table__.c[key]
    return select(table.__table__).where(_among(column, single)).order_by(column)


def _among(column: Any, single: bool) -> ColumnElement[bool]:
    """Of these ids; a list of any length is spelt out anew each time, which costs more than to read one firm."""
    found: ColumnElement[bool] = column == bindparam("one") if single else column.in_(bindparam("ids", expanding=True))
    return found


def _these(ids: Sequence[int]) -> dict[str, Any]:
    return {"one": ids[0]} if len(ids) == 1 else {"ids": ids}


def _batches(ids: Sequence[int], at_once: int = 10_000) -> list[Sequence[int]]:
    # both engines bound the number of parameters (SQLite 32,766; PostgreSQL 65,535)
    return [ids[start : start + at_once] for start in range(0, len(ids), at_once)]


def _told(session: Session, table: Any, enterprise_id: int) -> list[Any]:
    return list(session.scalars(select(table).where(table.enterprise_id == enterprise_id).order_by(table.id)))


def _scoped(asked: Select[Any], viewer: Viewer) -> Select[Any]:
    joined = asked.select_from(Enterprise).join(Organisation, Organisation.id == Enterprise.organisation_id)
    return joined.where(seen_by(viewer))


def _filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = []
    if wanted.state in STATES:
        filters.append(Enterprise.state == wanted.state)
    if wanted.area:
        filters.append(Organisation.area_code == wanted.area)
    if wanted.zone:
        filters.append(Organisation.zone_code == wanted.zone)
    if wanted.text:
        begins = Enterprise.uscc.startswith(wanted.text.upper(), autoescape=True)
        filters.append(or_(Organisation.name.contains(wanted.text, autoescape=True), begins))
    return filters

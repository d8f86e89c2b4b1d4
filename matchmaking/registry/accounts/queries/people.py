"""Reading accounts as the operator keeps them: the list, one person, who is locked, whom an account works for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.foundation.trail import TrailEvent
from matchmaking.registry.accounts.models import LoginSession, SecondFactor, SignInAttempts, UserAccount
from matchmaking.registry.accounts.queries.sessions import digest_of, is_open
from matchmaking.registry.organisations.models import Organisation

STATES = ("open", "shut", "bare")
"""``bare``: open and without a second factor."""
MOST_LOCKED = 200


@dataclass(frozen=True, slots=True)
class WantedPeople:
    """Filters of the list; an empty one takes everything. ``text``: part of a sign-in name, a name, an organisation."""

    text: str = ""
    role: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One account with whom it works for, its factor, and until when its name or its codes are locked."""

    account: UserAccount
    organisation: Organisation | None
    factor: SecondFactor | None
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class PersonSheet:
    """One account as the operator sees it: the row, its open sessions, and what was done with it, the latest first."""

    row: PersonRow
    sessions: int
    events: Sequence[TrailEvent]


def people_list(
    session: Session, viewer: Viewer, wanted: WantedPeople, *, at: datetime, limit: int, offset: int = 0
) -> tuple[list[PersonRow], int]:
    """Accounts by sign-in name and how many there are in all; two SQL statements. Nothing without the right to them."""
    asked = _rows(viewer).where(*_filters(wanted)).add_columns(func.count().over().label("total"))
    rows = session.execute(asked.order_by(UserAccount.login).limit(limit).offset(offset)).all()
    locked = _locks(session, [row[0].login for row in rows], at)
    return [_row(row, locked, at) for row in rows], rows[0].total if rows else 0


def person_sheet(
    session: Session, viewer: Viewer, login: str, *, at: datetime, idle_minutes: int
) -> PersonSheet | None:
    """The account ``login``, or None where there is none for this viewer; four SQL statements."""
    found = session.execute(_rows(viewer).where(UserAccount.login == login)).first()
    if found is None:
        return None
    mine = select(func.count()).where(LoginSession.user_id == found[0].id, is_open(at, idle_minutes))
    told = select(TrailEvent).where(TrailEvent.subject == f"user:{found[0].id}").order_by(TrailEvent.seq.desc())
    row = _row(found, _locks(session, [login], at), at)
    return PersonSheet(row, session.scalar(mine) or 0, session.scalars(told.limit(20)).all())


def locked_people(session: Session, viewer: Viewer, *, at: datetime) -> list[PersonRow]:
    """Accounts whose name or codes are locked at ``at``; two SQL statements, three where a name is locked.

    Names that belong to nobody lock as well; they are only digests and stay out.
    """
    digests = select(SignInAttempts.name_digest).where(SignInAttempts.locked_until > at).limit(MOST_LOCKED)
    locked = set(session.scalars(digests))
    logins = (
        [login for login in session.scalars(select(UserAccount.login)) if digest_of(login) in locked] if locked else []
    )
    asked = _rows(viewer).where(or_(UserAccount.login.in_(logins), SecondFactor.locked_until > at))
    rows = session.execute(asked.order_by(UserAccount.login).limit(MOST_LOCKED)).all()
    ends = dict.fromkeys(logins, at)
    return [_row(row, ends, at) for row in rows]


def employers_named(session: Session, text: str, kind: str) -> list[Organisation]:
    """Open organisations of ``kind`` that ``text`` names: the one whose key or whole name it is, else those whose name
    holds it (at most six)."""
    one = Organisation
    asked = select(one).where(one.kind == kind, one.active)
    exact = session.scalars(asked.where(or_(one.public_key == text, one.name == text)).order_by(one.id).limit(2)).all()
    if exact:
        return list(exact)
    near = asked.where(one.name.contains(text, autoescape=True)).order_by(one.name, one.id)
    return list(session.scalars(near.limit(6)))


def _rows(viewer: Viewer) -> Select[Any]:
    asked: Select[Any] = (
        select(UserAccount, Organisation, SecondFactor)
        .outerjoin(Organisation, Organisation.id == UserAccount.organisation_id)
        .outerjoin(SecondFactor, SecondFactor.user_id == UserAccount.id)
    )
    return asked if viewer.may(Permission.MANAGE_ACCOUNTS) else asked.where(UserAccount.id == viewer.user_id)


def _row(row: Any, locked: dict[str, datetime], at: datetime) -> PersonRow:
    account, organisation, factor = row[0], row[1], row[2]
    until = locked.get(account.login)
    if until is None and factor is not None and factor.locked_until is not None and factor.locked_until > at:
        until = factor.locked_until
    return PersonRow(account, organisation, factor, until)


def _locks(session: Session, logins: Sequence[str], at: datetime) -> dict[str, datetime]:
    digests = {digest_of(login): login for login in logins}
    one = SignInAttempts
    asked = select(one.name_digest, one.locked_until).where(one.name_digest.in_(digests), one.locked_until > at)
    return {digests[row[0]]: row[1] for row in session.execute(asked)}


def _filters(wanted: WantedPeople) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = []
    if wanted.text:
        told = (UserAccount.login, UserAccount.name, Organisation.name)
        filters.append(or_(*(column.contains(wanted.text, autoescape=True) for column in told)))
    if wanted.role:
        filters.append(UserAccount.role == wanted.role)
    if wanted.state in STATES:
        filters.append(UserAccount.active.is_(wanted.state != "shut"))
    if wanted.state == "bare":
        filters.append(SecondFactor.id.is_(None))
    return filters

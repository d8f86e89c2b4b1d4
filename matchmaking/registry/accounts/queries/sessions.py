"""Reading accounts and sessions. ``find_live_session`` runs on every request: one statement."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, or_, select
from sqlalchemy.orm import Session

from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.registry.accounts.models import LoginSession, UserAccount
from matchmaking.registry.organisations.models import Organisation


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session that still holds, and whose it is."""

    viewer: Viewer
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One browser in the list of a person's sessions."""

    id: int
    opened_at: datetime
    last_seen_at: datetime
    address: str
    browser: str


def digest_of(token: str) -> str:
    """What the table holds of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


LOGIN, USER, OFFICE = LoginSession.__table__, UserAccount.__table__, Organisation.__table__
LIVE_SESSION = (
    select(
        LOGIN.c.id, LOGIN.c.last_seen_at, LOGIN.c.expires_at,
        USER.c.id.label("user_id"), USER.c.login, USER.c.name, USER.c.role, USER.c.jurisdiction, USER.c.language,
        USER.c.demo, USER.c.password_given, USER.c.organisation_id,
        OFFICE.c.path.label("organisation_path"), OFFICE.c.kind.label("organisation_kind"),
    )
    .join(USER, USER.c.id == LOGIN.c.user_id)
    .outerjoin(OFFICE, OFFICE.c.id == USER.c.organisation_id)
    .where(LOGIN.c.token_digest == bindparam("digest"), LOGIN.c.ended_at.is_(None), USER.c.active)
    .where(or_(USER.c.organisation_id.is_(None), OFFICE.c.active))
)  # fmt: skip
"""Made once: every request asks it, and making it anew costs as much as running it."""


def find_live_session(
    session: Session, *, token: str, at: datetime, idle_minutes: int, demo: bool
) -> LiveSession | None:
    """The session behind ``token`` unless it ended, expired, sat idle too long, or its account or
    organisation is shut.

    ``demo`` says whether demo accounts exist for this installation.
    """
    row = session.execute(LIVE_SESSION, {"digest": digest_of(token)}).first()
    if row is None or (row.demo and not demo) or row.role not in set(Role):
        return None
    if at >= row.expires_at or at - row.last_seen_at > timedelta(minutes=idle_minutes):
        return None
    viewer = Viewer(
        user_id=row.user_id,
        login=row.login,
        name=row.name,
        role=Role(row.role),
        jurisdiction=row.jurisdiction,
        session_id=row.id,
        language=row.language,
        demo=row.demo,
        password_given=row.password_given,
        organisation_id=row.organisation_id,
        organisation_path=row.organisation_path,
        organisation_kind=row.organisation_kind,
    )
    return LiveSession(viewer, row.last_seen_at)


def is_open(at: datetime, idle_minutes: int) -> ColumnElement[bool]:
    """The same rule as a condition on ``login_session``."""
    return (
        LoginSession.ended_at.is_(None)
        & (LoginSession.expires_at > at)
        & (LoginSession.last_seen_at >= at - timedelta(minutes=idle_minutes))
    )


def own_sessions(session: Session, *, viewer: Viewer, at: datetime, idle_minutes: int) -> list[SessionLine]:
    """The viewer's open sessions, the latest seen first."""
    login = LoginSession
    rows = session.execute(
        select(login.id, login.opened_at, login.last_seen_at, login.address, login.browser)
        .where(login.user_id == viewer.user_id, is_open(at, idle_minutes))
        .order_by(login.last_seen_at.desc(), login.id.desc())
    )
    return [SessionLine(*row) for row in rows]


def demo_accounts(session: Session) -> list[UserAccount]:
    """The accounts that have a card on the sign-in page of a demo, in order of their making."""
    return list(
        session.scalars(select(UserAccount).where(UserAccount.demo, UserAccount.active).order_by(UserAccount.id))
    )


def all_accounts(session: Session) -> list[UserAccount]:
    """Every account by sign-in name, for the operator's list."""
    return list(session.scalars(select(UserAccount).order_by(UserAccount.login)))


def account_by_login(session: Session, login: str) -> UserAccount | None:
    """The account called ``login`` (folded already)."""
    return session.scalars(select(UserAccount).where(UserAccount.login == login)).first()

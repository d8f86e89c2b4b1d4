"""Opening and ending sign-in sessions."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.clock import business_day
from matchmaking.foundation.storage import engine
from matchmaking.foundation.trail import record
from matchmaking.registry.accounts.models import LoginSession, PendingSignIn, UserAccount
from matchmaking.registry.accounts.queries import digest_of, is_open
from matchmaking.rulebook import number


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sign-in comes from and how long it may last. ``previous`` is the token this browser carried before."""

    hours: int
    address: str = ""
    browser: str = ""
    previous: str | None = None


def open_session(session: Session, *, user: UserAccount, at: datetime, place: Place) -> str:
    """Open a session and return its token; the browser's previous one ends, and the oldest beyond the limit."""
    if place.previous:
        _end(session, LoginSession.token_digest == digest_of(place.previous), why="again", at=at)
    _keep_within_limit(session, user_id=user.id, at=at)
    token = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            token_digest=digest_of(token),
            user_id=user.id,
            opened_at=at,
            last_seen_at=at,
            expires_at=at + timedelta(hours=place.hours),
            address=place.address[:64],
            browser=place.browser[:200],
        )
    )
    session.flush()
    record(session, actor=f"user:{user.id}", tag="session.opened", subject=f"user:{user.id}", payload={}, at=at)
    return token


def sign_out(session: Session, *, actor: str, session_id: int, at: datetime) -> None:
    """End the session one is in; ending it twice is no error."""
    if _end(session, LoginSession.id == session_id, why="signed_out", at=at):
        record(session, actor=actor, tag="session.signed_out", subject=actor, payload={}, at=at)


def revoke_own_session(session: Session, *, actor: str, user_id: int, session_id: int, at: datetime) -> None:
    """End one of one's own sessions. :class:`Refusal` ``session_unknown`` for another's, an ended or an absent one."""
    mine = (LoginSession.id == session_id) & (LoginSession.user_id == user_id)
    if not _end(session, mine, why="revoked", at=at):
        raise Refusal(Reason("session_unknown", {}))
    record(session, actor=actor, tag="session.revoked", subject=actor, payload={"session": session_id}, at=at)


def end_all_sessions(session: Session, *, user_id: int, why: str, at: datetime) -> int:
    """End every session of an account (password, role, factor, shut), and every sign-in that waits for its code.

    How many sessions there were. The caller writes the trail.
    """
    waiting = delete(PendingSignIn).where(PendingSignIn.user_id == user_id)
    session.execute(waiting.execution_options(synchronize_session=False))
    return _end(session, LoginSession.user_id == user_id, why=why, at=at)


def note_seen(*, session_id: int, at: datetime) -> bool:
    """Remember that a session was used, on a connection of its own; False when the database was too busy to be asked.

    With ``access_log`` the only write a GET may cause. It never waits: a page must not hang behind a long import.
    """
    statement = (
        update(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.last_seen_at < at)
        .values(last_seen_at=at)
    )
    with engine().connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        try:
            connection.execute(text("PRAGMA busy_timeout=50" if sqlite else "SET LOCAL lock_timeout='200ms'"))
            connection.execute(statement)
            connection.commit()
        except OperationalError:
            connection.rollback()
            return False
        finally:
            if sqlite:
                connection.execute(text("PRAGMA busy_timeout=30000"))
    return True


def _keep_within_limit(session: Session, *, user_id: int, at: datetime) -> None:
    day = business_day(at)
    rows = session.scalars(
        select(LoginSession.id)
        .where(LoginSession.user_id == user_id, is_open(at, number("session_idle_minutes", day)))
        .order_by(LoginSession.last_seen_at.desc(), LoginSession.id.desc())
    ).all()
    surplus = rows[number("sessions_at_once", day) - 1 :]
    if surplus:
        _end(session, LoginSession.id.in_(surplus), why="limit", at=at)


def _end(session: Session, which: object, *, why: str, at: datetime) -> int:
    statement = (
        update(LoginSession)
        .where(which, LoginSession.ended_at.is_(None))  # type: ignore[arg-type]
        .values(ended_at=at, ended_why=why)
        .returning(LoginSession.id)
        .execution_options(synchronize_session=False)
    )
    return len(session.execute(statement).all())

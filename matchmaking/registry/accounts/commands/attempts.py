"""Counting attempts against a name before its password is looked at. Unknown names are counted and locked alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.clock import business_day
from matchmaking.foundation.trail import record
from matchmaking.registry.accounts.models import SignInAttempts
from matchmaking.registry.accounts.queries import account_by_login, digest_of
from matchmaking.rulebook import number

FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A guess that was counted. ``stored`` is the hash to compare with; empty for a name that cannot be guessed."""

    name: str
    stored: str
    user_id: int | None
    last: bool
    """Whether the name locks if this guess is wrong."""


def claim_attempt(session: Session, *, name: str, at: datetime, demo: bool) -> Attempt:
    """Count one attempt against ``name`` (folded). :class:`Refusal` ``sign_in_locked`` while the name is locked."""
    day = business_day(at)
    minutes, most = number("sign_in_lock_minutes", day), number("sign_in_failures", day)
    row = _row_of(session, name, at)
    if row.locked_until is not None and at < row.locked_until:
        raise Refusal(Reason("sign_in_locked", {"minutes": minutes}))
    if row.locked_until is not None or at - row.last_at > timedelta(minutes=minutes):
        row.attempts, row.locked_until = 0, None
    row.attempts += 1
    row.last_at = at
    if row.attempts >= most:
        row.locked_until = at + timedelta(minutes=minutes)
    user = account_by_login(session, name)
    usable = user is not None and user.active and (demo or not user.demo)
    stored = user.password_hash if user is not None and usable else ""
    return Attempt(name, stored, user.id if user else None, row.attempts >= most)


def note_failure(session: Session, *, attempt: Attempt, at: datetime) -> None:
    """Write a wrong guess into the trail, and the lock it caused. An unknown name is kept as a digest."""
    subject = f"user:{attempt.user_id}" if attempt.user_id is not None else f"name:{digest_of(attempt.name)[:16]}"
    record(session, actor="anonymous", tag="sign_in.failed", subject=subject, payload={}, at=at)
    if attempt.last:
        record(session, actor="anonymous", tag="sign_in.locked", subject=subject, payload={}, at=at)


def clear_attempts(session: Session, *, name: str) -> bool:
    """Forget the attempts against ``name``; whether there were any."""
    statement = delete(SignInAttempts).where(SignInAttempts.name_digest == digest_of(name))
    found = session.execute(
        statement.returning(SignInAttempts.name_digest).execution_options(synchronize_session=False)
    )
    return found.first() is not None


def _row_of(session: Session, name: str, at: datetime) -> SignInAttempts:
    # invented names must not fill the table for ever
    old = delete(SignInAttempts).where(SignInAttempts.last_at < at - FORGOTTEN_AFTER)
    session.execute(old.execution_options(synchronize_session=False))
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {"name_digest": digest_of(name), "attempts": 0, "last_at": at}
    session.execute(insert(SignInAttempts).values(**values).on_conflict_do_nothing(index_elements=["name_digest"]))
    one = select(SignInAttempts).where(SignInAttempts.name_digest == digest_of(name))
    return session.scalars(one.with_for_update().execution_options(populate_existing=True)).one()

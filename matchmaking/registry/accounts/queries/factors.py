"""Reading second factors and the sign-ins that wait for their code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaking.foundation.access.viewer import Viewer
from matchmaking.registry.accounts.models import PendingSignIn, RecoveryCode, SecondFactor, UserAccount
from matchmaking.registry.accounts.queries.sessions import digest_of


def has_factor(session: Session, user_id: int) -> bool:
    """Whether the person has a second factor."""
    return session.scalar(select(SecondFactor.id).where(SecondFactor.user_id == user_id)) is not None


@dataclass(frozen=True, slots=True)
class FactorLine:
    """A person's second factor as they see it themselves."""

    enrolled_at: datetime
    codes_left: int


def own_factor(session: Session, *, viewer: Viewer) -> FactorLine | None:
    """The viewer's second factor, and how many recovery codes are unused."""
    left = select(func.count()).where(RecoveryCode.factor_id == SecondFactor.id, RecoveryCode.used_at.is_(None))
    found = select(SecondFactor.enrolled_at, left.scalar_subquery()).where(SecondFactor.user_id == viewer.user_id)
    row = session.execute(found).first()
    return FactorLine(*row) if row else None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A sign-in between password and code, and whose it is. ``sealed`` is the offered secret when enrolling."""

    user_id: int
    login: str
    awaits: str
    sealed: str


def pending_sign_in(session: Session, *, token: str, at: datetime) -> Waiting | None:
    """The sign-in that waits under ``token``, unless it ran out or its account was shut."""
    row = session.execute(
        select(PendingSignIn.user_id, UserAccount.login, PendingSignIn.awaits, PendingSignIn.sealed)
        .join(UserAccount, UserAccount.id == PendingSignIn.user_id)
        .where(PendingSignIn.token_digest == digest_of(token), PendingSignIn.expires_at > at, UserAccount.active)
    ).first()
    return Waiting(*row) if row else None

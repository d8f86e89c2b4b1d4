"""Sign-ins between the password and the code. They live ten minutes and open nothing but the page that asks for it."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from matchmaking.foundation.clock import business_day
from matchmaking.foundation.trail import record
from matchmaking.registry.accounts.commands.codes import new_secret
from matchmaking.registry.accounts.commands.sealing import Seal
from matchmaking.registry.accounts.models import PendingSignIn
from matchmaking.registry.accounts.queries import digest_of
from matchmaking.rulebook import number

CODE, ENROL = "code", "enrol"
TAGS = {CODE: "sign_in.code_awaited", ENROL: "factor.offered"}
"""What the trail says of a wait: the password was right and the code is asked for; or a new secret was shown."""


def await_code(session: Session, *, user_id: int, at: datetime) -> str:
    """Wait for a code of the factor there is; the token this browser is to carry meanwhile."""
    return _wait(session, token=secrets.token_urlsafe(32), user_id=user_id, awaits=CODE, sealed="", at=at)


def offer_factor(session: Session, *, user_id: int, at: datetime, seal: Seal, token: str | None = None) -> str:
    """Offer a fresh secret and wait for its first code; ``token`` is that of a session already open, if there is one.

    The secret belongs to this browser's waiting alone and is forgotten with it.
    """
    carried = token or secrets.token_urlsafe(32)
    return _wait(session, token=carried, user_id=user_id, awaits=ENROL, sealed=seal.close(new_secret()), at=at)


def stop_waiting(session: Session, *, token: str) -> bool:
    """Forget one waiting sign-in; whether there was one. Of two who finish it at once, one hears True."""
    gone = delete(PendingSignIn).where(PendingSignIn.token_digest == digest_of(token)).returning(PendingSignIn.id)
    return session.execute(gone.execution_options(synchronize_session=False)).first() is not None


def leave(session: Session, *, token: str, at: datetime) -> bool:
    """Give a half-way sign-in, or setting up a factor, up; whether there was one."""
    waits = session.scalars(select(PendingSignIn).where(PendingSignIn.token_digest == digest_of(token))).first()
    subject = f"user:{waits.user_id}" if waits is not None else ""
    if not subject or not stop_waiting(session, token=token):
        return False
    record(session, actor=subject, tag="sign_in.left", subject=subject, payload={}, at=at)
    return True


def _wait(session: Session, *, token: str, user_id: int, awaits: str, sealed: str, at: datetime) -> str:
    old = (PendingSignIn.expires_at <= at) | (PendingSignIn.token_digest == digest_of(token))
    session.execute(delete(PendingSignIn).where(old).execution_options(synchronize_session=False))
    record(session, actor=f"user:{user_id}", tag=TAGS[awaits], subject=f"user:{user_id}", payload={}, at=at)
    minutes = number("sign_in_code_minutes", business_day(at))
    row = {"token_digest": digest_of(token), "user_id": user_id, "awaits": awaits, "sealed": sealed}
    session.add(PendingSignIn(**row, expires_at=at + timedelta(minutes=minutes)))
    session.flush()
    return token

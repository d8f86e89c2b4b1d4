"""One command, one effect: a key sent with a command makes its repetition harmless.

The key's scope is (actor, route, key); the row is written in the same transaction as the command's facts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import rfc8785
from sqlalchemy import String, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.storage.base import Base, BigId, Digest, Instant, Json


class IdempotencyKey(Base):
    """A command already answered; ``answer`` is replayed to a repetition with the same body."""

    __tablename__ = "idempotency_key"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    scope: Mapped[str] = mapped_column(Digest, unique=True)
    route: Mapped[str] = mapped_column(String(120))
    fingerprint: Mapped[str] = mapped_column(Digest)
    answer: Mapped[dict[str, Any] | None] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(Instant, index=True)


class KeyReused(Refusal):
    """The key was used before with another body."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a keyed command answers. ``replayed`` is True when the answer is an earlier one."""

    answer: dict[str, Any]
    replayed: bool


def once(
    session: Session,
    *,
    actor: str,
    route: str,
    key: str,
    body: dict[str, Any],
    at: datetime,
    do: Callable[[], dict[str, Any]],
) -> Answered:
    """Run ``do`` unless this key was answered before; call it inside a unit of work.

    ``body`` is fingerprinted by SHA-256 of its RFC 8785 form. Raises :class:`KeyReused` when the same key comes with
    another body, and :class:`Refusal` ``key_bad`` for an empty or over-long key. A command that raises leaves no key.
    """
    if not 8 <= len(key) <= 200 or not key.isascii() or not key.isprintable():
        raise Refusal(Reason("key_bad", {}))
    scope = hashlib.sha256(rfc8785.dumps([actor, route, key])).hexdigest()
    fingerprint = hashlib.sha256(rfc8785.dumps(body)).hexdigest()
    if not _claim(session, scope=scope, route=route, fingerprint=fingerprint, at=at):
        return _replay(session, scope, fingerprint)
    answer = do()
    row = session.scalars(select(IdempotencyKey).where(IdempotencyKey.scope == scope)).one()
    row.answer = answer
    return Answered(answer, replayed=False)


def _claim(session: Session, **values: Any) -> bool:
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(IdempotencyKey).values(**values).on_conflict_do_nothing(index_elements=["scope"])
    # RETURNING, not rowcount: the driver's count for an upsert is -1 on PostgreSQL
    return session.execute(statement.returning(IdempotencyKey.id)).first() is not None


def _replay(session: Session, scope: str, fingerprint: str) -> Answered:
    row = session.scalars(select(IdempotencyKey).where(IdempotencyKey.scope == scope)).one()
    if row.fingerprint != fingerprint:
        raise KeyReused(Reason("key_reused", {}))
    return Answered(row.answer or {}, replayed=True)

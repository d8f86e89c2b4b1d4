"""Tables' base, column types, and the one doorway for writes."""

from matchmaking.foundation.storage.base import Base, BigId, Digest, Instant, Json, Minor, SealedJson
from matchmaking.foundation.storage.bulk import insert_rows, table_of
from matchmaking.foundation.storage.engine import bind_engine, dispose, engine, remove_session, session
from matchmaking.foundation.storage.idempotency import Answered, IdempotencyKey, KeyReused, once
from matchmaking.foundation.storage.unit_of_work import DirtySession, run_in_unit_of_work

__all__ = [
    "Answered",
    "Base",
    "BigId",
    "Digest",
    "DirtySession",
    "IdempotencyKey",
    "Instant",
    "Json",
    "KeyReused",
    "Minor",
    "SealedJson",
    "bind_engine",
    "dispose",
    "engine",
    "insert_rows",
    "once",
    "remove_session",
    "run_in_unit_of_work",
    "session",
    "table_of",
]

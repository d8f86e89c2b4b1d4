"""Writing one event at the end of the chain."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import rfc8785
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from matchmaking.foundation.storage.bulk import table_of
from matchmaking.foundation.trail.chain import GENESIS, BadPayload, check_payload, check_plain, event_hash, instant_text
from matchmaking.foundation.trail.models import TrailEvent, TrailHead
from matchmaking.foundation.trail.tags import check_tag

# every command of the product ends in these three, so they are made once
_HEAD = select(TrailHead.seq, TrailHead.hash).where(TrailHead.id == 1).with_for_update()
_EVENT = table_of(TrailEvent).insert()
_ADVANCE = table_of(TrailHead).update().where(table_of(TrailHead).c.id == 1)


def record(session: Session, *, actor: str, tag: str, subject: str, payload: dict[str, Any], at: datetime) -> int:
    """Append one event inside the open unit of work and return its number.

    ``actor`` (``user:12``, ``job:checkpoint``) and ``subject`` (``agreement:345``) are codes; ``payload`` holds plain
    ids, integer amounts and ISO days. Call it after every other write of the command: it locks the head until the
    commit, and all other writers wait for it. Raises ``UnknownTag`` and ``BadPayload`` for mistakes of the caller,
    ``RuntimeError`` outside a unit of work.
    """
    if not session.info.get("unit_of_work"):
        raise RuntimeError("the trail is written inside a unit of work only")
    _check(actor, tag, subject, payload)
    session.flush()
    last_seq, last_hash = _lock_head(session)
    fields: dict[str, Any] = {
        "seq": last_seq + 1,
        "actor": actor,
        "tag": tag,
        "subject": subject,
        "prev_hash": last_hash,
    }
    digest = event_hash(**fields, at=instant_text(at), payload=rfc8785.dumps(payload).decode())
    session.execute(_EVENT, {**fields, "at": at, "payload": payload, "hash": digest})
    session.execute(_ADVANCE, {"seq": last_seq + 1, "hash": digest})
    return last_seq + 1


def _check(actor: str, tag: str, subject: str, payload: dict[str, Any]) -> None:
    check_tag(tag)
    check_plain(actor, longest=80)
    check_plain(subject, longest=160)
    if not isinstance(payload, dict):
        raise BadPayload("a payload is an object")
    check_payload(payload)


def _lock_head(session: Session) -> tuple[int, str]:
    """The last event's number and hash, locked; the chain's first writer makes the row."""
    row = session.execute(_HEAD).first()
    if row is None:
        make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        session.execute(make(TrailHead).values(id=1, seq=0, hash=GENESIS).on_conflict_do_nothing())
        row = session.execute(_HEAD).one()
    return row.seq, row.hash

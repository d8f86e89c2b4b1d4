"""Rows about files: that one is kept, and what it proves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.files.models import EvidenceFile, EvidenceLink
from matchmaking.foundation.files.store import Kept, path_of
from matchmaking.foundation.trail import record


def remember(session: Session, kept: Kept, *, at: datetime) -> None:
    """The row of a kept file, once per content; from its commit on the sweep leaves the file alone.

    Refuses with ``file_missing`` when the file is not on disk: rows never name what is not there.
    """
    if not path_of(kept.sha256).is_file():
        raise Refusal(Reason("file_missing", {"sha256": kept.sha256[:12]}))
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(EvidenceFile).values(sha256=kept.sha256, size=kept.size, kind=kept.kind, at=at)
    session.execute(row.on_conflict_do_nothing(index_elements=["sha256"]))


def attach(session: Session, kept: Kept, *, subject: str, words: str, actor: str, at: datetime) -> EvidenceLink:
    """Remember ``kept`` and link it to ``subject`` with a caption of at most 200 characters; written to the trail."""
    remember(session, kept, at=at)
    link = EvidenceLink(subject=subject, sha256=kept.sha256, name=kept.name, words=words[:200], actor=actor, at=at)
    session.add(link)
    session.flush()
    payload = {"sha256": kept.sha256, "size": kept.size, "kind": kept.kind}
    record(session, actor=actor, tag="file.attached", subject=subject, payload=payload, at=at)
    return link


def evidence_of(session: Session, subject: str) -> list[EvidenceLink]:
    """The links of ``subject``, oldest first."""
    wanted = select(EvidenceLink).where(EvidenceLink.subject == subject).order_by(EvidenceLink.id)
    return list(session.scalars(wanted))

"""Sweeping what no row names: files whose command never committed, and half-written ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from matchmaking.foundation.files.models import EvidenceFile
from matchmaking.foundation.files.store import SHA256, folder
from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.storage import remove_session, session

AGE = timedelta(days=1)
"""A younger file may belong to a command that is still running."""


def run(context: JobContext) -> dict[str, Any]:
    """The timed job ``sweep-files``."""
    return sweep(at=context.at)


def sweep(*, at: datetime) -> dict[str, Any]:
    """Remove orphans older than :data:`AGE` at ``at``; returns how many files and bytes went and how many stayed."""
    removed = size = stayed = 0
    for path in _old(at):
        length = path.stat().st_size
        if _named(path.name) or not _is_old(path, at):
            stayed += 1
            continue
        path.unlink(missing_ok=True)
        removed, size = removed + 1, size + length
    remove_session()
    return {"removed": removed, "bytes": size, "kept": stayed}


def _old(at: datetime) -> Iterator[Path]:
    for path in [*folder().glob("incoming/*"), *folder().glob("sha256/*/*")]:
        if path.is_file() and _is_old(path, at):
            yield path


def _is_old(path: Path, at: datetime) -> bool:
    # asked again just before removal: the same bytes kept a moment ago are young
    return path.stat().st_mtime < (at - AGE).timestamp()


def _named(name: str) -> bool:
    if not SHA256.fullmatch(name):
        return False
    found = session().scalar(select(EvidenceFile.id).where(EvidenceFile.sha256 == name))
    remove_session()
    return found is not None

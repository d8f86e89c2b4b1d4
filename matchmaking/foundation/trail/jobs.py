"""The job that seals the trail: read all of it, and sign it only when it is sound."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from config import Settings
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.storage import remove_session, session
from matchmaking.foundation.trail.checkpoint import read_checkpoints, write_checkpoint
from matchmaking.foundation.trail.facts_seal import FactsReport, seal_facts, verify_facts
from matchmaking.foundation.trail.guards import missing_guards
from matchmaking.foundation.trail.keys import signing_key
from matchmaking.foundation.trail.verify import VerifyReport, verify


def checkpoints_file(settings: Settings) -> Path:
    """Where this installation appends its checkpoints."""
    return settings.instance / "checkpoints" / "trail.txt"


def run(context: JobContext) -> dict[str, Any]:
    """The timed job ``checkpoint``."""
    return seal(context.settings, at=context.at)


def check_facts() -> tuple[FactsReport, tuple[Reason, ...]]:
    """The sealed facts read again, and what is wrong with them or with their guards."""
    try:
        missing = missing_guards(session().connection())
        report = verify_facts()
    finally:
        remove_session()
    wrong = [Reason("facts_unguarded", {"tables": ", ".join(missing)})] if missing else []
    for one in report.changed:
        wrong.append(Reason("facts_changed", {"table": one.table, "first": one.after + 1, "last": one.last}))
    return report, tuple(wrong)


def seal(settings: Settings, *, at: datetime) -> dict[str, Any]:
    """Verify, seal the new facts into the trail, then append a signed checkpoint; nothing when nothing is new.

    Refuses with the fault's reason: a broken trail is never signed, nor one whose facts were rewritten. Returns
    ``size``, ``root``, ``facts`` (rows sealed now) and whether a checkpoint was ``written``.
    """
    key = signing_key(settings.instance, settings.trail_key)
    _, wrong = check_facts()
    if wrong:
        raise Refusal(*wrong)
    facts = seal_facts(at=at)
    report = check(settings, key.public_key())
    if report.fault:
        raise Refusal(report.fault.reason)
    earlier = read_checkpoints(checkpoints_file(settings), key.public_key())
    fresh = report.events > max((checkpoint.size for checkpoint in earlier), default=0)
    if fresh:
        root = bytes.fromhex(report.root)
        write_checkpoint(checkpoints_file(settings), size=report.events, root=root, at=at, key=key)
    return {"size": report.events, "root": report.root, "facts": facts, "written": fresh}


def check(settings: Settings, key: Ed25519PublicKey, copy: Path | None = None) -> VerifyReport:
    """Verify against this installation's checkpoints, or a ``copy`` of them kept elsewhere."""
    checkpoints = read_checkpoints(copy or checkpoints_file(settings), key)
    try:
        return verify(session(), checkpoints)
    finally:
        remove_session()

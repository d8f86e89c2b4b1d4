"""Append-only, chained, signed: what happened here, in an order nobody can quietly rewrite."""

from matchmaking.foundation.trail.chain import BadPayload, plain_or_digest
from matchmaking.foundation.trail.guards import install_guards, remove_guards
from matchmaking.foundation.trail.models import TrailEvent, TrailHead
from matchmaking.foundation.trail.recording import record
from matchmaking.foundation.trail.tags import UnknownTag
from matchmaking.foundation.trail.verify import Fault, VerifyReport, verify

__all__ = [
    "BadPayload",
    "Fault",
    "TrailEvent",
    "TrailHead",
    "UnknownTag",
    "VerifyReport",
    "install_guards",
    "plain_or_digest",
    "record",
    "remove_guards",
    "verify",
]

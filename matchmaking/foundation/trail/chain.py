"""The bytes that are hashed. SHA-256 over the RFC 8785 form of an event's fields, the previous hash among them.

What may stand in a payload is so narrow (printable ASCII without spaces, integers within ±2⁵³, days as ISO text) that
the stored text *is* its RFC 8785 form, which lets the verifier hash what is stored, byte for byte, without parsing it.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64
"""The hash before the first event."""

LARGEST = 2**53 - 1
"""RFC 8785 numbers are doubles; larger integers would not survive another implementation."""

PLAIN = re.compile(r"[\x21-\x7e]{0,200}")
_quote = json.JSONEncoder(ensure_ascii=False).encode
KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")


class BadPayload(TypeError):
    """A payload holds something else than plain ids, integer amounts and days; a mistake of the programmer."""


def instant_text(at: datetime) -> str:
    """An aware instant as ``2026-09-30T04:00:00.000000Z``; naive ones are refused with ``ValueError``."""
    if at.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def check_plain(text: str, *, longest: int = 200) -> None:
    """Raise :class:`BadPayload` unless ``text`` is printable ASCII without spaces: an id or a code, never a name."""
    if not isinstance(text, str) or not PLAIN.fullmatch(text) or len(text) > longest:
        raise BadPayload(f"only ids, codes and days stand in the trail, not {text!r}; use a database id or a digest")


def plain_or_digest(text: str) -> str:
    """``text`` where it may stand in the trail, else ``sha256:`` and its digest: a notice's number in Chinese."""
    return text if PLAIN.fullmatch(text) else "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def check_payload(value: Any) -> None:
    """Raise :class:`BadPayload` for floats, words, huge integers or any type that is not plain, at any depth."""
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise BadPayload(f"{value} is beyond 2**53; write it as text")
    elif isinstance(value, str):
        check_plain(value)
    elif isinstance(value, dict):
        _check_object(value)
    elif isinstance(value, list | tuple):
        for item in value:
            check_payload(item)
    else:
        raise BadPayload(f"{type(value).__name__} cannot stand in the trail: {value!r}")


def _check_object(value: dict[Any, Any]) -> None:
    for key, item in value.items():
        if not isinstance(key, str) or not KEY.fullmatch(key):
            raise BadPayload(f"bad key in a payload: {key!r}")
        check_payload(item)


def canonical(*, seq: int, at: str, actor: str, tag: str, subject: str, payload: str, prev_hash: str) -> bytes:
    """The RFC 8785 form of one event. ``at`` and ``payload`` are given as text, the latter already canonical."""
    quoted = [_quote(text) for text in (actor, at, prev_hash, subject, tag)]
    return (
        f'{{"actor":{quoted[0]},"at":{quoted[1]},"payload":{payload},"prev_hash":{quoted[2]},'
        f'"seq":{seq},"subject":{quoted[3]},"tag":{quoted[4]}}}'
    ).encode()


def event_hash(**fields: Any) -> str:
    """Lower-case hexadecimal SHA-256 of :func:`canonical`."""
    return hashlib.sha256(canonical(**fields)).hexdigest()

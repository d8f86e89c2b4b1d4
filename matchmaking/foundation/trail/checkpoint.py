"""Signed roots of the trail, in the shape of C2SP tlog-checkpoint, appended to a text file.

The file is worth what its distance from the database is worth: copy it to another host or to write-once storage, and
keep the public key there too. One entry: origin, number of events, Merkle root (base64), time, a blank line, the
signature line ``— <key name> <base64(key id ‖ Ed25519 signature)>``. https://github.com/C2SP/C2SP/blob/main/tlog-checkpoint.md
"""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.trail.chain import instant_text
from matchmaking.foundation.trail.keys import KEY_NAME, key_id

ORIGIN = "matchmaking/trail"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """``size`` events had the Merkle ``root`` (32 bytes) when it was signed."""

    size: int
    root: bytes
    at: str


def write_checkpoint(path: Path, *, size: int, root: bytes, at: datetime, key: Ed25519PrivateKey) -> str:
    """Sign and append one entry to ``path``, synced to disk; returns the entry."""
    body = f"{ORIGIN}\n{size}\n{base64.b64encode(root).decode()}\nat {instant_text(at)}\n"
    signature = key_id(key.public_key()) + key.sign(body.encode())
    entry = f"{body}\n— {KEY_NAME} {base64.b64encode(signature).decode()}\n\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, entry.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return entry


def read_checkpoints(path: Path, key: Ed25519PublicKey) -> list[Checkpoint]:
    """Every entry of ``path`` (none when there is no file).

    Refuses with ``checkpoint_forged`` (the entry's number, from 1) when an entry is malformed, carries another key or
    another signature.
    """
    if not path.exists():
        return []
    blocks = path.read_bytes().decode(errors="replace").removesuffix("\n\n").split("\n\n")
    pairs = [blocks[at : at + 2] for at in range(0, len(blocks), 2)]
    return [_entry(number, pair, key) for number, pair in enumerate(pairs, start=1)]


def _entry(number: int, pair: list[str], key: Ed25519PublicKey) -> Checkpoint:
    try:
        body, signed = pair
        origin, size, root, at = body.split("\n")
        dash, name, signature = signed.split(" ")
        raw = base64.b64decode(signature, validate=True)
        if (origin, dash, name) != (ORIGIN, "—", KEY_NAME) or raw[:4] != key_id(key):
            raise ValueError("another origin or key")
        key.verify(raw[4:], f"{body}\n".encode())
        return Checkpoint(int(size), base64.b64decode(root, validate=True), at.removeprefix("at "))
    except (ValueError, binascii.Error, InvalidSignature):
        raise Refusal(Reason("checkpoint_forged", {"number": number})) from None

"""The Ed25519 key that signs checkpoints: given by a setting, or made once in the instance folder."""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from matchmaking.domain.reasons import Reason, Refusal

KEY_NAME = "matchmaking-trail"
ALGORITHM = b"\x01"
"""Ed25519 in C2SP signed-note."""


def signing_key(instance: Path, given: Path | None = None) -> Ed25519PrivateKey:
    """The private key at ``given``, or ``instance/keys/trail.pem``, which is made (0600) when it does not exist.

    Its public half is put beside it as ``trail.pub`` for readers. Refuses with ``chain_key_bad`` when the file is not
    an Ed25519 key.
    """
    path = given or instance / "keys" / "trail.pem"
    if given is None and not path.exists():
        _make(path)
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError):
        raise Refusal(Reason("chain_key_bad", {"file": path.name})) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise Refusal(Reason("chain_key_bad", {"file": path.name}))
    return key


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    _place(path, pem)  # readable by the owner only, from its first byte
    key = signing_key(path.parent, path)
    public = path.with_suffix(".pub")
    public.write_text(public_text(key.public_key()) + "\n", "utf-8")


def _place(path: Path, content: bytes) -> None:
    """Create ``path`` whole or not at all; when another process was quicker its key stands."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
        if not path.exists():
            os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        Path(temporary).unlink()


def key_id(key: Ed25519PublicKey) -> bytes:
    """Four bytes that tell keys apart, as in C2SP signed-note."""
    return hashlib.sha256(KEY_NAME.encode() + b"\n" + ALGORITHM + key.public_bytes_raw()).digest()[:4]


def public_text(key: Ed25519PublicKey) -> str:
    """``name+id+base64``: what an auditor keeps."""
    return f"{KEY_NAME}+{key_id(key).hex()}+{base64.b64encode(ALGORITHM + key.public_bytes_raw()).decode()}"


def read_public(text: str) -> Ed25519PublicKey:
    """The inverse of :func:`public_text`; refuses with ``chain_key_bad``."""
    try:
        name, identifier, encoded = text.strip().split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
        key = Ed25519PublicKey.from_public_bytes(raw[1:])
        if name != KEY_NAME or raw[:1] != ALGORITHM or identifier != key_id(key).hex():
            raise ValueError("not this key")
    except ValueError:
        raise Refusal(Reason("chain_key_bad", {"file": text[:40]})) from None
    return key

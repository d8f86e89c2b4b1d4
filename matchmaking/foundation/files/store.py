"""Files by the hash of their content, on disk for good before the row that names them is committed.

``FOLDER/sha256/ab/abcd…``: the sender's file name never reaches the disk.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import tempfile
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.files.signatures import kind_of

LIMIT = 20 * 1024 * 1024
"""Bytes; the default cap of one file."""

CHUNK = 1024 * 1024
SHA256 = re.compile(r"[0-9a-f]{64}")
_state: dict[str, Path] = {}


@dataclass(frozen=True, slots=True)
class Kept:
    """A file safely on disk. ``name`` is clean for display; ``kind`` is a key of ``signatures.MEDIA``."""

    sha256: str
    size: int
    kind: str
    name: str


def bind_folder(instance: Path) -> None:
    """Keep files under ``instance/files`` from now on in this process."""
    _state["folder"] = instance / "files"


def folder() -> Path:
    """The bound folder; ``RuntimeError`` before :func:`bind_folder`."""
    if "folder" not in _state:
        raise RuntimeError("no folder for files: call bind_folder first")
    return _state["folder"]


def keep(content: bytes | BinaryIO, *, name: str, media: Collection[str] | None = None, limit: int = LIMIT) -> Kept:
    """Write ``content`` under its hash, synced to disk, and say what it is. Call it before the unit of work.

    ``media`` lists the accepted kinds (keys of ``signatures.MEDIA``; None accepts all of them). Refuses with
    ``file_empty``, ``file_too_big``, ``file_unknown`` or ``file_kind``; nothing is left on disk then. The same bytes
    again are written anew under the same name, which makes an orphan young again before the sweep can take it.
    """
    incoming = folder() / "incoming"
    incoming.mkdir(parents=True, exist_ok=True)
    source = io.BytesIO(content) if isinstance(content, bytes) else content
    descriptor, temporary = tempfile.mkstemp(dir=incoming)
    try:
        with os.fdopen(descriptor, "w+b") as target:
            digest, size = _copy(source, target, limit)
            kind = _accepted(kind_of(target, size), media)
            target.flush()
            os.fsync(target.fileno())
        _settle(Path(temporary), path_of(digest))
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return Kept(digest, size, kind, clean_name(name))


def _copy(source: BinaryIO, target: BinaryIO, limit: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        size += len(chunk)
        if size > limit:
            raise Refusal(Reason("file_too_big", {"limit": limit // (1024 * 1024)}))
        digest.update(chunk)
        target.write(chunk)
    if not size:
        raise Refusal(Reason("file_empty"))
    return digest.hexdigest(), size


def _accepted(kind: str | None, media: Collection[str] | None) -> str:
    if kind is None:
        raise Refusal(Reason("file_unknown"))
    if media is not None and kind not in media:
        raise Refusal(Reason("file_kind", {"kind": kind, "wanted": ", ".join(sorted(media))}))
    return kind


def _settle(temporary: Path, final: Path) -> None:
    """Rename, then sync the folders: without the second the name itself may be lost in a power cut."""
    made = not final.parent.exists()
    final.parent.mkdir(parents=True, exist_ok=True)
    temporary.chmod(0o440)
    temporary.replace(final)
    sync_folder(final.parent)
    if made:
        sync_folder(final.parent.parent)
        sync_folder(folder())


def sync_folder(path: Path) -> None:
    """Make the names in ``path`` durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def path_of(sha256: str) -> Path:
    """Where the file of this hash lies or would lie; ``ValueError`` for anything but 64 hexadecimal digits."""
    if not SHA256.fullmatch(sha256):
        raise ValueError(f"not a SHA-256: {sha256!r}")
    return folder() / "sha256" / sha256[:2] / sha256


def open_file(sha256: str) -> BinaryIO:
    """The kept file, open for reading bytes; refuses with ``file_missing`` when the disk has lost it."""
    try:
        return path_of(sha256).open("rb")
    except FileNotFoundError:
        raise Refusal(Reason("file_missing", {"sha256": sha256[:12]})) from None


def is_intact(sha256: str) -> bool:
    """Whether the file is there and its bytes still have this hash."""
    try:
        with path_of(sha256).open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return False


def clean_name(name: str) -> str:
    """A sender's file name made fit to show: no folders, control or direction characters, at most 120 characters."""
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(char for char in last if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
    shown = " ".join(shown.split()).strip(". ")
    if len(shown) > 120:
        stem, dot, suffix = shown.rpartition(".")
        shown = f"{stem[: 119 - len(suffix)]}.{suffix}" if dot and len(suffix) <= 10 else shown[:120]
    return shown or "file"

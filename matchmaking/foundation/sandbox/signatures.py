"""What a file is, told by its first bytes and never by its name."""

from __future__ import annotations

import zipfile
from pathlib import Path

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.sandbox.limits import MEBI, Limits

ZIP = b"PK\x03\x04"
GZIP = b"\x1f\x8b"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_OTHERS = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"PAR1": "Parquet",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "RAR",
    b"<!DOC": "HTML",
    b"<html": "HTML",
    b"<?xml": "XML",
    b"{\\rtf": "RTF",
    b"\x7fELF": "ELF",
    b"MZ\x90\x00": "EXE",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
}


def kind_of(path: Path, limits: Limits) -> str:
    """``csv``, ``csv.gz``, ``xlsx``, ``ods`` or ``xls``.

    Raises :class:`Refusal` ``table_empty``, ``table_too_large``, ``table_kind`` (names what it seems to be),
    ``table_encrypted``, ``table_zip_entries``, ``table_zip_size`` or ``table_zip_broken``.
    """
    size = path.stat().st_size
    if size == 0:
        raise Refusal(Reason("table_empty", {}))
    if size > limits.file_mb * MEBI:
        raise Refusal(Reason("table_too_large", {"limit_mb": limits.file_mb}))
    with path.open("rb") as file:
        head = file.read(512)
    if head.startswith(GZIP):
        return "csv.gz"
    if head.startswith((ZIP, b"PK\x05\x06")):
        return _zipped(path, limits)
    if head.startswith(OLE):
        return _compound(path)
    for signature, name in _OTHERS.items():
        if head.lstrip(b"\xef\xbb\xbf \r\n").startswith(signature):
            raise Refusal(Reason("table_kind", {"kind": name}))
    return "csv"


def _zipped(path: Path, limits: Limits) -> str:
    """Reads the central directory only: nothing is decompressed before its declared size is known."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeError):
        raise Refusal(Reason("table_zip_broken", {})) from None
    if len(entries) > limits.entries:
        raise Refusal(Reason("table_zip_entries", {"entries": len(entries), "limit": limits.entries}))
    declared = sum(entry.file_size for entry in entries)
    if declared > limits.content_mb * MEBI:
        raise Refusal(Reason("table_zip_size", {"mb": declared // MEBI, "limit_mb": limits.content_mb}))
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refusal(Reason("table_encrypted", {}))
    names = {entry.filename for entry in entries}
    if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
        return "xlsx"
    if "content.xml" in names and "mimetype" in names:
        return "ods"
    raise Refusal(Reason("table_kind", {"kind": "Word / PowerPoint" if "[Content_Types].xml" in names else "ZIP"}))


def _compound(path: Path) -> str:
    """An OLE container is an old .xls, or a new workbook behind a password."""
    if _ENCRYPTED_PACKAGE in path.read_bytes():
        raise Refusal(Reason("table_encrypted", {}))
    return "xls"

"""What a file is, from its own bytes. A short table instead of libmagic, which parses hostile input in C."""

from __future__ import annotations

from typing import BinaryIO

MEDIA = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "ofd": "application/ofd",
    "zip": "application/zip",
    "ole": "application/x-ole-storage",
    "gz": "application/gzip",
    "text": "text/plain",
}
"""Kind → media type. ``ole`` is the old xls and doc; ``text`` covers csv."""

FIRST_BYTES = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"\x1f\x8b\x08", "gz"),
    (b"PK\x03\x04", "zip"),
)

INSIDE_ZIP = (
    (b"xl/workbook.", "xlsx"),
    (b"word/document.xml", "docx"),
    (b"OFD.xml", "ofd"),
    (b"application/vnd.oasis.opendocument.spreadsheet", "ods"),
)
"""Names looked for in a zip's first and last bytes; the archive itself is never opened here."""

HEAD, TAIL = 4096, 256 * 1024


def kind_of(stream: BinaryIO, size: int) -> str | None:
    """The kind of a seekable stream of ``size`` bytes, a key of :data:`MEDIA`, or None when it is none of them."""
    stream.seek(0)
    head = stream.read(HEAD)
    for first, kind in FIRST_BYTES:
        if head.startswith(first):
            return _inside_zip(stream, head, size) if kind == "zip" else kind
    return "text" if _is_text(head) else None


def _inside_zip(stream: BinaryIO, head: bytes, size: int) -> str:
    stream.seek(max(0, size - TAIL))
    seen = head + stream.read(TAIL)
    return next((kind for name, kind in INSIDE_ZIP if name in seen), "zip")


def _is_text(head: bytes) -> bool:
    """UTF-8, UTF-16 with its mark, or GB18030 without control characters."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    if not head or any(byte < 32 and byte not in b"\t\n\r\f" for byte in head):
        return False
    return _decodes(head, "utf-8") or _decodes(head, "gb18030")


def _decodes(head: bytes, encoding: str) -> bool:
    """Whether ``head`` reads as ``encoding``; up to three bytes of a character cut at the end are forgiven."""
    for cut in range(4):
        try:
            head[: len(head) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False

"""Rows of a text table: bounded decompression, encodings tried strictly in the declared order, bounded cells."""

from __future__ import annotations

import codecs
import csv
import io
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.sandbox.limits import MEBI, Limits

_CHUNK = MEBI
_GZIP = 31
"""zlib's sign for gzip members with their checksums."""
_HALF = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
"""A surrogate written as if it were a character."""

_CJK_UTF8 = re.compile(rb"(?:[\xe3-\xe9][\x80-\xbf]{2}){2}")


def content_of(path: Path, kind: str, limits: Limits) -> bytes:
    """The whole table as bytes, decompressed if gzip. Raises :class:`Refusal` ``table_gzip_size`` or
    ``table_gzip_broken``.
    """
    if kind != "csv.gz":
        return path.read_bytes()
    limit, pieces, size = limits.content_mb * MEBI, [], 0
    for piece in _unpacked(path):
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            raise Refusal(Reason("table_gzip_size", {"limit_mb": limits.content_mb}))
    return b"".join(pieces)


def _unpacked(path: Path) -> Iterator[bytes]:
    """The members of a gzip file one after the other, in pieces of at most a mebibyte; each must be whole."""
    broken = Refusal(Reason("table_gzip_broken", {}))
    unpacker = zlib.decompressobj(wbits=_GZIP)
    with path.open("rb") as file:
        while block := unpacker.unconsumed_tail or file.read(_CHUNK):
            try:
                yield unpacker.decompress(block, _CHUNK)
                while unpacker.eof and unpacker.unused_data.strip(b"\0"):
                    block, unpacker = unpacker.unused_data, zlib.decompressobj(wbits=_GZIP)
                    yield unpacker.decompress(block, _CHUNK)
            except zlib.error:
                raise broken from None
    if not unpacker.eof:
        raise broken


def encoding_of(content: bytes, encodings: tuple[str, ...]) -> str:
    """The first declared encoding in which all of ``content`` is valid.

    Raises :class:`Refusal` ``table_empty``, ``table_utf16``, ``table_not_text``, ``table_encoding_mixed`` or
    ``table_encoding``.
    """
    if not content.strip(b"\xef\xbb\xbf \t\r\n\x00,;"):
        raise Refusal(Reason("table_empty", {}))
    wide = content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    if wide and "utf-16" not in encodings:
        raise Refusal(Reason("table_utf16", {}))
    if not wide and content[:4096].count(0) > 3:
        raise Refusal(Reason("table_not_text", {}))
    failed: dict[str, int] = {}
    for encoding in encodings:
        if encoding == "utf-16" and not wide:
            continue
        wrong_at = _first_wrong(content, encoding)
        if wrong_at is None:
            if failed:
                _refuse_mixed(content, next(iter(failed.values())))
            return encoding
        failed[encoding] = wrong_at
    raise _no_encoding(content, failed)


def _no_encoding(content: bytes, failed: dict[str, int]) -> Refusal:
    """Why no declared encoding holds: half a character, two encodings in one file, or neither."""
    wrong_at = next(iter(failed.values()), 0)
    line = content.count(b"\n", 0, wrong_at) + 1
    if _HALF.match(content, wrong_at):
        return Refusal(Reason("table_surrogate", {"line": line}))
    text = content.splitlines()[line - 1] if wrong_at else b""
    if any(_first_wrong(text, encoding) is None for encoding in failed):
        _refuse_mixed(content, wrong_at)
    return Refusal(Reason("table_encoding", {"line": line, "encodings": ", ".join(failed)}))


def _first_wrong(content: bytes, encoding: str) -> int | None:
    """Offset of the first byte that ``encoding`` cannot hold, or None; decodes in pieces so that nothing is held."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    for start in range(0, len(content), _CHUNK):
        piece = content[start : start + _CHUNK]
        try:
            decoder.decode(piece, final=start + _CHUNK >= len(content))
        except UnicodeDecodeError as error:
            return max(0, start + error.start - max(0, len(error.object) - len(piece)))
    return None


def _refuse_mixed(content: bytes, failed_at: int) -> None:
    """UTF-8 lines among others decode as valid GB18030 mojibake; a file that holds both is refused, not guessed at."""
    for number, line in enumerate(content.splitlines(), 1):
        if _CJK_UTF8.search(line) and _is_utf8(line):
            other = content.count(b"\n", 0, failed_at) + 1
            raise Refusal(Reason("table_encoding_mixed", {"line": other, "other": number}))


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def text_rows(content: bytes, encoding: str, delimiter: str, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    """``(line of the first character of the row, cells)``; \\n, \\r\\n and lone \\r all end a line.

    Raises :class:`Refusal` ``table_field_too_long``, ``table_too_wide`` or ``table_quotes``.
    """
    csv.field_size_limit(limits.field)
    stream = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, errors="strict", newline="")
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _csv_refusal(error, line, limits) from None
        if len(cells) > limits.columns:
            raise Refusal(Reason("table_too_wide", {"columns": len(cells), "limit": limits.columns}))
        yield line, cells


def _csv_refusal(error: csv.Error, line: int, limits: Limits) -> Refusal:
    if "field larger" in str(error):
        return Refusal(Reason("table_field_too_long", {"line": line, "limit": limits.field}))
    return Refusal(Reason("table_quotes", {"line": line}))

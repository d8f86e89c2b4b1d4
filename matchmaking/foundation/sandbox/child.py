"""The child: ``python -m matchmaking.foundation.sandbox.child``. One JSON line on stdin is its job.

Limits are set before the file is opened. Lines out: ``{"progress": [done, total]}``, then one of ``{"report": …}`` or
``{"refused": [[code, params], …]}``. Positions go to the file named by the job, one JSON object to a line.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.statements.duplicates import Duplicates
from matchmaking.domain.statements.mapping import Mapping, parse_mapping
from matchmaking.domain.statements.positions import Position, RowError, RowReader, to_record
from matchmaking.foundation.sandbox.limits import MEBI, Limits
from matchmaking.foundation.sandbox.sheet_rows import sheet_rows
from matchmaking.foundation.sandbox.signatures import kind_of
from matchmaking.foundation.sandbox.text_rows import content_of, encoding_of, text_rows

PROGRESS_EVERY = 1_000
_SEARCHED = 30
"""Lines in which headers are looked for when the mapping does not say where they stand."""

Rows = Iterator[tuple[int, list[str]]]


def confine(limits: Limits) -> None:
    """Bind this process to ``limits``. A soft CPU limit first, so that the parent can tell why it ended."""
    space = limits.memory_mb * MEBI
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 2))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.content_mb * 4 * MEBI, limits.content_mb * 4 * MEBI))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


class Reading:
    """One file being read: its rows, counts and first errors."""

    def __init__(self, job: dict[str, Any], limits: Limits) -> None:
        self.limits = limits
        self.mapping: Mapping = parse_mapping(job["mapping"])
        self.as_of = date.fromisoformat(job["as_of"]) if job["as_of"] else None
        self.path = Path(job["path"])
        self.kind = kind_of(self.path, limits)
        self.encoding: str | None = None
        self.total: int | None = None
        self.rows = self.error_count = self.repeated = self.passed = 0
        self.errors: list[RowError] = []
        self.duplicates = Duplicates(self.mapping.duplicates)
        if self.mapping.format != "auto" and (self.mapping.format == "csv") != self.kind.startswith("csv"):
            raise Refusal(Reason("table_kind_declared", {"kind": self.kind, "declared": self.mapping.format}))

    def run(self, out: TextIO) -> dict[str, Any]:
        """Read everything, write positions to ``out``, and give the report as plain values."""
        rows = self._source()
        reader, width = self._bound(rows)
        for line, cells in rows:
            self._row(reader, width, line, cells, out)
            if self.rows + self.error_count > self.limits.rows:
                raise Refusal(Reason("table_too_many_rows", {"limit": self.limits.rows}))
        if not self.rows and not self.error_count:
            raise Refusal(Reason("table_no_rows", {}))
        _say({"progress": [self.rows, self.rows]})
        return self._report(reader)

    def _source(self) -> Rows:
        if not self.kind.startswith("csv"):
            self.total, rows = sheet_rows(self.path, self.mapping.sheet, self.limits)
            return rows
        content = content_of(self.path, self.kind, self.limits)
        self.encoding = encoding_of(content, self.mapping.encodings)
        self.total = max(content.count(b"\n"), content.count(b"\r"))
        return text_rows(content, self.encoding, self.mapping.delimiter, self.limits)

    def _bound(self, rows: Rows) -> tuple[RowReader, int]:
        """The reader bound to the header line: the declared one, or the first lines' first that fits."""
        first_refusal: Refusal | None = None
        for seen, (line, cells) in enumerate(rows, 1):
            width = _width(cells)
            if self.mapping.header_row and line < self.mapping.header_row:
                continue
            if width == 0 and (self.mapping.header_row == 0 or line == 1):
                continue
            try:
                return RowReader(self.mapping, cells[:width], self.as_of), width
            except Refusal as refusal:
                if self.mapping.header_row:
                    raise
                first_refusal = _nearer(first_refusal, refusal)
            if seen >= _SEARCHED:
                break
        raise first_refusal or Refusal(Reason("table_no_rows", {}))

    def _row(self, reader: RowReader, width: int, line: int, cells: list[str], out: TextIO) -> None:
        filled = _width(cells)
        if filled == 0:
            return
        if self._is_footer(cells):
            self.passed += 1
            return
        result = reader.read(cells[:width] if filled <= width else cells[:filled], line)
        admitted = self.duplicates.admit(result) if isinstance(result, Position) else result
        if admitted is None:
            self.repeated += 1
        elif isinstance(admitted, Position):
            out.write(json.dumps(to_record(admitted), ensure_ascii=False, separators=(",", ":")) + "\n")
            self.rows += 1
            if self.rows % PROGRESS_EVERY == 0:
                _say({"progress": [self.rows, self.total]})
        else:
            self.error_count += len(admitted)
            self.errors.extend(admitted[: self.limits.errors - len(self.errors)])

    def _is_footer(self, cells: list[str]) -> bool:
        if not self.mapping.footers:
            return False
        first = next(cell.strip() for cell in cells if cell.strip())
        return first.replace(" ", "").replace("\u3000", "").startswith(self.mapping.footers)

    def _report(self, reader: RowReader) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "error_count": self.error_count,
            "errors": [
                [error.line, error.column, error.reason.code, dict(error.reason.params)] for error in self.errors
            ],
            "headers": list(reader.headers),
            "absent": list(reader.absent),
            "kind": self.kind,
            "encoding": self.encoding,
            "repeated": self.repeated,
            "footers": self.passed,
            "as_of": reader.stated_as_of.isoformat() if reader.stated_as_of else None,
        }


def _width(cells: list[str]) -> int:
    """Cells up to the last that is not blank."""
    width = len(cells)
    while width and not cells[width - 1].strip():
        width -= 1
    return width


def _nearer(kept: Refusal | None, other: Refusal) -> Refusal:
    """Of two lines that are not the header line, the one that misses less is the one to explain."""
    return other if kept is None or len(other.reasons) < len(kept.reasons) else kept


def _say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message, ensure_ascii=True) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Read the job, confine, read the file, answer."""
    job = json.loads(sys.stdin.readline())
    limits = Limits(**job["limits"])
    confine(limits)
    try:
        with Path(job["out"]).open("w", encoding="utf-8") as out:
            report = Reading(job, limits).run(out)
    except Refusal as refusal:
        _say({"refused": [[reason.code, dict(reason.params)] for reason in refusal.reasons]})
        return 0
    _say({"report": report})
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Rows of a workbook (xlsx, xls, ods) as texts: numbers written out exactly as held, days as ISO.

A spreadsheet holds numbers as binary floats of fifteen sure digits: they are marked, so that a long identifier typed
as a number is refused instead of being taken with a changed tail.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.statements.cells import NumberText
from matchmaking.domain.statements.days import DayText
from matchmaking.foundation.sandbox.limits import Limits

HEAD_ROOM = 100
"""Rows above the limit that titles, headers and totals may take."""

_WHOLE = 10**21
"""Up to here a float that is whole is written without an exponent."""


def sheet_rows(path: Path, sheet: str | None, limits: Limits) -> tuple[int, Iterator[tuple[int, list[str]]]]:
    """Number of rows of the named sheet (else the first that is not empty), and ``(line, cells)`` of each.

    Raises :class:`Refusal` ``table_encrypted``, ``table_sheet_missing``, ``table_too_wide``, ``table_too_many_rows`` or
    ``table_workbook_broken``.
    """
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        chosen = _chosen(book, sheet)
    except calamine.PasswordError:
        raise Refusal(Reason("table_encrypted", {})) from None
    except (calamine.CalamineError, OSError, ValueError):
        raise Refusal(Reason("table_workbook_broken", {})) from None
    height, width = chosen.end[0] + 1, chosen.end[1] + 1
    if width > limits.columns:
        raise Refusal(Reason("table_too_wide", {"columns": width, "limit": limits.columns}))
    if height > limits.rows + HEAD_ROOM:
        raise Refusal(Reason("table_too_many_rows", {"limit": limits.rows}))
    return height, _rows(chosen)


def _chosen(book: Any, sheet: str | None) -> Any:
    names = list(book.sheet_names)
    if sheet is not None:
        if sheet not in names:
            raise Refusal(Reason("table_sheet_missing", {"sheet": sheet, "sheets": ", ".join(names)[:200]}))
        names = [sheet]
    for name in names:
        found = book.get_sheet_by_name(name)
        if found.end is not None:
            return found
    raise Refusal(Reason("table_empty", {}))


def _rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    for index, cells in enumerate(sheet.iter_rows(), 1):
        yield index, [_text(cell) for cell in cells]


def _text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, (int, float)):
        return _number(cell)
    if isinstance(cell, (datetime, date)):
        return DayText(cell.isoformat())
    if isinstance(cell, (time, timedelta)):
        return str(cell)
    return ""


def _number(cell: int | float) -> str:
    """The shortest decimal that is this very number; whole ones without a fraction."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _WHOLE:
        return NumberText(int(cell))
    return NumberText(repr(cell))

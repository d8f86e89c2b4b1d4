"""A table of what-if as a workbook. Text stays text: no cell becomes a formula, a link or a number by accident."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO

import xlsxwriter
from flask import Response
from flask_babel import gettext as _

from matchmaking.foundation.web.figures import cell_number

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
MOST_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Money:
    """A cell in 万元, from minor units."""

    minor: int


Cell = str | int | Money | None


def workbook(
    title: str, heads: Sequence[tuple[str, int]], rows: Iterable[Sequence[Cell]], about: Sequence[tuple[str, str]]
) -> bytes:
    """One sheet of ``rows`` under ``heads`` (words, width), one that says what it is and of which day."""
    target = BytesIO()
    book = xlsxwriter.Workbook(target, SAFE)
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"})
    money = book.add_format({"num_format": "#,##0.00"})
    sheet = book.add_worksheet(title[:31])
    for at, (head, width) in enumerate(heads):
        sheet.write_string(0, at, head, bold)
        sheet.set_column(at, at, width)
    for line, row in enumerate(rows, start=1):
        if line > MOST_ROWS:
            break
        for at, cell in enumerate(row):
            if isinstance(cell, Money):
                # a spreadsheet's cell is a double: exact to the cent up to 90 trillion
                sheet.write_number(line, at, float(cell_number(cell.minor, "wan")), money)
            elif isinstance(cell, int):
                sheet.write_number(line, at, cell)
            elif cell is not None:
                sheet.write_string(line, at, cell)
    sheet.freeze_panes(1, 1)
    told = book.add_worksheet(_("口径")[:31])
    told.set_column(0, 0, 16)
    told.set_column(1, 1, 70)
    for line, (label, words) in enumerate(about):
        told.write_string(line, 0, label)
        told.write_string(line, 1, words)
    book.close()
    return target.getvalue()


def sent(name: str, body: bytes) -> Response:
    """The workbook as a file to keep."""
    return Response(body, mimetype=MEDIA, headers={"Content-Disposition": f'attachment; filename="{name}"'})

"""Bridges of a month as a workbook: a row a bank, in yuan and cents, with the sum that has to close."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO

import xlsxwriter
from flask_babel import gettext as _

from matchmaking.domain.conversion.bridging import Bridge
from matchmaking.foundation.web.figures import cell_number

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}


def workbook(found: Mapping[str, Bridge], total: Bridge, about: Sequence[tuple[str, str]]) -> bytes:
    """One sheet of bridges, one that says what they are about."""
    target = BytesIO()
    book = xlsxwriter.Workbook(target, SAFE)
    bold = book.add_format({"bold": True, "bottom": 1})
    money = book.add_format({"num_format": "#,##0.00"})
    sheet = book.add_worksheet(_("放款桥表"))
    heads = (_("银行"), _("期初"), _("新报"), _("更正重报"), _("撤回"), _("期末"))
    for at, head in enumerate(heads):
        sheet.write_string(0, at, head, bold)
        sheet.set_column(at, at, 30 if at == 0 else 18)
    for line, (name, one) in enumerate([*found.items(), (_("合计"), total)], start=1):
        sheet.write_string(line, 0, name)
        for at, minor in enumerate((one.opening, one.new, one.corrected, -one.voided, one.closing), start=1):
            # a spreadsheet's cell is a double: exact to the cent up to 90 trillion
            sheet.write_number(line, at, float(cell_number(minor, "yuan")), money)
    sheet.freeze_panes(1, 1)
    notes = book.add_worksheet(_("口径"))
    notes.set_column(0, 1, 40)
    for line, pair in enumerate(about):
        for at, words in enumerate(pair):
            notes.write_string(line, at, words)
    book.close()
    return target.getvalue()

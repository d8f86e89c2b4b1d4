"""Flags as a workbook: only those whose bank has answered or whose term is over, with the answer beside each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO

import xlsxwriter
from flask_babel import gettext as _

from matchmaking.delivery.flags.facts import reason_of
from matchmaking.delivery.flags.queries import FlagRow
from matchmaking.foundation.web.figures import cell_number
from matchmaking.foundation.web.words import reason_words, w

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}


def workbook(rows: Sequence[FlagRow], *, held: int, on: date) -> bytes:
    """One sheet. ``held``: how many are left out because their bank may still reply."""
    target = BytesIO()
    book = xlsxwriter.Workbook(target, SAFE)
    bold = book.add_format({"bold": True, "bottom": 1})
    sheet = book.add_worksheet(_("口径异常"))
    heads = ((_("口径异常"), 26), (_("银行"), 30), (_("企业"), 30), (_("金额（万元）"), 14), (_("看到什么"), 70),
             (_("通知日"), 12), (_("答复期满"), 12), (_("状态"), 12), (_("银行答复"), 70))  # fmt: skip
    for at, (head, width) in enumerate(heads):
        sheet.write_string(0, at, head, bold)
        sheet.set_column(at, at, width)
    for line, row in enumerate(rows, start=1):
        _line(sheet, line, row)
    note = _("截止 %(day)s；另有 %(held)s 条还在银行答复期内，期满前不列。", day=on.isoformat(), held=held)
    sheet.write_string(len(rows) + 2, 0, note)
    sheet.freeze_panes(1, 1)
    book.close()
    return target.getvalue()


def _line(sheet: xlsxwriter.worksheet.Worksheet, line: int, row: FlagRow) -> None:
    flag = row.flag
    words = (w(f"flag_{flag.code}"), flag.lender, flag.firms)
    for at, text in enumerate(words):
        sheet.write_string(line, at, text)
    if flag.amount_minor is not None:
        # a spreadsheet's cell is a double: exact to the cent up to 90 trillion
        sheet.write_number(line, 3, float(cell_number(flag.amount_minor, "wan")))
    rest = (reason_words(reason_of(flag.saw)), flag.notified_on.isoformat(), flag.reply_due.isoformat(),
            w(f"flag_state_{row.state}"), row.reply or "—")  # fmt: skip
    for at, text in enumerate(rest, start=4):
        sheet.write_string(line, at, text)

"""A list as a workbook. Text stays text: no cell becomes a formula, a link or a number by accident."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import xlsxwriter
from flask_babel import gettext as _

from matchmaking.foundation.web.figures import cell_number
from matchmaking.foundation.web.words import w
from matchmaking.market.batches.facts import Line
from matchmaking.market.batches.models import TESTS, Batch
from matchmaking.market.batches.queries import MemberRow

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
MOST_ROWS = 20_000


def workbook(batch: Batch, rows: Sequence[MemberRow], hashed: Sequence[Line] = ()) -> bytes:
    """One sheet of firms, one that says which list it is, since when it stands and under which hash.

    ``hashed``: what the hash is taken over, for a third sheet: its columns, saved as text with tabs and line feeds and
    put through ``LC_ALL=C sort | sha256sum``, give the hash again.
    """
    target = BytesIO()
    book = xlsxwriter.Workbook(target, SAFE)
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"})
    money = book.add_format({"num_format": "#,##0.00"})
    sheet = book.add_worksheet(_("名单")[:31])
    heads = [
        _("序号"),
        _("统一社会信用代码"),
        _("企业"),
        _("金额（万元）"),
        *(w(f"batch_test_{test}") for test in TESTS),
    ]
    upward = batch.kind == "upward"
    for at, head in enumerate([*heads, *([_("推荐结果"), _("答复日")] if upward else [])]):
        sheet.write_string(0, at, head, bold)
        sheet.set_column(at, at, 36 if at == 2 else 20 if at == 1 else 14)
    for line, row in enumerate(rows, 1):
        member = row.member
        sheet.write_number(line, 0, member.position)
        sheet.write_string(line, 1, member.uscc)
        sheet.write_string(line, 2, member.name)
        sheet.write_number(line, 3, float(cell_number(member.asked_minor, "wan")), money)
        for at, test in enumerate(TESTS, 4):
            sheet.write_string(line, at, w(f"batch_verdict_{row.tests.get(test, ('unknown', ''))[0]}"))
        if upward:
            answer = row.outcome
            sheet.write_string(line, 9, w(f"batch_outcome_{answer.outcome if answer else 'unknown'}"))
            sheet.write_string(line, 10, answer.on_day.isoformat() if answer else "")
    sheet.freeze_panes(1, 3)
    about = book.add_worksheet(_("口径")[:31])
    about.set_column(0, 0, 20)
    about.set_column(1, 1, 70)
    frozen = batch.frozen_on.isoformat() if batch.frozen_on else _("还没有冻结")
    told = [(_("名称"), batch.title), (_("编号"), batch.number), (_("冻结日"), frozen),
            (_("名单指纹"), batch.membership_sha256 or "—")]  # fmt: skip
    for line, (label, words) in enumerate(told):
        about.write_string(line, 0, label)
        about.write_string(line, 1, words)
    if hashed:
        lines = book.add_worksheet(_("名单指纹")[:31])
        lines.set_column(0, 2, 30)
        for line, parts in enumerate(hashed):
            for at, cell in enumerate(parts):
                lines.write_string(line, at, str(cell))
    book.close()
    return target.getvalue()

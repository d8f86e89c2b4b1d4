"""The filtered list as a workbook. Text stays text: no cell becomes a formula, a link or a number by accident."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import xlsxwriter
from flask_babel import gettext as _

from matchmaking.delivery.audits.queries import AgreementRow, Listed
from matchmaking.desks.office.listing import status_words
from matchmaking.desks.office.setting import Setting
from matchmaking.foundation.web.figures import cell_number, unit_words
from matchmaking.foundation.web.words import bucket_name, language, w_or

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
MOST_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, its width, how a row fills it. ``money``: minor units, written as a number of the unit."""

    head: str
    width: int
    value: Callable[[Listed], Any]
    money: bool = False


def columns(bucket: str) -> list[Column]:
    """The columns of the list; with one for the bucket's share when a bucket is asked for."""
    own = [Column(bucket_name(bucket), 16, lambda row: row.buckets.get(bucket, 0), money=True)] if bucket else []
    return [
        Column(_("编号"), 22, lambda row: row.external_id),
        Column(_("企业"), 36, lambda row: row.firm or ""),
        Column(_("贷款方"), 24, lambda row: row.branch or row.lender or ""),
        Column(_("地区"), 16, lambda row: row.area_name or ""),
        Column(_("纸面等级"), 14, lambda row: w_or(f"instrument_{row.grade}", row.grade)),
        Column(_("状态"), 18, lambda row: status_words(row.status)),
        Column(_("签约日"), 12, lambda row: row.signed_on.isoformat() if row.signed_on else ""),
        Column(_("签约额"), 16, lambda row: row.signed_minor, money=True),
        *own,
        Column(_("已放款"), 16, lambda row: row.paid_minor, money=True),
        Column(_("其中核实"), 16, lambda row: row.verified_minor, money=True),
        Column(_("去向"), 40, _where),
    ]


def _where(row: Listed) -> str:
    return "；".join(f"{code} {bucket_name(code)}" for code, minor in row.buckets.items() if minor)


def workbook(setting: Setting, rows: Iterable[AgreementRow], *, bucket: str, chosen: Sequence[str]) -> bytes:
    """The workbook: one sheet of rows, one that says whom it is about and on which days."""
    target = BytesIO()
    book = xlsxwriter.Workbook(target, SAFE)
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"})
    money = book.add_format({"num_format": "#,##0.00"})
    unit = unit_words(setting.unit, setting.portfolio.currency, language())
    sheet = book.add_worksheet(_("台账")[:31])
    made = columns(bucket)
    for at, column in enumerate(made):
        sheet.write_string(0, at, f"{column.head}\n{unit}" if column.money else column.head, bold)
        sheet.set_column(at, at, column.width)
    for line, entry in enumerate(rows, start=1):
        for at, column in enumerate(made):
            _write(sheet, line, at, column, entry.row, setting.unit, money)
    sheet.freeze_panes(1, 1)
    _about(book, setting, unit, chosen)
    book.close()
    return target.getvalue()


def _write(sheet: Any, line: int, at: int, column: Column, row: Listed, unit: str, money: Any) -> None:
    value = column.value(row)
    if value is None:
        return  # not stated is an empty cell, never a zero
    if column.money:
        # a spreadsheet's cell is a double: exact to the cent up to 90 trillion, which no agreement reaches
        sheet.write_number(line, at, float(cell_number(value, unit)), money)
    else:
        sheet.write_string(line, at, str(value))


def _about(book: Any, setting: Setting, unit: str, chosen: Sequence[str]) -> None:
    sheet = book.add_worksheet(_("口径")[:31])
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 60)
    lines = [
        (_("组合"), setting.title),
        (_("截止日"), setting.as_of.isoformat()),
        (_("按哪天所知"), setting.known_on.isoformat()),
        (_("金额单位"), unit),
        (_("筛选"), "；".join(chosen) or _("全部")),
    ]
    for line, (label, words) in enumerate(lines):
        sheet.write_string(line, 0, label)
        sheet.write_string(line, 1, words)

"""A closed month as a workbook: the ledger as closed and restated, the restatements with the facts behind them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

import xlsxwriter
from flask_babel import gettext as _

from matchmaking.foundation.web.figures import cell_number, instant
from matchmaking.foundation.web.words import bucket_name, w_or
from matchmaking.oversight.periods.pages import PeriodPage

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
UNIT = "yuan"
"""Workbooks are in yuan and cents: what is added up there adds up."""


def workbook(page: PeriodPage, about: Sequence[tuple[str, str]]) -> bytes:
    """Three sheets and one that says what they are about; text stays text, amounts are numbers of yuan."""
    target = BytesIO()
    book = xlsxwriter.Workbook(target, SAFE)
    _sheet(book, _("结账的台账"), _ledger_heads(), _ledger(page))
    _sheet(book, _("更正"), _change_heads(), _changes(page))
    _sheet(book, _("更正依据"), _cause_heads(), _causes(page))
    _sheet(book, _("口径"), (_("项目"), _("说明")), about)
    book.close()
    return target.getvalue()


def _ledger_heads() -> tuple[str, ...]:
    return (
        _("纸面等级"), _("归类"), _("去向"), _("结账时（元）"), _("其中核实（元）"), _("更正（元）"),
        _("核实更正（元）"), _("更正后（元）"), _("更正后核实（元）"),
    )  # fmt: skip


def _ledger(page: PeriodPage) -> Iterable[tuple[Any, ...]]:
    for grade in page.grades:
        for line in grade.lines:
            yield (
                w_or(f"instrument_{grade.grade}", grade.grade), w_or(f"standing_{grade.standing}", grade.standing),
                f"{line.bucket} {bucket_name(line.bucket)}", line.frozen.amount, line.frozen.verified,
                line.changed.amount, line.changed.verified, line.now.amount, line.now.verified,
            )  # fmt: skip


def _change_heads() -> tuple[str, ...]:
    return (_("更正序号"), _("按哪天所知"), _("纸面等级"), _("去向"), _("差额（元）"), _("核实差额（元）"))


def _changes(page: PeriodPage) -> Iterable[tuple[Any, ...]]:
    for one in page.restatements:
        for line in one.lines:
            yield (
                str(one.restatement.number), one.restatement.known_on.isoformat(),
                w_or(f"instrument_{line.grade}", line.grade), f"{line.bucket} {bucket_name(line.bucket)}",
                line.change.amount, line.change.verified,
            )  # fmt: skip


def _cause_heads() -> tuple[str, ...]:
    return (_("更正序号"), _("协议"), _("事实"), _("事实编号"), _("录入时间"), _("录入人"))


def _causes(page: PeriodPage) -> Iterable[tuple[Any, ...]]:
    for one in page.restatements:
        for cause, key in one.causes:
            yield (
                str(one.restatement.number), key, w_or(f"fact_table_{cause.kind}", cause.kind), cause.fact_key,
                instant(cause.told_at), cause.told_by,
            )  # fmt: skip


def _sheet(book: Any, name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    money = book.add_format({"num_format": "#,##0.00"})
    sheet = book.add_worksheet(name[:31])
    for at, head in enumerate(heads):
        sheet.write_string(0, at, head, bold)
        sheet.set_column(at, at, 22)
    for line, row in enumerate(rows, start=1):
        for at, value in enumerate(row):
            if isinstance(value, int):
                # a spreadsheet's cell is a double: exact to the cent up to 90 trillion
                sheet.write_number(line, at, float(cell_number(value, UNIT)), money)
            else:
                sheet.write_string(line, at, str(value))
    sheet.freeze_panes(1, 0)

"""A plan as a workbook: who goes where, what quotas cost, who found no place, and which plan it is."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import xlsxwriter
from flask_babel import gettext as _

from matchmaking.foundation.web.figures import cell_number
from matchmaking.foundation.web.words import w
from matchmaking.market.allocations.models import AllocationPlan, AllocationUnplaced
from matchmaking.market.allocations.queries import PairRow, PriceRow
from matchmaking.market.allocations.shown import floors_of, points, price
from matchmaking.market.batches.models import Batch
from matchmaking.market.batches.workbook import MEDIA, MOST_ROWS, SAFE

__all__ = ["MEDIA", "MOST_ROWS", "workbook"]


def workbook(
    plan: AllocationPlan, batch: Batch, rows: Sequence[PairRow], prices: Sequence[PriceRow],
    unplaced: Sequence[AllocationUnplaced],
) -> bytes:  # fmt: skip
    """Four sheets; text stays text."""
    target = BytesIO()
    book = xlsxwriter.Workbook(target, SAFE)
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    _sheet(book, bold, _("推荐给谁"), (_("序号"), _("企业"), _("金额（万元）"), _("银行"), _("产品"), _("匹配度")), [
        (row.pair.position, row.pair.firm, _wan(row.pair.amount_minor), row.bank, row.product, row.pair.points // 1000)
        for row in rows
    ])  # fmt: skip
    heads = (
        _("银行"),
        _("产品"),
        _("剩余额度（万元）"),
        _("用了（万元）"),
        _("接几户"),
        _("多 1 万元额度"),
        _("多接一户"),
    )
    _sheet(book, bold, _("额度的价"), heads, [
        (each.bank, each.product, _wan(each.price.quota_minor), _wan(each.price.used_minor), each.price.used_count,
         price(each.price.per_wan), price(each.price.per_firm))
        for each in prices
    ])  # fmt: skip
    _sheet(book, bold, _("没有安排"), (_("序号"), _("企业"), _("金额（万元）"), _("原因")), [
        (one.position, one.firm, _wan(one.amount_minor), w(f"allocation_unplaced_{one.reason}")) for one in unplaced
    ])  # fmt: skip
    _sheet(book, bold, _("口径"), (_("项目"), _("内容")), _about(plan, batch))
    book.close()
    return target.getvalue()


def _about(plan: AllocationPlan, batch: Batch) -> list[tuple[Any, ...]]:
    floors = [(floor.words, f"{floor.got} / {floor.least}") for floor in floors_of(plan)]
    return [
        (_("名单"), batch.title), (_("编号"), batch.number), (_("按哪天的需求和产品"), plan.on_day.isoformat()),
        (_("评分规则"), plan.policy_version), (_("方案得分"), points(plan.value)), (_("理论上限"), points(plan.bound)),
        (_("状态"), w(f"state_allocation_{plan.state}")), (_("方案指纹"), plan.digest or "—"), *floors,
    ]  # fmt: skip


def _wan(minor: int | None) -> Any:
    return "—" if minor is None else float(cell_number(minor, "wan"))


def _sheet(book: Any, bold: Any, name: str, heads: Sequence[str], lines: Sequence[Sequence[Any]]) -> None:
    sheet = book.add_worksheet(name[:31])
    for at, head in enumerate(heads):
        sheet.write_string(0, at, head, bold)
        sheet.set_column(at, at, 30 if at in (1, 3, 4) else 16)
    for line, cells in enumerate(lines, 1):
        for at, cell in enumerate(cells):
            write = sheet.write_string if isinstance(cell, str) else sheet.write_number
            write(line, at, cell)
    sheet.freeze_panes(1, 0)

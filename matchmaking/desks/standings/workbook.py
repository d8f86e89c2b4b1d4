"""The table of banks as a workbook: the same figures, and how they were reckoned."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import xlsxwriter
from flask_babel import gettext as _

from matchmaking.desks.office.export import SAFE
from matchmaking.desks.office.setting import Setting
from matchmaking.desks.standings.queries import BankRow
from matchmaking.domain.conversion.instruments import INSTRUMENTS
from matchmaking.foundation.web.figures import cell_number, pct, unit_words
from matchmaking.foundation.web.words import language, w


def bank_workbook(setting: Setting, rows: Sequence[BankRow]) -> bytes:
    """One sheet of banks; amounts as numbers of the unit, shares as percentages in text."""
    target = BytesIO()
    book = xlsxwriter.Workbook(target, SAFE)
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    money = book.add_format({"num_format": "#,##0.00"})
    sheet = book.add_worksheet(_("银行对照")[:31])
    unit = unit_words(setting.unit, setting.portfolio.currency, language())
    grades = [grade for grade in INSTRUMENTS if any(grade in one.standing.signed for one in rows)]
    heads = [_("银行"), *(f"{_('签约')} {w('instrument_' + grade)}\n{unit}" for grade in grades)]
    heads += [f"{_('银行报送')}\n{unit}", f"{_('核实到账')}\n{unit}", _("到期件数"), _("实际 %"), _("预期 %")]
    heads += [_("收缩后 %"), _("80 % 区间"), _("95 % 区间"), _("档位"), _("本行说明")]
    for at, head in enumerate(heads):
        sheet.write_string(0, at, head, bold)
        sheet.set_column(at, at, 26 if at == 0 else 15)
    for line, one in enumerate(rows, start=1):
        _line(sheet, line, one, grades, setting.unit, money)
    sheet.freeze_panes(1, 1)
    about = book.add_worksheet(_("口径")[:31])
    about.set_column(0, 0, 90)
    days = _("截止 %(day)s，按 %(known)s 所知", day=setting.as_of.isoformat(), known=setting.known_on.isoformat())
    for line, words in enumerate((setting.title, days, w("standing_method"), w("standing_limits"))):
        about.write_string(line, 0, words)
    book.close()
    return target.getvalue()


def _line(sheet: object, line: int, one: BankRow, grades: Sequence[str], unit: str, money: object) -> None:
    it = one.standing
    sheet.write_string(line, 0, it.lender)  # type: ignore[attr-defined]
    sums = [it.signed.get(grade) for grade in grades] + [it.reported_minor, it.verified_minor]
    for at, minor in enumerate(sums, start=1):
        if minor is not None:
            sheet.write_number(line, at, float(cell_number(minor, unit)), money)  # type: ignore[attr-defined]
    texts = [
        str(it.cases), pct(it.observed_ppm), pct(it.expected_ppm), pct(it.share_ppm),
        _between(it.low80_ppm, it.high80_ppm), _between(it.low95_ppm, it.high95_ppm),
        w(f"standing_band_{it.band}") if it.band else w(f"standing_why_{it.why}"),
        one.comment.words if one.comment else "",
    ]  # fmt: skip
    for at, text in enumerate(texts, start=1 + len(sums)):
        sheet.write_string(line, at, text)  # type: ignore[attr-defined]


def _between(low: int | None, high: int | None) -> str:
    return "" if low is None or high is None else f"{pct(low)}–{pct(high)}"

"""Lines as somebody pastes them out of a statement: a payment a row, its cells apart by tabs or commas."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.statements.amounts import AmountReader, read_rate, to_half_width

MOST_LINES = 500
CELLS = ("date", "amount", "lender", "iou", "rate", "payee")
"""In this order; the first three are needed."""
NEEDED = 3
LONGEST = {"lender": 200, "iou": 80, "payee": 200}
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_PERCENT = 10_000


@dataclass(frozen=True, slots=True)
class LineTold:
    """One payment as pasted; minor units of the portfolio's currency, rate in ppm."""

    value_on: date
    amount_minor: int
    lender: str
    iou_no: str | None = None
    rate_ppm: int | None = None
    payee: str | None = None


def read_lines(text: str) -> list[LineTold]:
    """Every row of ``text``, blank ones aside; a first row without a day is a head and is passed over.

    Raises :class:`Refusal` with ``lines_none``, ``lines_many``, or a ``lines_*`` reason that names its row for every
    row that cannot be read: all or none.
    """
    rows = [(number, row) for number, row in enumerate(text.splitlines(), start=1) if row.strip()]
    if rows and _day(_cells(rows[0][1])[0]) is None:
        rows = rows[1:]
    if not rows:
        raise Refusal(Reason("lines_none"))
    if len(rows) > MOST_LINES:
        raise Refusal(Reason("lines_many", {"most": MOST_LINES, "count": len(rows)}))
    told: list[LineTold] = []
    wrong: list[Reason] = []
    for number, row in rows:
        try:
            told.append(_read(number, _cells(row)))
        except Refusal as refusal:
            wrong += refusal.reasons
    if wrong:
        raise Refusal(*wrong[:20])
    return told


def _cells(row: str) -> list[str]:
    apart = "\t" if "\t" in row else ","
    return [to_half_width(cell).strip() for cell in to_half_width(row).split(apart)]


def _day(text: str) -> date | None:
    match = _DAY.fullmatch(text)
    try:
        return date(*(int(part) for part in match.groups())) if match else None
    except ValueError:
        return None


def _read(number: int, cells: list[str]) -> LineTold:
    if not NEEDED <= len(cells) <= len(CELLS):
        raise Refusal(Reason("lines_cells", {"row": number, "count": len(cells)}))
    held = dict(zip(CELLS, [*cells, *[""] * (len(CELLS) - len(cells))], strict=True))
    day = _day(held["date"])
    if day is None:
        raise Refusal(Reason("lines_day", {"row": number, "text": held["date"][:20]}))
    for name, longest in LONGEST.items():
        if len(held[name]) > longest or not held[name].isprintable():
            raise Refusal(Reason("lines_long", {"row": number, "text": held[name][:20]}))
    if not held["lender"]:
        raise Refusal(Reason("lines_lender", {"row": number}))
    amount, rate = _amount(number, held["amount"]), held["rate"]
    return LineTold(
        day, amount, held["lender"], held["iou"] or None, _rate(number, rate) if rate else None, held["payee"] or None
    )


def _amount(number: int, text: str) -> int:
    try:
        minor = AmountReader(thousands=",").read(text)
    except Refusal:
        minor = 0
    if minor <= 0:
        raise Refusal(Reason("lines_amount", {"row": number, "text": text[:20]}))
    return minor


def _rate(number: int, text: str) -> int:
    try:
        return read_rate(text, _PERCENT)
    except Refusal:
        raise Refusal(Reason("lines_rate", {"row": number, "text": text[:20]})) from None

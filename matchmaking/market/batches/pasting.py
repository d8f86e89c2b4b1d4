"""Rows pasted from a spreadsheet: code, name, amount. Every line is read or says why not; none is dropped silently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from matchmaking.domain.identifiers import parse_uscc
from matchmaking.domain.money import parse_typed
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.market.batches.checking import check_rows
from matchmaking.market.batches.facts import MemberTold
from matchmaking.market.batches.models import Batch
from matchmaking.registry.organisations.recording import plain_name

MOST_LINES = 1_000
HEAD = "信用代码"
"""A line with this in it is the spreadsheet's own head and no firm."""


@dataclass(frozen=True, slots=True)
class Line:
    """One pasted line, counted from 1. ``told`` is None where it could not be read; ``firm`` where nobody was found."""

    number: int
    text: str
    told: MemberTold | None
    faults: tuple[Reason, ...]
    doubt: Reason | None = None
    firm: str = ""


def read_pasted(text: str, unit: str) -> list[Line]:
    """Lines of ``text`` with cells between tabs (or commas); the last cell is the amount in ``unit``.

    Raises :class:`Refusal` ``batch_paste_empty`` or ``batch_paste_long``.
    """
    lines = [(n, line.strip()) for n, line in enumerate(text.splitlines(), 1) if line.strip() and HEAD not in line]
    if not lines:
        raise Refusal(Reason("batch_paste_empty"))
    if len(lines) > MOST_LINES:
        raise Refusal(Reason("batch_paste_long", {"most": MOST_LINES, "given": len(lines)}))
    return [_read(number, line, unit) for number, line in lines]


def preview(
    session: Session, batch: Batch, lines: Sequence[Line], *, on: date, jurisdiction: str, confirmed: bool
) -> list[Line]:
    """The lines with what the registry and the list say to them; ``confirmed``: amounts in doubt stand."""
    readable = [line for line in lines if line.told is not None]
    rows = [line.told for line in readable if line.told is not None]
    checked = check_rows(session, batch, rows, on=on, jurisdiction=jurisdiction)
    found = {
        line.number: Line(
            line.number, line.text, line.told, row.faults, None if confirmed else row.doubt,
            row.organisation.name if row.organisation else "",
        )
        for line, row in zip(readable, checked, strict=True)
    }  # fmt: skip
    return [found.get(line.number, line) for line in lines]


def _read(number: int, text: str, unit: str) -> Line:
    cells = [cell.strip() for cell in (text.split("\t") if "\t" in text else text.replace("，", ",").split(","))]
    cells = [cell for cell in cells if cell]
    if len(cells) not in (2, 3):
        return Line(number, text[:120], None, (Reason("batch_paste_cells", {"given": len(cells)}),))
    try:
        name = plain_name(cells[1]) if len(cells) == 3 else ""
        told = MemberTold(parse_uscc(cells[0]), parse_typed(cells[-1], unit), unit, name)
    except Refusal as refusal:
        return Line(number, text[:120], None, tuple(refusal.reasons))
    return Line(number, text[:120], told, ())

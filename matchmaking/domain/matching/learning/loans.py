"""Past loans and queries in columns, read row by row as a layout declares; a bad cell names its row and its column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaking.domain.matching.learning.amounts import middle, read_amount
from matchmaking.domain.matching.learning.keys import Column
from matchmaking.domain.matching.learning.layout import Field, Layout
from matchmaking.domain.reasons import Reason, Refusal

Row = Mapping[Any, Any]
LONGEST_CELL = 200


@dataclass(frozen=True, slots=True)
class Loans:
    """``days``: numbers of days (``date.toordinal``). ``lenders``: names, blank in queries.

    ``columns``: field → facts of every loan."""

    ids: Sequence[str]
    days: NDArray[np.int64]
    lenders: Sequence[str]
    columns: Mapping[str, Column]

    def __len__(self) -> int:
        return len(self.ids)

    def taken(self, places: NDArray[np.int64]) -> Loans:
        """Those loans only, in that order."""
        wanted = places.tolist()
        cut = {
            name: column[places] if isinstance(column, np.ndarray) else [column[place] for place in wanted]
            for name, column in self.columns.items()
        }
        ids, lenders = ([told[place] for place in wanted] for told in (self.ids, self.lenders))
        return Loans(ids, self.days[places], lenders, cut)

    def by_day(self) -> Loans:
        """In order of their day; within a day as they came."""
        return self.taken(np.argsort(self.days, kind="stable"))


def read_loans(rows: Iterable[Row], layout: Layout, *, with_lender: bool) -> Loans:
    """Every row. Rows count from 1 below the header.

    Raises :class:`Refusal` ``rank_cell`` with row, column and what is wrong; ``rank_row_long``;
    ``rank_column_missing``; ``rank_id_twice``; ``rank_no_rows``.
    """
    ids: list[str] = []
    days: list[int] = []
    lenders: list[str] = []
    facts: dict[str, list[str | float]] = {field.name: [] for field in layout.fields}
    for number, row in enumerate(rows, 1):
        if number == 1:
            _headers(row, layout, with_lender)
        if None in row:  # where a reader of CSV puts what lies beyond the header
            raise Refusal(Reason("rank_row_long", {"row": number}))
        ids.append(_needed(row, layout.id, number))
        days.append(_day(row, layout, number))
        lenders.append(_needed(row, layout.lender, number) if with_lender else "")
        for field in layout.fields:
            facts[field.name].append(_fact(row, field, number))
    if not ids:
        raise Refusal(Reason("rank_no_rows"))
    if len(set(ids)) != len(ids):
        seen: set[str] = set()
        twice = next(one for one in ids if one in seen or seen.add(one))  # type: ignore[func-returns-value]
        raise Refusal(Reason("rank_id_twice", {"id": twice[:60]}))
    columns = {field.name: _column(field, facts[field.name]) for field in layout.fields}
    return Loans(ids, np.array(days, np.int64), lenders, columns)


def _headers(row: Row, layout: Layout, with_lender: bool) -> None:
    wanted = (*layout.columns, layout.lender) if with_lender else layout.columns
    for column in wanted:
        if column not in row:
            raise Refusal(Reason("rank_column_missing", {"column": column, "mapping": layout.name}))


def _cell(row: Row, column: str, number: int) -> str:
    text = row.get(column)
    if text is None or len(text) > LONGEST_CELL:
        raise _wrong(number, column, "rank_cell_missing" if text is None else "rank_cell_long")
    return text.strip()


def _needed(row: Row, column: str, number: int) -> str:
    text = _cell(row, column, number)
    if not text:
        raise _wrong(number, column, "rank_cell_missing")
    return text


def _day(row: Row, layout: Layout, number: int) -> int:
    text = _needed(row, layout.day, number)
    try:
        return layout.days.read(text).toordinal()
    except Refusal:
        raise _wrong(number, layout.day, "rank_cell_day", text) from None


def _fact(row: Row, field: Field, number: int) -> str | float:
    text = _cell(row, field.column, number)
    figures = field.kind in ("number", "amount")
    if not text or text in field.blanks:
        return np.nan if figures else ""
    if figures:
        try:
            return middle(*read_amount(text))
        except Refusal:
            raise _wrong(number, field.column, "rank_cell_figure", text) from None
    if field.kind == "digits":
        digits = "".join(char for char in text.split("-")[0] if char.isascii() and char.isdigit())
        return digits.zfill(field.width)[: field.width or None] if digits else ""
    return " ".join(text.upper().split())


def _column(field: Field, facts: list[str | float]) -> Column:
    return np.array(facts, np.float64) if field.kind in ("number", "amount") else [str(fact) for fact in facts]


def _wrong(number: int, column: str, what: str, text: str = "") -> Refusal:
    return Refusal(Reason("rank_cell", {"row": number, "column": column, "what_word": what, "text": text[:60]}))

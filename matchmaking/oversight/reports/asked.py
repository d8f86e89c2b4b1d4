"""What a report is asked for, and its rows in the order they are told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from matchmaking.rulebook import number

EPOCH = date(1970, 1, 1).toordinal()
Row = tuple[str | int | float, ...]
PLACE = re.compile(r":([a-z_]+)")


@dataclass(frozen=True, slots=True)
class Asked:
    """A portfolio on two days (counted from 1970-01-01), with the rulebook's tolerances."""

    portfolio: int
    as_of: int
    known: int
    tolerance: int
    days: int
    unanswered: int

    @classmethod
    def on(cls, portfolio_id: int, as_of: date, known_on: date) -> Asked:
        """With the numbers in force on ``as_of``."""
        names = ("match_amount_tolerance_minor", "match_day_tolerance_days", "confirmation_unanswered_days")
        told = (number(name, as_of) for name in names)
        return cls(portfolio_id, as_of.toordinal() - EPOCH, known_on.toordinal() - EPOCH, *told)

    def taken_by(self, text: str) -> dict[str, int]:
        """The parameters that ``text`` names."""
        return {name: getattr(self, name) for name in sorted(set(PLACE.findall(text)))}


def told(rows: Iterable[Sequence[Any]], words: Sequence[str] = (), places: Sequence[int] = ()) -> list[Row]:
    """``rows`` as plain numbers and words in one order; codes at ``places`` are looked up in ``words``."""
    columns = list(zip(*rows, strict=True))
    if words:
        for place in places if columns else ():
            columns[place] = tuple(words[code] for code in columns[place])
    return sorted(zip(*map(_plain, columns), strict=True))


def _plain(column: tuple[Any, ...]) -> Sequence[str | int | float]:
    """Sums come as decimals from PostgreSQL and as whole numbers from the others."""
    return column if isinstance(column[0], str | int | float) else [int(value) for value in column]

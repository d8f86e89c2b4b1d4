"""What a report is asked for, and its rows in the order they are told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

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


def told(rows: Iterable[Sequence[object]], words: Sequence[str] | None = None, places: Sequence[int] = ()) -> list[Row]:
    """``rows`` as plain numbers and words in one order; codes at ``places`` are looked up in ``words``."""
    found = []
    for row in rows:
        plain = [
            words[int(str(value))] if words is not None and place in places else _plain(value)
            for place, value in enumerate(row)
        ]
        found.append(tuple(plain))
    return sorted(found, key=lambda row: tuple((isinstance(each, str), each) for each in row))


def _plain(value: object) -> str | int | float:
    if isinstance(value, str | float):
        return value
    return int(str(value))

"""What a card says, in plain values: of the same values its markup is written once."""

from __future__ import annotations

from typing import NamedTuple

from matchmaking.domain.matching.costs import Fee
from matchmaking.domain.money import Money


class Mark(NamedTuple):
    """A scored line as its bar and its key show it: thousandths out of ``full``, whole points out of ``of``."""

    line: str
    points: int
    full: int
    whole: int
    of: int


class Sums(NamedTuple):
    """What a card says of costs, the cheapest first in each pair: all a year costs, as a yearly rate, what of it is
    interest, the yearly rate itself; and every fee, each once."""

    low: Money
    high: Money
    simple: tuple[int, int]
    interest: tuple[Money, Money]
    rates: tuple[int, int]
    charged: tuple[tuple[Fee, Money], ...]


class Row(NamedTuple):
    """Why a line has its points, in words. ``of`` is 0 where it is not scored."""

    said: str
    line: str
    points: int
    of: int


class Told(NamedTuple):
    """All that a fitting card says below its head, in plain values."""

    marks: tuple[Mark, ...]
    degree: int | None
    sums: Sums | None
    saves: tuple[tuple[str, bool, int], ...]
    tie: str
    chief: tuple[Row, ...]
    rows: tuple[Row, ...]

"""Heat table: money that has not come, by how long ago it was signed."""

from __future__ import annotations

from dataclasses import dataclass

from matchmaking.desks.office.ledger import BANDS, Ledger
from matchmaking.domain.money import MINOR_PER_MAJOR, UNITS

SHADES = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """An amount and its shade, 0 (nil) to 5."""

    amount: int
    shade: int
    band: int


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One bucket by age."""

    bucket: str
    cells: tuple[Cell, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Heat:
    """The table; ``step`` is what one shade stands for."""

    rows: tuple[HeatRow, ...]
    columns: tuple[int, ...]
    total: int
    step: int


def heat_of(ledger: Ledger, unit: str) -> Heat | None:
    """The heat table of ``ledger``, None where everything is paid or closed."""
    lines = ledger.not_paid
    highest = max((amount for line in lines for amount in line.bands), default=0)
    if not highest:
        return None
    step = _round_step(highest, UNITS[unit] * MINOR_PER_MAJOR)
    rows = tuple(
        HeatRow(
            line.bucket,
            tuple(Cell(amount, _shade(amount, step), band) for band, amount in enumerate(line.bands)),
            line.amount,
        )
        for line in lines
    )
    columns = tuple(sum(line.bands[band] for line in lines) for band in range(len(BANDS)))
    return Heat(rows, columns, sum(line.amount for line in lines), step)


def _shade(amount: int, step: int) -> int:
    return 0 if amount <= 0 else min(SHADES, (amount - 1) // step + 1)


def _round_step(highest: int, unit: int) -> int:
    """A round figure of the unit (1, 2, 2.5 or 5 times a power of ten) of which five reach ``highest``."""
    hundredth = max(unit // 100, 1)
    power = hundredth
    while True:
        for tenths in (10, 20, 25, 50):
            step = power * tenths // 10
            if step * SHADES >= highest and step:
                return step
        power *= 10

"""A bank's interval as a small drawing: whole numbers on a line of 160, from the figures that stand beside it."""

from __future__ import annotations

from dataclasses import dataclass

from matchmaking.desks.standings.models import BankStanding

WIDE = 160
WHOLE = 1_000_000


@dataclass(frozen=True, slots=True)
class Plot:
    """Places on the line from 0 to 160; ``low``/``high``: 95 %, ``inner_low``/``inner_high``: 80 %."""

    low: int
    inner_low: int
    dot: int
    inner_high: int
    high: int
    tick: int


def plot_of(standing: BankStanding) -> Plot | None:
    """None where nothing is said of the bank."""
    figures = (
        standing.low95_ppm, standing.low80_ppm, standing.share_ppm, standing.high80_ppm, standing.high95_ppm,
        standing.expected_ppm,
    )  # fmt: skip
    placed = [each * WIDE // WHOLE for each in figures if each is not None]
    return Plot(*placed) if len(placed) == len(figures) else None

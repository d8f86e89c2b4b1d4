"""Step lines over days: signed, reported, verified. Whole pixels in, SVG path data out; no float."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

LEFT, RIGHT, TOP, FLOOR = 52, 404, 26, 168
"""Edges of the plot in pixels; the picture is 500 × 196."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled mark on an axis, in pixels."""

    at: int
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """One step line and its label at the right end; ``label_at`` keeps labels apart."""

    css: str
    path: str
    label_at: int
    key: str
    amount: int


@dataclass(frozen=True, slots=True)
class StepChart:
    """Everything the template draws."""

    lines: tuple[Line, ...]
    amounts: tuple[Tick, ...]
    months: tuple[Tick, ...]
    mark: Tick | None


@dataclass(frozen=True, slots=True)
class Scale:
    """Days and amounts to pixels."""

    first: date
    last: date
    highest: int

    def x(self, day: date) -> int:
        """A day's pixel, within the plot."""
        span = max((self.last - self.first).days, 1)
        return LEFT + (RIGHT - LEFT) * min(max((day - self.first).days, 0), span) // span

    def y(self, amount: int) -> int:
        """An amount's pixel, within the plot."""
        return FLOOR - (FLOOR - TOP) * min(max(amount, 0), self.highest) // max(self.highest, 1)


def step_chart(
    signed: int,
    first: date,
    last: date,
    reported: Sequence[tuple[date, int]],
    verified: Sequence[tuple[date, int]],
    mark: date | None = None,
) -> StepChart:
    """``signed`` from ``first``; ``reported`` and ``verified`` are (day, amount added), drawn up to ``last``."""
    ends = [signed, sum(amount for _, amount in reported), sum(amount for _, amount in verified)]
    scale = Scale(first, max(last, first + timedelta(days=1)), max(ends))
    paths = [f"M{LEFT} {scale.y(signed)}H{RIGHT}", _steps(reported, scale), _steps(verified, scale)]
    places = _apart([scale.y(end) + 4 for end in ends])
    kinds = (("ln-sign", "signed"), ("ln-bank", "reported"), ("ln-ver", "verified"))
    lines = tuple(
        Line(css, path, place, key, end)
        for (css, key), path, place, end in zip(kinds, paths, places, ends, strict=True)
    )
    marked = Tick(scale.x(mark), mark.isoformat()) if mark and first <= mark <= scale.last else None
    grid = tuple(Tick(scale.y(scale.highest * part // 4), str(scale.highest * part // 4)) for part in range(5))
    return StepChart(lines, grid, tuple(_months(scale)), marked)


def _steps(added: Iterable[tuple[date, int]], scale: Scale) -> str:
    path, total = [f"M{LEFT} {FLOOR}"], 0
    for day, amount in sorted(added):
        total += amount
        path.append(f"H{scale.x(day)}V{scale.y(total)}")
    return "".join(path) + f"H{RIGHT}"


def _apart(places: list[int], gap: int = 16) -> list[int]:
    """Labels from the top down, never closer than ``gap``; the last one stays above the floor."""
    found, above = [], -gap
    for place in places:
        above = max(place, above + gap)
        found.append(above)
    return found


def _months(scale: Scale) -> Iterable[Tick]:
    """At most seven beginnings of months."""
    starts, day = [], date(scale.first.year, scale.first.month, 1)
    while day <= scale.last:
        if day >= scale.first:
            starts.append(day)
        day = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    every = -(-len(starts) // 7) or 1
    return [Tick(scale.x(start), start.isoformat()[:7]) for start in starts[::every]]

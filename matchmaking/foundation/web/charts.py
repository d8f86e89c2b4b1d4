"""Geometry of the bar that adds up to 100 %: integer tenths of a pixel, so that nothing is lost to rounding.

Widths are apportioned by largest remainder; their sum is the width of the bar, always. Labels go inside a segment where
they fit and on leader lines where they do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

TENTH = 10
"""Units of the geometry in one pixel."""


def apportion(amounts: Sequence[int], total: int, least: int = 0) -> list[int]:
    """Split ``total`` units in proportion to ``amounts`` (≥ 0), exactly; positive ones get at least ``least``.

    Largest remainder first, ties to the earlier one. All zero gives all zero. ``ValueError`` for a negative amount.
    """
    if any(amount < 0 for amount in amounts):
        raise ValueError("a negative amount has no width")
    whole = sum(amounts)
    if whole == 0:
        return [0] * len(amounts)
    shares = [divmod(amount * total, whole) for amount in amounts]
    widths = [floor for floor, _rest in shares]
    order = sorted(range(len(amounts)), key=lambda place: (-shares[place][1], place))
    for place in order[: total - sum(widths)]:
        widths[place] += 1
    return _widened(amounts, widths, least)


def _widened(amounts: Sequence[int], widths: list[int], least: int) -> list[int]:
    for place, amount in enumerate(amounts):
        if amount and widths[place] < least:
            widest = max(range(len(widths)), key=lambda other: widths[other])
            lent = least - widths[place]
            widths[widest] -= lent
            widths[place] += lent
    return widths


def px(tenths: int) -> str:
    """Tenths of a pixel as SVG writes them."""
    whole, part = divmod(abs(tenths), TENTH)
    return f"{'-' if tenths < 0 else ''}{whole}.{part}"


def text_width(words: str, size: int = 13) -> int:
    """An estimate in tenths: an ideograph is as wide as it is high, other signs not quite three fifths of that."""
    return sum(size * TENTH if ord(sign) > 0x2E7F else size * 57 // 10 for sign in words)


@dataclass(frozen=True, slots=True)
class Part:
    """One bucket to draw. ``lines`` are its label (name, figure); ``code`` is printed where the name does not fit."""

    code: str
    css: str
    amount: int
    lines: tuple[str, ...]
    family: str
    verified: int = 0
    texture: str = ""
    ink: str = ""
    """``w`` for white letters on a dark ground, ``a`` for vermilion; empty for ink."""
    plate: bool = False
    """Letters stand on a white plate, because of the texture beneath."""
    short: str = ""
    """A word of two or three letters for narrow segments."""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """A drawn part: ``x`` and ``width`` in tenths; ``label``: lines inside, empty when it stands on a leader."""

    part: Part
    x: int
    width: int
    label: tuple[str, ...]
    gap: int

    @property
    def seen(self) -> int:
        """Width that is painted: the gap to the next segment is left white where there is room for one."""
        return self.width - self.gap if self.width > 3 * self.gap else self.width

    @property
    def middle(self) -> int:
        """Centre, in tenths."""
        return self.x + self.seen // 2

    @property
    def verified_width(self) -> int:
        """Length of the black line."""
        return self.seen * self.part.verified // self.part.amount if self.part.amount else 0

    @property
    def plate_width(self) -> int:
        """Width of the white plate under the label."""
        return min(max(_measure(self.label)) + 140, max(self.seen - 40, 100))


@dataclass(frozen=True, slots=True)
class Leader:
    """A label beneath the bar for segments too narrow to carry it; ``ticks`` are their centres."""

    words: str
    x: int
    ticks: tuple[int, ...]
    anchor: str


@dataclass(frozen=True, slots=True)
class Bracket:
    """A family above the bar. ``row`` 1 stands one row higher because its neighbour needs the room."""

    family: str
    name: str
    figure: str
    x0: int
    x1: int
    at: int
    anchor: str
    row: int


@dataclass(frozen=True, slots=True)
class Bar:
    """Everything the template draws, in tenths. ``mark`` is where the signed amount ends when parts exceed it."""

    width: int
    height: int
    top: int
    segments: tuple[Segment, ...]
    leaders: tuple[Leader, ...] = ()
    brackets: tuple[Bracket, ...] = ()
    mark: int | None = None

    @property
    def total_height(self) -> int:
        """Height of the picture in pixels."""
        foot = 34 if self.leaders else 14
        return self.top + self.height + foot


@dataclass(frozen=True, slots=True)
class Style:
    """How a bar is drawn at one width (pixels)."""

    width: int
    height: int = 58
    gap: int = 15
    least: int = 20
    names: bool = True
    size: int = 13
    brackets: dict[str, tuple[str, str]] = field(default_factory=dict)


def draw_bar(parts: Sequence[Part], style: Style, whole: int | None = None) -> Bar:
    """Lay out ``parts`` (amounts ≥ 0; zeros are dropped) over ``style.width``.

    ``whole`` is the signed amount: where the parts add up to more (a statement's own figures do not agree), ``mark``
    says where on the bar the signed amount ends.
    """
    drawn = [part for part in parts if part.amount > 0]
    widths = apportion([part.amount for part in drawn], style.width * TENTH, style.least)
    segments, x = [], 0
    for part, width in zip(drawn, widths, strict=True):
        segments.append(Segment(part, x, width, _label(part, width, style), style.gap))
        x += width
    brackets = _brackets(segments, style)
    top = (0 if not brackets else 46) + (34 if any(bracket.row for bracket in brackets) else 0)
    total = sum(part.amount for part in drawn)
    mark = x * whole // total if whole is not None and 0 < whole < total else None
    return Bar(style.width * TENTH, style.height, top, tuple(segments), _leaders(segments, style), brackets, mark)


def _measure(lines: Sequence[str]) -> list[int]:
    return [text_width(line) for line in lines] or [0]


def _label(part: Part, width: int, style: Style) -> tuple[str, ...]:
    room = width - (240 if part.plate else 160)
    if style.names and part.lines and max(_measure(part.lines)) <= room:
        return part.lines
    short = (part.code, part.short)
    if style.names and part.short and max(_measure(short)) <= width - 60:
        return short
    if text_width(part.code, style.size) <= width - 90:
        return (part.code,)
    return ()


def _leaders(segments: Sequence[Segment], style: Style) -> tuple[Leader, ...]:
    groups: list[list[Segment]] = []
    for segment in (s for s in segments if not s.label):
        if groups and _extent(groups[-1], style)[1] + 80 > _extent([segment], style)[0]:
            groups[-1].append(segment)
        else:
            groups.append([segment])
    return tuple(_leader(group, style) for group in groups)


def _words(group: Sequence[Segment]) -> str:
    return " ".join(segment.part.code for segment in group)


def _extent(group: Sequence[Segment], style: Style) -> tuple[int, int]:
    centre = (group[0].middle + group[-1].middle) // 2
    half = text_width(_words(group), 12) // 2
    centre = min(max(centre, half), style.width * TENTH - half)
    return centre - half, centre + half


def _leader(group: Sequence[Segment], style: Style) -> Leader:
    left, right = _extent(group, style)
    return Leader(_words(group), (left + right) // 2, tuple(segment.middle for segment in group), "mid")


def _brackets(segments: Sequence[Segment], style: Style) -> tuple[Bracket, ...]:
    placed: list[Bracket] = []
    taken: dict[int, int] = {0: -1000, 1: -1000}
    for family, (name, figure) in style.brackets.items():
        own = [segment for segment in segments if segment.part.family == family]
        if not own:
            continue
        x0, x1 = own[0].x, own[-1].x + own[-1].seen
        need = max(text_width(name), text_width(figure, 12))
        row, at, anchor = _room(x0, x1, need, taken, style.width * TENTH)
        taken[row] = at + need if anchor == "" else at
        placed.append(Bracket(family, name, figure, x0, x1, at, anchor, row))
    return tuple(placed)


def _room(x0: int, x1: int, need: int, taken: dict[int, int], width: int) -> tuple[int, int, str]:
    for row in (0, 1):
        if x0 >= taken[row] + 80 and x0 + need <= width:
            return row, x0, ""
        if x1 - need >= taken[row] + 80:
            return row, x1, "end"
    return (1, x0, "") if x0 + need <= width else (1, x1, "end")

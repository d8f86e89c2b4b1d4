"""What a list of past loans holds, declared as data: which column is what, and which lines the card has.

``matchmaking/market/matches/layouts/sba-rank.toml`` is the commented example.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from matchmaking.domain.matching.learning.keys import Key, parse_key
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.statements.days import DayReader

NEEDED = ("id", "day", "lender")
SHARE, LIFT = "share", "lift"
LINES = {
    **dict.fromkeys(("activity", "place"), SHARE),
    **dict.fromkeys(("industry", "amount", "rounding", "kind", "term", "newness", "size", "form"), LIFT),
    **dict.fromkeys(("franchise", "setting", "place_kind", "place_industry", "place_amount", "place_size"), LIFT),
}
"""Every line a card can have and what it compares: a lender's share of like loans itself, or how far that share lies
above the lender's share of all loans."""
_NAME = re.compile(r"[a-z][a-z_]{0,29}")


@dataclass(frozen=True, slots=True)
class Field:
    """One fact of a loan. ``kind``: text, digits, number or amount. ``blanks``: texts that state nothing.

    ``width``: digits are filled with zeros to it, and cut to it (a postal code that lost its leading zero)."""

    name: str
    column: str
    kind: str = "text"
    blanks: tuple[str, ...] = ()
    width: int = 0


@dataclass(frozen=True, slots=True)
class LineLayout:
    """One line: its keys from wide to narrow. ``within``: the loans it is compared among (all of them, by default).

    ``recent``: in how many ways recent loans
    are also counted apart, none to two. ``hand``: its weight in a card set by hand, in percent."""

    line: str
    levels: tuple[Key, ...]
    within: Key
    recent: int
    hand: int

    @property
    def is_share(self) -> bool:
        """Whether it compares shares themselves."""
        return LINES[self.line] == SHARE


@dataclass(frozen=True, slots=True)
class Layout:
    """How one source writes loans, and the card made of it."""

    name: str
    title: Mapping[str, str]
    id: str
    day: str
    lender: str
    days: DayReader
    fields: tuple[Field, ...]
    lines: tuple[LineLayout, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Every header a list of queries must have: all but the lender's."""
        return tuple(dict.fromkeys((self.id, self.day, *(field.column for field in self.fields))))


def parse_layout(text: str) -> Layout:
    """A layout from TOML. Raises :class:`Refusal` ``rank_layout_wrong`` saying where it is wrong."""
    try:
        told = tomllib.loads(text)
        return _layout(told)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as wrong:
        raise Refusal(Reason("rank_layout_wrong", {"detail": str(wrong)[:200]})) from None


def _layout(told: Mapping[str, Any]) -> Layout:
    fields = tuple(_field(name, entry) for name, entry in told["fields"].items())
    known = {field.name for field in fields}
    lines = tuple(_line(entry, known) for entry in told["lines"])
    names = [line.line for line in lines]
    if len(set(names)) != len(names) or "activity" not in names:
        raise ValueError("each line stands once, and activity is one of them")
    return Layout(
        name=told["name"], title=told["title"], **{name: str(told["columns"][name]) for name in NEEDED},
        days=DayReader(tuple(told["dates"]["formats"])), fields=fields, lines=lines,
    )  # fmt: skip


def _field(name: str, entry: str | Mapping[str, Any]) -> Field:
    told = {"column": entry} if isinstance(entry, str) else dict(entry)
    found = Field(name=name, **(told | {"blanks": tuple(told.get("blanks", ()))}))
    if not _NAME.fullmatch(name) or found.kind not in ("text", "digits", "number", "amount"):
        raise ValueError(f"fields.{name}")
    return found


def _line(entry: Mapping[str, Any], known: set[str]) -> LineLayout:
    found = LineLayout(
        line=entry["line"],
        levels=tuple(parse_key(text) for text in entry["levels"]),
        within=parse_key(entry.get("within", "")),
        recent=int(entry.get("recent", 0)),
        hand=int(entry.get("hand", 0)),
    )
    used = {part.field for key in (*found.levels, found.within) for part in key}
    if found.line not in LINES or not found.levels or used - known or not 0 <= found.recent <= 2 or found.hand < 0:
        raise ValueError(f"lines.{found.line}: {', '.join(sorted(used - known)) or 'levels'}")
    return found

"""Which loans are alike: keys of one or more facts, from wide to narrow, and their codes in columns.

A key is written ``state zip/3``: parts between blanks. ``zip/3`` is the first three characters, ``amount~2`` two steps
to each doubling, ``amount.`` how round the figure is (its trailing zeros), and a bare name the fact itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
Column = Sequence[str] | NDArray[np.float64]
"""Texts, blank where nothing is stated; or figures, NaN where nothing is stated."""
UNKNOWN = -1
_PART = re.compile(r"([a-z][a-z_]*)(?:(/|~)([1-9][0-9]?)|(\.))?")
_MOST_ZEROS = 4


@dataclass(frozen=True, slots=True)
class Part:
    """One fact as a key takes it. ``how``: blank, ``/`` (first characters), ``~`` (steps to a doubling) or ``.``."""

    field: str
    how: str = ""
    many: int = 0

    def __str__(self) -> str:
        return f"{self.field}{self.how}{self.many or ''}"


Key = tuple[Part, ...]
"""No part: every loan is alike."""


def parse_key(text: str) -> Key:
    """``state zip/3`` → two parts. ``ValueError`` for what is no key."""
    return tuple(_part(part) for part in text.split())


def _part(text: str) -> Part:
    match = _PART.fullmatch(text)
    if match is None:
        raise ValueError(f"no key: {text[:40]}")
    return Part(match[1], match[2] or match[4] or "", int(match[3] or 0))


def texts(key: Key, columns: Mapping[str, Column], size: int) -> list[str]:
    """The key of each loan as text; blank where a fact it needs is not stated."""
    if not key:
        return ["·"] * size
    parts = [_texts(part, columns[part.field]) for part in key]
    return ["|".join(found) if all(found) else "" for found in zip(*parts, strict=True)]


def _texts(part: Part, column: Column) -> list[str]:
    if not isinstance(column, np.ndarray):
        return [text[: part.many] if part.how == "/" else text for text in column]
    if part.how == ".":
        return [_zeros(figure) for figure in column.tolist()]
    known = np.isfinite(column)
    figures = np.where(known, column, 0)
    # one more, so that nothing at all has a step of its own
    steps = np.floor(np.log2(np.maximum(figures, 0) + 1) * part.many) if part.how == "~" else np.rint(figures)
    return [f"{step:.0f}" if told else "" for step, told in zip(steps.tolist(), known.tolist(), strict=True)]


def _zeros(figure: float) -> str:
    """How many zeros a figure ends in, ``n`` for one that is not whole; blank for none stated."""
    if not np.isfinite(figure):
        return ""
    if figure != int(figure) or figure <= 0:
        return "n"
    return str(next((zeros for zeros in range(_MOST_ZEROS) if int(figure) % 10 ** (zeros + 1)), _MOST_ZEROS))


class Coder:
    """Texts ↔ numbers, in the order of first sight. Blank and never seen are ``UNKNOWN``."""

    def __init__(self, seen: Sequence[str]) -> None:
        self._numbers: dict[str, int] = {}
        for text in seen:
            if text:
                self._numbers.setdefault(text, len(self._numbers))

    def __len__(self) -> int:
        return len(self._numbers)

    def codes(self, wanted: Sequence[str]) -> Codes:
        """One number each."""
        found = self._numbers
        return np.array([found.get(text, UNKNOWN) for text in wanted], np.int64)

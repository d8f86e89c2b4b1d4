"""The detectors as a page shows them: each with the dated numbers it compares with and the documents these rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from matchmaking.domain.conversion.detectors import DETECTORS, Detector
from matchmaking.domain.parameters import DatedValue
from matchmaking.rulebook import parameters

TERM = "flag_reply_workdays"


@dataclass(frozen=True, slots=True)
class Number:
    """One number in force: its name, unit and dated value; ``words`` are its document's, Chinese then English, without
    the remark that it is a design default: the page says once which numbers are."""

    name: str
    unit: str
    value: DatedValue

    def words(self, language: str) -> str:
        """What the document says, in ``zh`` or ``en``."""
        chinese, _, english = self.value.document.partition(" / ")
        said = english if language == "en" and english else chinese
        return said.removeprefix("设计默认值：").removeprefix("design default: ")


@dataclass(frozen=True, slots=True)
class Rule:
    """A detector and its numbers."""

    detector: Detector
    numbers: Sequence[Number]


def rules_on(day: date) -> list[Rule]:
    """All twelve, with the numbers in force on ``day``."""
    return [Rule(one, numbers_of(f"detector_{one.code}_", day)) for one in DETECTORS]


def numbers_of(beginning: str, day: date) -> list[Number]:
    """Parameters whose names begin so, in the order of their file."""
    held = (one for name, one in parameters().items() if name.startswith(beginning))
    return [Number(one.name, one.unit, one.at(day)) for one in held]


def term_on(day: date) -> Number:
    """The bank's term to reply."""
    return numbers_of(TERM, day)[0]

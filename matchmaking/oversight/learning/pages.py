"""One proposal as its page shows it: both cards line by line, and how both did on later loans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matchmaking.market.policies.models import PolicyVersion

FIGURES = {"hit1": "Hit@1", "hit3": "Hit@3", "hit5": "Hit@5", "hit10": "Hit@10", "mrr": "MRR"}
PER_TENTH = 1_000


@dataclass(frozen=True, slots=True)
class Weighed:
    """One line: whole points of the hand-set card and of the proposed one."""

    line: str
    hand: int
    card: int

    @property
    def change(self) -> str:
        """``+3``, ``−3`` or ``0``."""
        return f"{self.card - self.hand:+d}".replace("-", "−") if self.card != self.hand else "0"


@dataclass(frozen=True, slots=True)
class Figured:
    """One figure of the backtest for both cards and their difference, with intervals, in percent."""

    name: str
    hand: str
    card: str
    gain: str
    differs: bool


def weighed(row: PolicyVersion) -> list[Weighed]:
    """Lines in the order of the hand-set card."""
    hand: Mapping[str, int] = row.evidence["hand"]["weights"]
    lines = dict.fromkeys((*row.weights["order"], *hand))
    return [Weighed(line, hand.get(line, 0), row.weights.get(line, 0)) for line in lines]


def figured(evidence: Mapping[str, Any]) -> list[Figured]:
    """Hit@1 … MRR."""
    ways, gain = evidence["ways"], evidence["gain"]
    return [
        Figured(
            words, _span(ways["hand"][name]), _span(ways["card"][name]), _span(gain[name], signed=True),
            gain[name][1] > 0 or gain[name][2] < 0,
        )
        for name, words in FIGURES.items()
    ]  # fmt: skip


def _span(told: Sequence[int], *, signed: bool = False) -> str:
    """``33.3 (12.0 – 54.0)``: value and interval in percent, one place."""
    value, low, high = (_percent(number, signed) for number in told)
    return f"{value} ({low} – {high})"


def _percent(millionths: int, signed: bool) -> str:
    tenths, rest = divmod(abs(millionths), PER_TENTH)
    tenths += rest * 2 >= PER_TENTH
    sign = "−" if millionths < 0 and tenths else "+" if signed and tenths else ""
    return f"{sign}{tenths // 10}.{tenths % 10}"

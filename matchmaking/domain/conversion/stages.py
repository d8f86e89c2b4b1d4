"""Stages the world sets: where an agreement stands, derived from facts and a day, never set by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

AWAITING, PARTIAL, DRAWN = "awaiting", "partial", "drawn"
"""待放款, 部分放款, 全额放款."""
OVERDUE, PARTIAL_OVERDUE = "overdue", "partial_overdue"
"""The agreed day has passed with nothing, or not everything, paid."""
GIVEN_UP, ENDED, REDUCED, LAPSED = "given_up", "ended", "reduced", "lapsed"
"""What was not paid is closed: by the firm, by the bank, by both, or by the end of the availability period."""
CONVERTED, DUPLICATE, FRAMEWORK = "converted", "duplicate", "framework"
"""An intent wholly passed into a contract (已转合同); merged by verdict (归并); a paper with no amount of its own."""

STAGES = (
    AWAITING,
    PARTIAL,
    DRAWN,
    OVERDUE,
    PARTIAL_OVERDUE,
    GIVEN_UP,
    ENDED,
    REDUCED,
    LAPSED,
    CONVERTED,
    DUPLICATE,
    FRAMEWORK,
)


@dataclass(frozen=True, slots=True)
class Position:
    """An agreement's yuan on a day, minor units. ``due``: the capped agreed day, None where none was agreed.

    ``paid`` includes what is disputed: a stage says whether money is reported, not whether it is verified.
    """

    original: int
    duplicate: int
    converted: int
    paid: int
    given_up: int
    ended: int
    cut: int
    lapsed: int
    due: date | None
    framework: bool = False


def stage_of(position: Position, *, as_of: date) -> str:
    """The stage of an agreement on ``as_of``."""
    if position.framework:
        return FRAMEWORK
    if position.duplicate:
        return DUPLICATE
    return _closed(position) or _running(position, as_of)


def _closed(position: Position) -> str | None:
    """The stage of an agreement with nothing left open, else None."""
    ends = (
        (position.given_up, GIVEN_UP),
        (position.ended, ENDED),
        (position.cut, REDUCED),
        (position.lapsed, LAPSED),
    )
    closed = position.converted + position.paid + sum(amount for amount, _ in ends)
    if closed < position.original:
        return None
    for amount, stage in ends:
        if amount:
            return stage
    return CONVERTED if position.converted and not position.paid else DRAWN


def _running(position: Position, as_of: date) -> str:
    late = position.due is not None and as_of > position.due
    if position.paid:
        return PARTIAL_OVERDUE if late else PARTIAL
    return OVERDUE if late else AWAITING

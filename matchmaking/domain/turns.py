"""The shared-fault clock: workdays of each side, and the bank's day moved by the time that was not its own.

The bank answers for ``with_bank`` only. A day belongs to whoever held the case when it began, so that the days of all
sides add up to the workdays between the first step and the last. Source: N10 and B03.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from matchmaking.domain.periods import WorkdayCalendar

BANK, FIRM, THIRD, STOPPED = "with_bank", "with_firm", "with_third", "stopped"
HOLDERS = (BANK, FIRM, THIRD)
PAUSED = (FIRM, THIRD)


@dataclass(frozen=True, slots=True)
class Step:
    """From ``day`` on the case is with ``turn``, until the next step."""

    day: date
    turn: str


def days_of_each(steps: Sequence[Step], until: date, calendar: WorkdayCalendar) -> Mapping[str, int]:
    """Holder → workdays up to and including ``until``; ``steps`` in their order, what lies after ``until`` not counted.

    Raises what the calendar raises for a year it does not hold.
    """
    spent = dict.fromkeys(HOLDERS, 0)
    ends = [*(step.day for step in steps[1:]), until]
    for step, end in zip(steps, ends, strict=True):
        if step.turn in spent:
            spent[step.turn] += calendar.between(step.day, min(end, until))
    return spent


def moved_day(due: date, stood_from: date, stood_until: date, calendar: WorkdayCalendar) -> date:
    """``due`` after a clock that stood between the two days: as many workdays are left as when it stopped."""
    return calendar.add(due, calendar.between(stood_from, stood_until))

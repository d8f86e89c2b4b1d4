"""Days and China's workdays. The calendar is handed in; a year it does not hold fails loudly.

Source of the adjustments: the State Council's yearly holiday notices, kept as a table in ``rulebook/workdays.json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from matchmaking.domain.reasons import Reason, Refusal


@dataclass(frozen=True, slots=True)
class WorkdayCalendar:
    """``adjustments[day]`` is True for a make-up workday, False for a day off; other days follow the week."""

    adjustments: Mapping[date, bool]
    years: frozenset[int]

    def is_workday(self, day: date) -> bool:
        """Whether offices work on ``day``. Raises :class:`Refusal` for a year whose notice is not in the table."""
        if day.year not in self.years:
            raise Refusal(Reason("workdays_unknown", {"year": day.year}))
        named = self.adjustments.get(day)
        return day.weekday() < 5 if named is None else named

    def add(self, day: date, workdays: int) -> date:
        """The day ``workdays`` (≥ 0) workdays after ``day``; ``day`` itself need not be one."""
        if workdays < 0:
            raise ValueError("workdays are counted forward")
        while workdays:
            day += timedelta(days=1)
            workdays -= self.is_workday(day)
        return day

    def between(self, start: date, end: date) -> int:
        """Workdays after ``start`` up to and including ``end`` (0 when ``end`` ≤ ``start``)."""
        return sum(self.is_workday(start + timedelta(days=step)) for step in range(1, (end - start).days + 1))

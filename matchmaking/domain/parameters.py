"""Dated values: a number in a rule has a day from which it holds and a document that says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from matchmaking.domain.reasons import Reason, Refusal


@dataclass(frozen=True, slots=True)
class DatedValue:
    """One value of a parameter. ``verified`` is False for design defaults and unread sources ([DD], [GK])."""

    since: date
    value: int
    document: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named rule number through time. ``values`` ascend by ``since``; ``unit`` says what they count."""

    name: str
    unit: str
    values: tuple[DatedValue, ...]

    def at(self, day: date) -> DatedValue:
        """The value in force on ``day``; a :class:`Refusal` where none was yet."""
        found = None
        for value in self.values:
            if value.since <= day:
                found = value
        if found is None:
            raise Refusal(Reason("parameter_not_yet", {"name": self.name, "day": day.isoformat()}))
        return found

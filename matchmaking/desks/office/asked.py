"""What an address asks for: two days, a unit, a grade; and the addresses that ask for something else."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for

from matchmaking.foundation.web.figures import chosen_unit

FIRST_DAY, LAST_DAY = date(1940, 1, 1), date(2100, 12, 31)
PLACE = "one-of-many"
"""Stands where an agreement's key will; keys are letters, digits and marks that an address carries as they are."""
_DAY = re.compile(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


@dataclass(frozen=True, slots=True)
class Asked:
    """Days are None where the address names none; ``unreadable`` holds what could not be read as a day."""

    as_of: date | None
    known_on: date | None
    unit: str
    grade: str
    unreadable: tuple[str, ...] = ()


def read_asked(query: Mapping[str, str]) -> Asked:
    """Whatever stands in the query, read with care: a malformed day is reported, never guessed."""
    wrong: list[str] = []
    days = [_day(query.get(name, ""), wrong) for name in ("as_of", "known_at")]
    return Asked(days[0], days[1], query.get("unit", ""), query.get("grade", "")[:30], tuple(wrong))


def _day(text: str, wrong: list[str]) -> date | None:
    text = text.strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text) if _DAY.match(text) else None
    except ValueError:
        day = None
    if day is None or not FIRST_DAY <= day <= LAST_DAY:
        wrong.append(text[:20])
        return None
    return day


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses of this portfolio on these two days; the days always stand in them, so that a link keeps its meaning.

    ``known_on`` None: as known now.
    """

    code: str
    as_of: date
    known_on: date | None
    unit: str
    grade: str

    @property
    def days(self) -> dict[str, Any]:
        """The query values every address carries."""
        found: dict[str, Any] = {"as_of": self.as_of.isoformat()}
        if self.known_on:
            found["known_at"] = self.known_on.isoformat()
        return found | {"unit": self.unit}

    def home(self, grade: str = "") -> str:
        """签约额去哪了."""
        return url_for("office.portfolio", code=self.code, **self.days, **_given(grade=grade))

    def part(self, endpoint: str) -> str:
        """A page beside it: months, counties, rates, meetings."""
        return url_for(endpoint, code=self.code, **self.days, **_given(grade=self.grade))

    def agreements(self, **filters: str | None) -> str:
        """The list behind a figure."""
        return url_for("office.agreements", code=self.code, **self.days, **_given(**filters))

    def agreement(self, key: str) -> str:
        """One agreement."""
        return url_for("office.agreement", code=self.code, key=key, **self.days)

    def to_agreements(self) -> Callable[[str], str]:
        """As :meth:`agreement`, for a list of them: built once, each key put in its place."""
        before, _, after = self.agreement(PLACE).rpartition(PLACE)
        return lambda key: before + key + after

    def definitions(self) -> str:
        """口径."""
        return url_for("office.definitions", portfolio=self.code, **self.days)

    def divide(self, top: str, bottom: str) -> str:
        """May these two be divided?"""
        return url_for("office.divide", code=self.code, **self.days, top=top, bottom=bottom)


def _given(**values: str | None) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def unit_for(asked: str, currency: str) -> str:
    """The unit in force."""
    return chosen_unit(asked, currency)

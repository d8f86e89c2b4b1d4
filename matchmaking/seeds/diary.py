"""What happened in the demo city, told day by day: acts are noted in any order and done in the order of their days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from matchmaking.foundation.clock import SHANGHAI

MORNING = 9
Act = Callable[[datetime], Any]
"""Something done at an instant; it runs a command of the product and may keep the row it gets."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a voucher says: ``subject`` it supports, ``words`` it is called by, its lines, and the day it came in."""

    subject: str
    words: str
    lines: tuple[str, ...]
    day: date


@dataclass(slots=True)
class Diary:
    """Acts of the city. ``rows`` keeps what later acts refer to, by a key of the story that tells them."""

    rows: dict[str, Any] = field(default_factory=dict)
    vouchers: list[Told] = field(default_factory=list)
    """Papers in support of what is told; kept as files before the unit of work opens."""
    _session: Session | None = None
    _noted: list[tuple[date, int, int, Act]] = field(default_factory=list)

    def note(self, day: date, act: Act, *, hour: int = MORNING) -> None:
        """Do ``act`` on ``day`` from ``hour`` o'clock on; acts of one hour follow in the order they were noted."""
        self._noted.append((day, hour, len(self._noted), act))

    def keep(self, key: str, day: date, act: Act, *, hour: int = MORNING) -> None:
        """Like :meth:`note`, and what ``act`` gives is found in ``rows`` under ``key`` from then on."""

        def kept(at: datetime) -> None:
            self.rows[key] = act(at)

        self.note(day, kept, hour=hour)

    @property
    def session(self) -> Session:
        """The unit of work in which the diary is lived through."""
        if self._session is None:
            raise RuntimeError("acts run while the diary is lived through, not before")
        return self._session

    def live_through(self, session: Session) -> int:
        """Do everything that was noted, a second apart within an hour; how many acts there were."""
        self._session = session
        told: dict[tuple[date, int], int] = {}
        for day, hour, _, act in sorted(self._noted, key=lambda one: one[:3]):
            place = told[day, hour] = told.get((day, hour), -1) + 1
            act(datetime.combine(day, time(hour), SHANGHAI) + timedelta(seconds=place))
        return len(self._noted)

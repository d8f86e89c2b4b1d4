"""Administrative divisions (GB/T 2260) with the days on which a code holds, and functional zones beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from matchmaking.domain.reasons import Reason, Refusal


@dataclass(frozen=True, slots=True)
class Division:
    """A code and its days, ``since`` and ``until`` inclusive, None where open; ``successor`` replaced it."""

    code: str
    zh: str
    en: str
    parent: str | None
    since: date | None = None
    until: date | None = None
    successor: str | None = None

    def holds(self, day: date) -> bool:
        """Whether the code is in force on ``day``."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Zone:
    """A functional zone (高新区, 恒口): reports beside the counties, has no GB/T 2260 code, lies in ``parent``."""

    code: str
    zh: str
    en: str
    parent: str


@dataclass(frozen=True, slots=True)
class DivisionTable:
    """A city, its counties through time, and its zones."""

    city: Division
    counties: tuple[Division, ...]
    zones: tuple[Zone, ...]

    def on(self, day: date) -> tuple[Division, ...]:
        """The counties whose codes hold on ``day``, by code."""
        return tuple(county for county in self.counties if county.holds(day))

    def current(self, code: str, day: date) -> Division:
        """The county that ``code`` (perhaps an older one) is on ``day``; a :class:`Refusal` ``county_unknown``."""
        known = {county.code: county for county in self.counties}
        found = known.get(code)
        while found and not found.holds(day):
            found = known.get(found.successor or "")
        if found is None:
            raise Refusal(Reason("county_unknown", {"code": code[:12], "day": day.isoformat()}))
        return found

    def zones_of(self, county: str) -> tuple[Zone, ...]:
        """The zones that lie in a county."""
        return tuple(zone for zone in self.zones if zone.parent == county)

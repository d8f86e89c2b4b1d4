"""One meeting as its page shows it: papers by instrument, money after so many days, what stands apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from matchmaking.delivery.audits.models import AuditRow
from matchmaking.desks.gatherings.queries import HORIZONS, Told
from matchmaking.desks.office.setting import Setting
from matchmaking.domain.conversion.instruments import CONTRACTS, INSTRUMENTS
from matchmaking.domain.money import per_million
from matchmaking.market.events.models import Event
from matchmaking.market.events.queries import EventRow

STANDINGS = ("member", "pre_event", "late")


@dataclass(frozen=True, slots=True)
class Cell:
    """Verified money on one horizon and its share of what was signed; ``due`` is the day, None of money: not yet."""

    due: date
    verified: int | None
    ppm: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """One instrument of the frozen cohort with its outcome by horizon."""

    told: Told
    ppm: int | None
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class EventPage:
    """What the template shows, beside the :class:`Setting`."""

    setting: Setting
    row: EventRow
    lines: Sequence[Line]
    apart: Mapping[str, Sequence[Told]]
    papers: Sequence[AuditRow]
    horizons: tuple[int, ...] = HORIZONS

    def __getattr__(self, name: str) -> Any:
        # the template speaks of one page; what every page shares stands in the setting
        return getattr(self.setting, name)

    @property
    def event(self) -> Event:
        """The meeting."""
        return self.row.event

    @property
    def member_papers(self) -> int:
        """Papers of the frozen cohort: papers may be counted together, their amounts may not."""
        return sum(line.told.papers for line in self.lines)


def event_page(
    setting: Setting,
    row: EventRow,
    told: Sequence[Told],
    kept: Mapping[tuple[str, int], Sequence[Told]],
    papers: Sequence[AuditRow],
) -> EventPage:
    """The page of one meeting; ``told`` is the stored audit's word, ``kept`` what was kept by horizon."""
    members = sorted((one for one in told if one.standing == "member"), key=_order)
    lines = [Line(one, share(one), _cells(row.event, one, kept, setting.as_of)) for one in members]
    apart = {
        standing: sorted((one for one in told if one.standing == standing), key=_order)
        for standing in STANDINGS[1:]
        if any(one.standing == standing for one in told)
    }
    return EventPage(setting, row, lines, apart, papers)


def share(told: Told) -> int | None:
    """合同放款率 in parts per million: verified money over signed. None for papers that are no contracts: an intent is
    followed by a contract, and the money is the contract's."""
    if told.instrument not in CONTRACTS or told.signed_minor <= 0:
        return None
    return per_million(told.verified_minor, told.signed_minor)


def _cells(event: Event, told: Told, kept: Mapping[tuple[str, int], Sequence[Told]], as_of: date) -> list[Cell]:
    made = []
    for horizon in HORIZONS:
        due = event.held_on + timedelta(days=horizon)
        rows = kept.get((event.public_key, horizon), ()) if due <= as_of else ()
        found = next((one for one in rows if (one.instrument, one.standing) == (told.instrument, "member")), None)
        made.append(Cell(due, found.verified_minor if found else None, share(found) if found else None))
    return made


def _order(told: Told) -> int:
    return INSTRUMENTS.index(told.instrument) if told.instrument in INSTRUMENTS else len(INSTRUMENTS)

"""The demo city: everything that happened in it between January 2025 and 2026-09-30, told through the product's commands.

Loaded once, in one unit of work after the small demo; a second run finds it there and changes nothing. Figures, days and
keys of agreements come from fixed arithmetic; nothing is drawn by lot.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy.orm import Session

from matchmaking.delivery.audits.commands import take_snapshot
from matchmaking.foundation.clock import SHANGHAI
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.registry.organisations.queries import organisation_by_key
from matchmaking.registry.portfolios.queries import portfolio_by_code
from matchmaking.seeds.city import CODE
from matchmaking.seeds.city_banks import BANKS, tell_banks
from matchmaking.seeds.diary import Diary
from matchmaking.seeds.firms import tell_firms
from matchmaking.seeds.gatherings import TODAY
from matchmaking.seeds.papers import contract_papers
from matchmaking.seeds.signing_by_list import tell_listed

ACTOR = "seed:city"
MARK = BANKS[0].key
"""Where this bank is, the city was loaded: all of it comes in one unit of work."""


@dataclass(frozen=True, slots=True)
class CitySeeded:
    """What ``seed_city`` did: ``acts`` 0 where the city was there already."""

    acts: int
    snapshots: int


def seed_city() -> CitySeeded:
    """Bring in the whole city where it is missing. Needs the small demo (``seed_demo``) before it."""
    return run_in_unit_of_work(_seed)


def _seed(session: Session) -> CitySeeded:
    if organisation_by_key(session, MARK) is not None:
        return CitySeeded(0, 0)
    diary = Diary(session)
    diary.rows[CODE] = portfolio_by_code(session, CODE)
    tell_banks(diary)
    tell_firms(diary)
    for paper in contract_papers():
        tell_listed(diary, paper)
    acts = diary.live_through()
    return CitySeeded(acts, _snapshots(session))


def _snapshots(session: Session) -> int:
    city = portfolio_by_code(session, CODE)
    if city is None:
        raise LookupError("the city's portfolio comes with the small demo")
    at = datetime.combine(TODAY, time(18), SHANGHAI)
    days: list[tuple[date, date]] = [(TODAY, TODAY)]
    for as_of, known_on in days:
        take_snapshot(session, actor=ACTOR, portfolio=city, as_of=as_of, known_on=known_on, at=at)
    return len(days)

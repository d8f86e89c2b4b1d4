"""The demo city: all that happened in it from January 2025 to 2026-09-30, told through the product's own commands.

Loaded once, in one unit of work after the small demo; a second run finds it there and changes nothing. Figures, days
and keys of papers come from fixed arithmetic; nothing is drawn by lot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.foundation.clock import SHANGHAI
from matchmaking.foundation.files import Kept, attach
from matchmaking.foundation.storage import run_in_unit_of_work, session
from matchmaking.registry.enterprises.models import Enterprise
from matchmaking.registry.organisations.queries import organisation_by_key
from matchmaking.registry.portfolios.queries import portfolio_by_code
from matchmaking.seeds.city import CODE
from matchmaking.seeds.city_banks import BANKS, tell_banks
from matchmaking.seeds.city_people import tell_people
from matchmaking.seeds.closings import tell_closings
from matchmaking.seeds.diary import Diary
from matchmaking.seeds.firms import tell_firms
from matchmaking.seeds.lists import tell_lists
from matchmaking.seeds.money import tell_money
from matchmaking.seeds.months import tell_months
from matchmaking.seeds.other_papers import other_papers, predecessor_of
from matchmaking.seeds.papers import contract_papers
from matchmaking.seeds.people import FIRM as TEA
from matchmaking.seeds.pipeline import tell_pipeline
from matchmaking.seeds.plans import tell_plan
from matchmaking.seeds.signing_by_list import tell_listed
from matchmaking.seeds.signing_by_way import came_by_way, tell_way
from matchmaking.seeds.vouchers import keep_told

MARK = BANKS[0].key
"""Where this bank is, the city was loaded: all of it comes in one unit of work."""


@dataclass(frozen=True, slots=True)
class CitySeeded:
    """What ``seed_city`` did: ``acts`` 0 where the city was there already."""

    acts: int


def seed_city() -> CitySeeded:
    """Bring in the whole city where it is missing. Needs the small demo (``seed_demo``) before it."""
    if organisation_by_key(session(), MARK) is not None:
        return CitySeeded(0)
    diary = tell_city()
    kept = keep_told(diary.vouchers)
    return run_in_unit_of_work(_seed, diary=diary, kept=kept)


def tell_city() -> Diary:
    """Everything that will happen, noted and not yet done."""
    diary = Diary()
    tell_banks(diary)
    tell_firms(diary)
    tell_people(diary)
    tell_money(diary)
    listed = [paper for paper in contract_papers() if not came_by_way(paper)]
    others = other_papers(listed)
    for paper in contract_papers():
        if came_by_way(paper):
            tell_way(diary, paper)
        else:
            tell_listed(diary, replace(paper, supersedes=predecessor_of(paper)))
    for paper in others:
        tell_listed(diary, paper)
    tell_lists(diary, [*contract_papers(), *others])
    tell_pipeline(diary)
    tell_months(diary)
    tell_plan(diary)
    tell_closings(diary)
    return diary


def _seed(work: Session, *, diary: Diary, kept: Mapping[str, Kept]) -> CitySeeded:
    if organisation_by_key(work, MARK) is not None:
        return CitySeeded(0)
    city = portfolio_by_code(work, CODE)
    tea = work.scalars(select(Enterprise).where(Enterprise.public_key == TEA)).one_or_none()
    if city is None or tea is None:
        raise LookupError("the small demo comes first")
    diary.rows.clear()
    diary.rows.update({CODE: city, TEA: tea})
    acts = diary.live_through(work)
    for one in diary.vouchers:
        at = datetime.combine(one.day, time(20), SHANGHAI)
        words = f"{one.words}（演示凭证）"
        attach(work, kept[one.subject], subject=one.subject, words=words, actor="seed:city", at=at)
    return CitySeeded(acts)

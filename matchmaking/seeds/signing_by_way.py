"""Contracts of the two banks whose people sign in to the demo: each came all the way through the platform."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from matchmaking.delivery.signings.facts import PaperTold
from matchmaking.domain.money import Money
from matchmaking.domain.states import FIRM
from matchmaking.market.needs.commands import move_need
from matchmaking.seeds.diary import Diary
from matchmaking.seeds.fates import HOLDERS, Fate
from matchmaking.seeds.gatherings import TODAY
from matchmaking.seeds.papers import Paper, tea_contract
from matchmaking.seeds.people import FIRM as TEA
from matchmaking.seeds.way import STEPS, Way

ON_PLATFORM = ("hanjiang", "jinzhou")
SINCE = date(2026, 2, 20)
"""Signed from this day on: the matching rules are in force since January 2026, and a way takes six weeks."""
SLOW = (40, 39, 37, 30, 28, 24, 14, 10, 4, 2, 0, 0)
FAST = (16, 16, 15, 15, 14, 12, 8, 6, 3, 1, 0, 0)
"""Days before the signing on which each step was done."""
TEN_WAN = 10_000_000


def came_by_way(paper: Paper) -> bool:
    """A baseline is always asked for on the platform: papers without one came from lists."""
    known = not paper.minor("A5", "A5b")
    return paper.bank.code in ON_PLATFORM and known and paper.signed_on >= SINCE


def tell_way(diary: Diary, paper: Paper) -> None:
    """From the first word to what became of the contract."""
    tea = paper.number == tea_contract().number
    firm_key = TEA if tea else paper.firm.key
    way = Way(
        diary, key=paper.key, firm_key=firm_key, product="demo-selenium-tea" if tea else paper.bank.product,
        asked_minor=((paper.amount_minor or 0) * 13 // 10 // TEN_WAN + 1) * TEN_WAN,
        days=days_before(paper.signed_on, FAST if tea else SLOW), until="signed", paper=_terms(paper),
        agreement_key=paper.key, conditions=tuple(HOLDERS[code] for code, _ in paper.pieces if code in HOLDERS),
    )  # fmt: skip
    way.tell()
    fate = Fate(diary, paper, conditions=False)
    fate.tell()
    if all(code in ("A1", "A3") for code, _ in paper.pieces):
        diary.note(min(fate.last + timedelta(days=7), TODAY), lambda at: _close(way, at))


def _close(way: Way, at: datetime) -> None:
    """The firm has what it needed."""
    move_need(
        way.session, actor="seed:firm", role=FIRM, need=way.need, version=way.need.version, action="close", at=at
    )  # fmt: skip


def days_before(day: date, before: tuple[int, ...]) -> dict[str, date]:
    """Step → its day."""
    return {step: day - timedelta(days=ago) for step, ago in zip(STEPS, before, strict=True)}


def _terms(paper: Paper) -> PaperTold:
    if paper.meeting is None or paper.amount_minor is None:
        raise ValueError(f"{paper.key} was signed at no meeting")
    owed = paper.minor("A3", "A3b")
    return PaperTold(
        instrument="loan_contract", amount=Money(paper.amount_minor), term_months=12, rate_ppm=35_500,
        declared=paper.declared, baseline=Money(owed), promised_on=paper.promised_on,
        ious=(f"旧-{paper.number:03d}",) if owed else (), available_until=paper.available_until,
        event_key=paper.meeting.key, event_on=paper.meeting.held_on,
    )  # fmt: skip

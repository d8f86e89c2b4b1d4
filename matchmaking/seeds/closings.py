"""Closing months in the demo city: June and July are closed, August is proposed; and lines for a person to judge."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from matchmaking.oversight.lines.commands import take_in_lines
from matchmaking.oversight.lines.queries import silent_reports
from matchmaking.oversight.lines.reading import LineTold
from matchmaking.oversight.periods.commands import close_period, propose_period, restate_period
from matchmaking.oversight.periods.queries import closed_months
from matchmaking.seeds.city import CODE
from matchmaking.seeds.diary import Diary
from matchmaking.seeds.gatherings import TODAY

MAKER, CHECKER, NIGHT = "seed:office", "seed:office-second", "job:restate-periods"
CLOSED = {"2026-06": date(2026, 7, 5), "2026-07": date(2026, 8, 5)}
"""Month → the day it was closed."""
PROPOSED = ("2026-08", date(2026, 9, 7))
"""Waits for somebody of the office."""
RESTATED = (date(2026, 7, 31), date(2026, 8, 31), TODAY)
SOURCE = "演示企业的他行账户"
LESS_PPM = 980_000
"""What arrived of a payment by its firm's other bank: near enough to be proposed, too far to agree."""


def tell_closings(diary: Diary) -> None:
    """Two people of the office close months, nights restate them; a firm's other bank says less than the lender."""
    for month, day in CLOSED.items():
        diary.note(day, lambda at, month=month: _close(diary, month, at), hour=10)  # type: ignore[misc]
    month, day = PROPOSED
    diary.note(day, lambda at: _propose(diary, month, at), hour=10)
    for day in RESTATED:
        diary.note(day, lambda at: _restate(diary, at), hour=20)
    diary.note(TODAY, lambda at: _lines(diary, at), hour=18)


def _propose(diary: Diary, month: str, at: datetime) -> None:
    propose_period(diary.session, actor=MAKER, portfolio=diary.rows[CODE], month=month, at=at)


def _close(diary: Diary, month: str, at: datetime) -> None:
    city = diary.rows[CODE]
    proposal = propose_period(diary.session, actor=MAKER, portfolio=city, month=month, at=at)
    close_period(diary.session, actor=CHECKER, portfolio=city, proposal=proposal, at=at)


def _restate(diary: Diary, at: datetime) -> None:
    city = diary.rows[CODE]
    for closed in closed_months(diary.session, city.id):
        restate_period(diary.session, actor=NIGHT, portfolio=city, closed=closed, at=at)


def _lines(diary: Diary, at: datetime) -> None:
    """One line near a payment, and one that nothing comes near; neither counts until a person says so."""
    city = diary.rows[CODE]
    found = silent_reports(diary.session, city.id, limit=1).rows[0]
    report = found.report
    rows = [
        LineTold(report.value_on, report.amount_minor * LESS_PPM // 1_000_000, report.branch, report.iou_no),
        LineTold(report.value_on - timedelta(days=90), 888_88, report.branch),
    ]
    take_in_lines(
        diary.session, actor=MAKER, portfolio=city, source=SOURCE, firm=found.agreement.firm or "", rows=rows, at=at
    )

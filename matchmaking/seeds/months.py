"""What comes round every month: banks say how far they have reported, questions are asked, audits are kept."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select

from matchmaking.delivery.audits.commands import take_snapshot
from matchmaking.delivery.audits.flagging import raise_flags
from matchmaking.delivery.audits.questions import raise_findings
from matchmaking.delivery.audits.records import write_records
from matchmaking.delivery.disbursements.commands import report_through
from matchmaking.delivery.disbursements.hearing import give_verdict
from matchmaking.delivery.findings.commands import answer_finding
from matchmaking.delivery.findings.models import Finding, FindingAnswer
from matchmaking.desks.curves.commands import keep_curves
from matchmaking.desks.gatherings.commands import reckon_outcomes
from matchmaking.desks.standings.commands import reckon_standings
from matchmaking.domain.conversion.facts import DUPLICATE_SIGNING
from matchmaking.market.events.queries import all_events
from matchmaking.seeds.city import CODE
from matchmaking.seeds.city_banks import BANKS, Bank
from matchmaking.seeds.diary import Diary
from matchmaking.seeds.flag_replies import hear_banks
from matchmaking.seeds.gatherings import TODAY
from matchmaking.seeds.other_papers import TWINS

FIRST, ACTOR = date(2025, 3, 31), "seed:city"
SILENT = {"changling": date(2026, 8, 31), "ziwu": date(2026, 8, 31), "tianzhu": date(2026, 6, 30)}
"""Banks that have not reported for the present month, and the last month's end they did report."""
ZERO = {"tianzhu", "nangongshan"}
"""Banks whose reports say that nothing was paid; the one says so of this month only, the other of every month."""
AUDITED = (
    date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31), date(2026, 3, 31), date(2026, 6, 30), date(2026, 7, 31),
    date(2026, 8, 31), TODAY,
)  # fmt: skip
"""Days whose audits are kept: quarters, then months."""


def month_ends() -> tuple[date, ...]:
    """Every month's last day from the first meeting to the demo's day."""
    ends, day = [], FIRST
    while day <= TODAY:
        ends.append(day)
        following = (day + timedelta(days=1)).replace(day=28) + timedelta(days=4)
        day = following - timedelta(days=following.day)
    return tuple(ends)


def tell_months(diary: Diary) -> None:
    """Reports of every bank, the verdict on a paper signed twice, questions and audits of the evening."""
    for end in month_ends():
        for bank in BANKS:
            if end <= SILENT.get(bank.code, TODAY):
                told = min(end + timedelta(days=4), TODAY)
                diary.note(told, lambda at, bank=bank, end=end: _report(diary, bank, end, at), hour=17)  # type: ignore[misc]
    decided = date(2026, 7, 20)
    diary.note(decided, lambda at: _merge(diary, decided, at))
    for day in AUDITED:
        diary.note(day, lambda at, day=day: _evening(diary, day, at), hour=19)  # type: ignore[misc]


def _report(diary: Diary, bank: Bank, end: date, at: datetime) -> None:
    zero = bank.code in ZERO and (bank.code == "tianzhu" or end == TODAY)
    report_through(
        diary.session, actor="seed:officer", portfolio=diary.rows[CODE], lender=bank.name, through=end, at=at,
        zero=zero, public_key=f"city-report-{bank.code}-{end:%Y%m}",
    )  # fmt: skip


def _merge(diary: Diary, on: date, at: datetime) -> None:
    first, second = (diary.rows[key] for key in TWINS)
    give_verdict(
        diary.session, actor="seed:office", subject=second, kind=DUPLICATE_SIGNING, other=first, decided_on=on,
        document="演示核查意见〔2026〕1号", at=at, public_key="city-verdict-twins",
    )  # fmt: skip


def _evening(diary: Diary, day: date, at: datetime) -> None:
    city, days = diary.rows[CODE], {"as_of": day, "known_on": day}
    _answer(diary, at)
    raise_findings(diary.session, actor="job:findings", portfolio=city, **days, at=at)
    hear_banks(diary.session, city, at=at)
    raise_flags(diary.session, actor="job:flags", portfolio=city, **days, at=at)
    snapshot = take_snapshot(diary.session, actor=ACTOR, portfolio=city, **days, at=at)
    reckon_standings(diary.session, actor="job:bank-standings", snapshot=snapshot, at=at)
    write_records(diary.session, actor="job:lender-records", portfolio=city, as_of=day, at=at)
    keep_curves(diary.session, actor="job:curves", portfolio=city, snapshot=snapshot, at=at)
    if day == TODAY:
        events = all_events(diary.session)
        reckon_outcomes(diary.session, actor="job:event-outcomes", portfolio=city, events=events, until=day, at=at)


def _answer(diary: Diary, at: datetime) -> None:
    """What was asked before is answered by now, but for every sixth question."""
    answered = select(FindingAnswer.id).where(FindingAnswer.finding_id == Finding.id).exists()
    asked = select(Finding).where(Finding.portfolio_id == diary.rows[CODE].id, ~answered).order_by(Finding.id)
    for found in diary.session.scalars(asked).all():
        kind, words = ANSWERS[found.id % len(ANSWERS)]
        if kind:
            answer_finding(diary.session, actor="seed:office", finding_id=found.id, kind=kind, words=words, at=at)


ANSWERS = (
    ("explained", "银行书面说明：抵押登记正在办理，预计下月落实"), ("closed", "电话回访企业，情况属实，记入台账"),
    ("explained", "企业已提供对账单，等待银行更正报送"), ("closed", "已约见经办行，按新的约定日跟踪"),
    ("closed", "与银行、企业三方核对无误"), ("", ""),
)  # fmt: skip

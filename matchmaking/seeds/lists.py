"""Who was recommended and who came: four frozen batches, the list to the province, meetings with their sheets."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from matchmaking.domain.money import Money
from matchmaking.market.batches.commands import (
    OutcomeTold,
    fill_batch,
    freeze_batch,
    record_outcomes,
    record_tests,
    start_batch,
)
from matchmaking.market.batches.facts import CheckTold, MemberTold
from matchmaking.market.events.commands import enter_attendance, freeze_sheets, record_event
from matchmaking.market.events.facts import EventTold
from matchmaking.registry.organisations.models import Organisation
from matchmaking.rulebook import workdays
from matchmaking.seeds.city_banks import BANKS
from matchmaking.seeds.city_firms import RECOMMENDED, Firm, city_firms
from matchmaking.seeds.diary import Diary
from matchmaking.seeds.gatherings import Meeting, meetings
from matchmaking.seeds.papers import Paper, contract_papers, shares
from matchmaking.seeds.people import FIRM as TEA

ACTOR = "seed:bureau"
YI = 10_000_000_000
BATCHES = (
    (date(2025, 3, 14), 52, 54 * YI // 10), (date(2025, 7, 31), 61, 63 * YI // 10),
    (date(2025, 11, 28), 57, 61 * YI // 10), (date(2026, 3, 31), 61, 65 * YI // 10),
)  # fmt: skip
"""Day of freezing, firms and fen of the four: 231 firms, 24.3 亿."""
UPWARD = (date(2026, 4, 30), 217 * YI // 10)
"""The list of 53 firms that went to the province: 21.7 亿."""
TEN_WAN = 10_000_000
FOUR_EVENTS = (8, 13, 20, 23)
"""Meetings that the demo's firm owner attended."""


def tell_lists(diary: Diary, papers: Iterable[Paper]) -> None:
    """Batches, the upward list, and every meeting with its sheet."""
    firms, first = city_firms(), 0
    for number, (day, count, total) in enumerate(BATCHES, 1):
        _tell_batch(diary, f"city-batch-{number}", "city", str(number), firms[first : first + count], total, day)
        first += count
    _tell_batch(diary, "city-upward", "upward", "U1", firms[RECOMMENDED:], UPWARD[1], UPWARD[0])
    answered = UPWARD[0] + timedelta(days=69)
    diary.note(answered, lambda at: _outcomes(diary, answered, at))
    told = list(papers)
    for held in meetings():
        _tell_meeting(diary, held, told)


def asked_amounts(firms: Iterable[Firm], total: int) -> dict[int, int]:
    """Number of the firm → fen it asked for: never less than it then signed for, together exactly ``total``."""
    chosen = list(firms)
    signed = {paper.firm.number: paper.amount_minor or 0 for paper in contract_papers()}
    floors = {firm.number: -(-signed.get(firm.number, 0) // TEN_WAN) * TEN_WAN for firm in chosen}
    extra = shares(total - sum(floors.values()), len(chosen), unit=TEN_WAN)
    return {firm.number: floors[firm.number] + more for firm, more in zip(chosen, extra, strict=True)}


def _tell_batch(diary: Diary, key: str, kind: str, number: str, firms: tuple[Firm, ...], total: int, day: date) -> None:
    title = "向各金融机构推荐企业名单（演示）" if kind == "city" else "上报省级主管部门企业名单（演示）"
    asked = asked_amounts(firms, total)
    begun, tested = day - timedelta(days=12), day - timedelta(days=5)

    def start(at: datetime) -> object:
        return start_batch(
            diary.session, actor=ACTOR, kind=kind, number=number, title=title, area_code="*", at=at,
            recipient="" if kind == "city" else "省级主管部门（演示）", public_key=key,
        )  # fmt: skip

    def fill(at: datetime) -> list[int]:
        batch = diary.rows[key]
        rows = [MemberTold(firm.uscc, Money(asked[firm.number]), confirmed=True) for firm in firms]
        return fill_batch(diary.session, actor=ACTOR, batch=batch, version=batch.version, rows=rows, on=begun, at=at)

    def test(at: datetime) -> None:
        batch = diary.rows[key]
        found = {member: _checks(place) for place, member in enumerate(diary.rows[f"{key}-members"])}
        record_tests(diary.session, actor=ACTOR, batch=batch, version=batch.version, found=found, at=at)

    def freeze(at: datetime) -> None:
        batch = diary.rows[key]
        freeze_batch(diary.session, actor=ACTOR, batch=batch, version=batch.version, on=day, at=at)

    diary.keep(key, begun, start)
    diary.keep(f"{key}-members", begun, fill, hour=10)
    diary.note(tested, test)
    diary.note(day, freeze, hour=16)


def _checks(place: int) -> list[CheckTold]:
    """Four of the five tests are found passed; whether the need is true stays open for every seventh firm."""
    words = {"lawful": "登记在册，无经营异常", "premises": "现场查看有固定场所", "credit": "信用公示无失信记录",
             "lawful_use": "采购合同相符"}  # fmt: skip
    found = [CheckTold(test, "passed", said) for test, said in words.items()]
    open_still = place % 7 == 6
    said = "" if open_still else "订单与库存相符"
    return [*found, CheckTold("true_need", "unknown" if open_still else "passed", said)]


def _outcomes(diary: Diary, on: date, at: datetime) -> None:
    batch, members = diary.rows["city-upward"], diary.rows["city-upward-members"]
    told = {
        member: OutcomeTold("declined", on, "未列入省级本期范围") if place % 5 == 3 else OutcomeTold("accepted", on)
        for place, member in enumerate(members)
        if place % 9 != 8
    }
    record_outcomes(
        diary.session, actor=ACTOR, batch=batch, version=batch.version, outcomes=told, on=on, at=at
    )  # fmt: skip


def _tell_meeting(diary: Diary, held: Meeting, papers: list[Paper]) -> None:
    title = f"{'D' if held.kind == 'matching' else 'C'}{held.number:02d}"
    told = EventTold(held.kind, title, held.name, held.held_on, held.place, held.area)
    diary.keep(
        held.key, held.held_on,
        lambda at: record_event(diary.session, actor=ACTOR, told=told, at=at, public_key=held.key), hour=7,
    )  # fmt: skip
    keys = _guests(held, papers)
    diary.note(held.held_on, lambda at: _enter(diary, held, keys, held.held_on, at), hour=18)
    frozen = workdays().add(held.held_on, 4)
    diary.note(frozen, lambda at: freeze_sheets(diary.session, actor="job:freeze-sheets", as_of=frozen, at=at), hour=1)
    late = [paper.firm.key for paper in papers if paper.meeting == held and paper.told_on > frozen]
    for day in {paper.told_on for paper in papers if paper.meeting == held and paper.told_on > frozen}:
        diary.note(day, lambda at, day=day: _enter(diary, held, late, day, at, words="会后补录签到表"), hour=8)  # type: ignore[misc]


def _guests(held: Meeting, papers: list[Paper]) -> list[str]:
    """Banks, who signed there, and some who came and signed nothing; the firm of four events among them."""
    signed = {one.firm.key for one in papers if one.meeting == held and one.told_on <= held.held_on}
    came = {firm.key for firm in city_firms() if (firm.number + held.number * 3) % 19 == 0}
    tea = {TEA} if held.kind == "matching" and held.number in FOUR_EVENTS else set()
    banks = [bank.key for place, bank in enumerate(BANKS) if (place + held.number) % 4]
    return [*banks, *sorted(signed | came | tea)]


def _enter(diary: Diary, held: Meeting, keys: list[str], on: date, at: datetime, words: str = "") -> None:
    event = diary.rows[held.key]
    enter_attendance(
        diary.session, actor=ACTOR, event=event, version=event.version, on=on, at=at, words=words, late=bool(words),
        organisations=[_organisation(diary, key) for key in dict.fromkeys(keys)],
    )  # fmt: skip


def _organisation(diary: Diary, key: str) -> Organisation:
    row = diary.rows[key]
    return row if isinstance(row, Organisation) else diary.session.get_one(Organisation, row.organisation_id)

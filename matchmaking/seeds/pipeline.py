"""Work in hand at the two banks whose people sign in to the demo, and needs that ended every other way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from matchmaking.delivery.decisions import commands as decisions
from matchmaking.delivery.signings.facts import PaperTold
from matchmaking.domain.money import Money
from matchmaking.domain.states import BUREAU, FIRM, MANAGER, OFFICER, SYSTEM
from matchmaking.market.needs.commands import expire_needs, move_need, return_need
from matchmaking.market.referrals.commands import close_orphans, decline, lapse, move, withdraw_need
from matchmaking.seeds.city_banks import BY_CODE
from matchmaking.seeds.city_firms import RECOMMENDED, Firm, city_firms
from matchmaking.seeds.city_people import troubled_firm
from matchmaking.seeds.diary import Diary
from matchmaking.seeds.gatherings import TODAY
from matchmaking.seeds.papers import signers
from matchmaking.seeds.way import ACTORS, STEPS, Way

WAN = 1_000_000
NOW = (
    ("sent", 10), ("sent", 8), ("sent", 2), ("sent", 2), ("sent", 1), ("sent", 0), ("accepted", 9), ("accepted", 4),
    ("diligence", 13), ("diligence", 7), ("deciding", 15), ("deciding", 10), ("approved", 18), ("drafted", 20),
    ("offered", 22), ("firm_signed", 24),
)  # fmt: skip
"""How far a need is today and how many days ago it was sent: the first two are overdue."""
ENDED = (
    "declined", "declined", "refused", "withdrawn", "taken_elsewhere", "terminated", "merged", "lapsed", "lapsed",
)  # fmt: skip
ALONE = (
    "draft", "draft", "posted", "posted", "posted", "posted", "returned", "returned", "discarded", "verified",
    "verified", "verified", "listed", "listed", "closed", "withdrawn_alone", "expired", "expired",
)  # fmt: skip
"""Needs that no bank has: how each stands today."""
REASONS = (("cash_flow", "近十二个月流水覆盖不足"), ("collateral_title", "厂房权证尚未办妥"))


def tell_pipeline(diary: Diary) -> None:
    """Everything above, by firms that signed nothing at the meetings."""
    busy = set(signers())
    free = iter([firm for firm in city_firms() if firm.number <= RECOMMENDED and firm not in busy])
    for bank in ("jinzhou", "hanjiang"):
        for place, (until, ago) in enumerate(NOW if bank == "jinzhou" else NOW[::2]):
            _under_way(diary, f"city-now-{bank}-{place:02d}", next(free), bank, until, TODAY - timedelta(days=ago))
        for place, end in enumerate(ENDED if bank == "jinzhou" else ENDED[::2]):
            _ended(diary, f"city-end-{bank}-{place:02d}", next(free), bank, end, place)
    toys = next(firm for firm in city_firms() if firm.key == troubled_firm())
    for place, (bank, end) in enumerate((("jinzhou", "declined"), ("xiangxi", "refused"))):
        _ended(diary, f"city-trouble-{place}", toys, bank, end, place)
    for place, end in enumerate(ALONE):
        _alone(diary, f"city-need-{place:02d}", next(free), end, place)
    diary.note(
        date(2026, 8, 28),
        lambda at: lapse(diary.session, actor="job:lapse-referrals", as_of=date(2026, 8, 28), at=at), hour=2,
    )  # fmt: skip
    diary.note(TODAY, lambda at: expire_needs(diary.session, actor="job:expire-needs", as_of=TODAY, at=at), hour=2)


def _way(diary: Diary, key: str, firm: Firm, bank: str, until: str, sent: date, paper: PaperTold | None = None) -> Way:
    days = {step: sent - timedelta(days=ago) for step, ago in zip(STEPS, (8, 8, 6), strict=False)}
    for place, step in enumerate(STEPS[3:]):
        days[step] = min(sent + timedelta(days=place * 3), TODAY)
    asked = (80 + firm.number * 37 % 240) // 10 * 10 * WAN
    return Way(diary, key=key, firm_key=firm.key, product=BY_CODE[bank].product, asked_minor=asked, days=days,
               until=until, paper=paper)  # fmt: skip


def _under_way(diary: Diary, key: str, firm: Firm, bank: str, until: str, sent: date) -> None:
    amount = (80 + firm.number * 37 % 240) // 10 * 10 * WAN
    paper = PaperTold(
        instrument="loan_contract", amount=Money(amount), term_months=12, rate_ppm=35_500, declared="new",
        baseline=Money(0), promised_on=TODAY + timedelta(days=30),
    )  # fmt: skip
    _way(diary, key, firm, bank, until, sent, paper).tell()


def _ended(diary: Diary, key: str, firm: Firm, bank: str, end: str, place: int) -> None:
    reached = {"declined": "sent", "refused": "deciding", "merged": "accepted", "terminated": "diligence"}
    sent = date(2026, 8, 3) + timedelta(days=place % 4)
    way = _way(diary, key, firm, bank, reached.get(end, "sent" if end == "lapsed" else "accepted"), sent)
    way.tell()
    act = _ENDINGS.get(end)
    if act is not None:
        diary.note(sent + timedelta(days=9), lambda at: act(way, place, at), hour=20)


def _declined(way: Way, place: int, at: datetime) -> None:
    reason, words = REASONS[place % len(REASONS)]
    decline(way.session, **_as(OFFICER), referral=way.referral, version=way.referral.version, reason=reason,
            words=words, on=at.date(), at=at)  # fmt: skip


def _refused(way: Way, _place: int, at: datetime) -> None:
    decisions.refuse_decision(
        way.session, **_as(MANAGER), decision=way.decision, version=way.decision.version, reason="over_limit",
        words="超过核定额度", on=at.date(), at=at,
    )  # fmt: skip


def _withdrawn(way: Way, _place: int, at: datetime) -> None:
    withdraw_need(way.session, **_as(FIRM), need=way.need, version=way.need.version, at=at, words="订单推迟到明年")


def _elsewhere(way: Way, _place: int, at: datetime) -> None:
    move(way.session, **_as(FIRM), referral=way.referral, action="take_elsewhere", version=way.referral.version, at=at)


def _terminated(way: Way, _place: int, at: datetime) -> None:
    decisions.move_decision(way.session, **_as(OFFICER), decision=way.decision, version=way.decision.version,
                            action="discard", at=at)  # fmt: skip
    move(way.session, **_as(MANAGER), referral=way.referral, action="terminate", version=way.referral.version, at=at)


def _merged(way: Way, _place: int, at: datetime) -> None:
    move_need(way.session, **_as(BUREAU), need=way.need, version=way.need.version, action="merge", at=at)
    close_orphans(way.session, actor="job:close-referrals", at=at)


_ENDINGS: dict[str, Callable[[Way, int, datetime], Any]] = {
    "declined": _declined, "refused": _refused, "withdrawn": _withdrawn, "taken_elsewhere": _elsewhere,
    "terminated": _terminated, "merged": _merged,
}  # fmt: skip


def _alone(diary: Diary, key: str, firm: Firm, end: str, place: int) -> None:
    posted = date(2026, 3, 20) if end == "expired" else date(2026, 9, 7) + timedelta(days=place)
    reached = {"draft": "draft", "discarded": "draft", "posted": "posted", "returned": "posted",
               "withdrawn_alone": "posted", "expired": "posted"}.get(end, "verified")  # fmt: skip
    way = _way(diary, key, firm, "jinzhou", reached, posted + timedelta(days=8))
    way.tell()
    later = posted + timedelta(days=4)
    if end == "discarded":
        diary.note(later, lambda at: _step(way, FIRM, "discard", at))
    elif end == "returned":
        diary.note(later, lambda at: return_need(way.session, **_as(BUREAU), need=way.need, version=way.need.version,
                                                 words="用途说明与采购合同对不上，请补充合同", at=at))  # fmt: skip
    elif end == "listed":
        diary.note(later, lambda at: _step(way, FIRM, "list", at), hour=20)
    elif end in ("withdrawn_alone", "closed"):
        diary.note(later, lambda at: _step(way, FIRM, "withdraw", at), hour=20)


def _step(way: Way, role: str, action: str, at: datetime) -> None:
    move_need(way.session, **_as(role), need=way.need, version=way.need.version, action=action, at=at)


def _as(role: str) -> dict[str, Any]:
    return {"actor": ACTORS.get(role, f"seed:{SYSTEM}"), "role": role}

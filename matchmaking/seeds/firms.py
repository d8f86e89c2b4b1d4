"""The invented firms come in: each registers, tells its figures and is verified by the bureau two days later."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from matchmaking.domain.money import Money
from matchmaking.domain.states import FIRM
from matchmaking.registry.enterprises.commands import (
    FirmTold,
    ProfileTold,
    open_firm,
    return_enterprise,
    tell_profile,
    verify_enterprise,
)
from matchmaking.registry.enterprises.models import Enterprise
from matchmaking.seeds.city_firms import Firm, city_firms, newcomers
from matchmaking.seeds.diary import Diary
from matchmaking.seeds.gatherings import TODAY

FIRST_DAY = date(2025, 1, 14)
GRADES = ("A", "B", "B", "A", "M", "B", "A")


def tell_firms(diary: Diary) -> None:
    """Everybody, within three weeks of the opening."""
    for firm in city_firms():
        day = FIRST_DAY + timedelta(days=firm.number % 21)
        diary.keep(firm.key, day, lambda at, firm=firm, day=day: _enter(diary, firm, day, at))  # type: ignore[misc]
        later = day + timedelta(days=2)
        diary.note(later, lambda at, firm=firm, day=later: _verify(diary, firm, day, at), hour=15)  # type: ignore[misc]

    for place, firm in enumerate(newcomers()):
        day = TODAY - timedelta(days=place)
        diary.keep(firm.key, day, lambda at, firm=firm, day=day: _enter(diary, firm, day, at))  # type: ignore[misc]
        if place > 3:
            diary.note(TODAY, lambda at, firm=firm: _return(diary, firm, at), hour=8)  # type: ignore[misc]


def _return(diary: Diary, firm: Firm, at: datetime) -> None:
    return_enterprise(
        diary.session, actor="seed:bureau", enterprise_id=diary.rows[firm.key].id, version=2,
        words="营业执照照片看不清统一社会信用代码，请重新上传", on=TODAY, at=at,
    )  # fmt: skip


def _enter(diary: Diary, firm: Firm, on: date, at: datetime) -> Enterprise:
    form = "cooperative" if firm.cooperative else "limited"
    told = FirmTold(firm.uscc, firm.name, form, firm.area, firm.zone)
    row = open_firm(
        diary.session, actor="seed:firm", told=told, entered_by="firm", on=on, at=at, public_key=firm.key
    )  # fmt: skip
    profile = ProfileTold(
        form, firm.area, firm.zone, industry=firm.trade.industry, founded_on=firm.founded_on, employees=firm.staff,
        figures_year=on.year - 1, revenue=Money(firm.revenue_minor), assets=Money(firm.revenue_minor * 4 // 5),
        tax_grade=GRADES[firm.number % len(GRADES)],
    )  # fmt: skip
    tell_profile(
        diary.session, actor="seed:firm", role=FIRM, enterprise_id=row.id, version=1, told=profile, on=on, at=at
    )
    return row


def _verify(diary: Diary, firm: Firm, on: date, at: datetime) -> None:
    verify_enterprise(
        diary.session, actor="seed:bureau", enterprise_id=diary.rows[firm.key].id, version=2,
        basis="public_register", on=on, at=at,
    )  # fmt: skip

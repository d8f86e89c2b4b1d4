"""Public money paid to firms and guarantors: two lists of interest subsidy, two of guarantee-fee awards."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from matchmaking.domain.money import Money
from matchmaking.registry.organisations.commands import create_organisation
from matchmaking.registry.organisations.models import Organisation
from matchmaking.seeds.city_firms import city_firms
from matchmaking.seeds.diary import Diary
from matchmaking.seeds.papers import shares
from matchmaking.support.awards.commands import AwardTold, open_award_list, record_awards

ACTOR = "seed:bureau"
SUBSIDIES = ((date(2025, 9, 12), 23, 178_400_000), (date(2026, 5, 15), 26, 188_300_000))
"""Day, firms and fen of the two batches: 366.7 万."""
AWARDS = ((date(2025, 11, 20), (262_000_000, 131_500_000)), (date(2026, 6, 19), (341_800_000, 172_400_000)))
"""Day and fen per guarantor of the two years' fee awards: 907.7 万."""
GUARANTORS = (
    ("guarantor-city", "市财信融资担保有限公司（演示）"),
    ("guarantor-hanshui", "汉水融资担保有限公司（演示）"),
)


def tell_money(diary: Diary) -> None:
    """Guarantors, subsidies, awards."""
    for key, name in GUARANTORS:
        diary.keep(key, date(2025, 1, 13), lambda at, key=key, name=name: _guarantor(diary, key, name, at))  # type: ignore[misc]
    for number, (day, count, total) in enumerate(SUBSIDIES, 1):
        keys = [firm.key for firm in city_firms() if firm.number % 9 == number][:count]
        rows = list(zip(keys, shares(total, count, unit=10_000), strict=True))
        _tell(diary, "subsidy", number, day, rows, "规上工业企业新增贷款贴息（演示）")
    for number, (day, amounts) in enumerate(AWARDS, 1):
        rows = [(key, fen) for (key, _), fen in zip(GUARANTORS, amounts, strict=True)]
        _tell(diary, "fee_award", number, day, rows, "担保机构降费奖补（演示）")


def _tell(diary: Diary, kind: str, number: int, day: date, rows: list[tuple[str, int]], title: str) -> None:
    key, paid = f"city-{kind.replace('_', '-')}-{number}", day + timedelta(days=14)

    def opened(at: datetime) -> object:
        return open_award_list(
            diary.session, actor=ACTOR, kind=kind, number=f"{day.year}-{number}", title=title,
            document=f"演示文件〔{day.year}〕{number}号", decided_on=day, on=day, at=at, public_key=key,
        )  # fmt: skip

    def entered(at: datetime) -> int:
        told = [
            AwardTold(_organisation(diary, whom), Money(fen), paid, f"拨付凭证 {place:03d}（演示）")
            for place, (whom, fen) in enumerate(rows, 1)
        ]
        return record_awards(diary.session, actor=ACTOR, listed=diary.rows[key], rows=told, on=paid, at=at)

    diary.keep(key, day, opened)
    diary.note(paid, entered, hour=15)


def _guarantor(diary: Diary, key: str, name: str, at: datetime) -> Organisation:
    return create_organisation(
        diary.session, actor=ACTOR, kind="guarantor", name=name, area_code="*", on=date(2025, 1, 13), at=at,
        public_key=key,
    )  # fmt: skip


def _organisation(diary: Diary, key: str) -> Organisation:
    row = diary.rows[key]
    return row if isinstance(row, Organisation) else diary.session.get_one(Organisation, row.organisation_id)

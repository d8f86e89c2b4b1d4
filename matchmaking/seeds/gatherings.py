"""When the demo city met: twenty-three matchmaking meetings and three regular ones, all invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

TODAY = date(2026, 9, 30)
"""The demo's frozen day: the last for which China's workdays are announced with room to count deadlines."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting. ``kind``: ``matching`` (对接会) or ``regular`` (常态化对接会); ``number`` counts within its kind."""

    kind: str
    number: int
    held_on: date
    name: str
    area: str
    place: str

    @property
    def key(self) -> str:
        """Public key of the event."""
        return f"city-{self.kind}-{self.number:02d}"


def _day(text: str) -> date:
    return date.fromisoformat(text)


_MATCHING = """
2025-03-20 610902 春季政银企对接会
2025-04-17 610924 富硒茶产业专场
2025-05-15 610926 平利专场
2025-06-12 610922 石泉丝绸与农产品专场
2025-07-10 610981 旬阳专场
2025-08-07 610902 毛绒玩具产业专场
2025-09-04 610921 汉阴专场
2025-09-25 610902 秋季政银企对接会
2025-10-16 610929 白河专场
2025-11-13 610925 岚皋专场
2025-12-11 610902 规上工业专场
2026-01-15 610902 新社区工厂专场
2026-03-05 610924 春茶收购专场
2026-03-26 610927 镇坪专场
2026-04-09 610902 高新区专场
2026-04-28 610923 宁陕专场
2026-05-21 610926 富硒食品专场
2026-06-16 610902 服务外包专场
2026-07-08 610981 新型材料专场
2026-07-28 610902 恒口示范区专场
2026-08-18 610922 物流仓储专场
2026-09-04 610902 秋季政银企对接会
2026-09-18 610924 茶企冬储专场
"""
_REGULAR = """
2025-06-26 610902 常态化对接会第一次
2025-12-18 610902 常态化对接会第二次
2026-06-25 610902 常态化对接会第三次
"""


@cache
def meetings() -> tuple[Meeting, ...]:
    """The twenty-three, then the three."""
    return (*_read("matching", _MATCHING), *_read("regular", _REGULAR))


def _read(kind: str, table: str) -> tuple[Meeting, ...]:
    told = [line.split() for line in table.strip().splitlines()]
    return tuple(
        Meeting(kind, number, _day(day), f"{name}（演示）", area, "政务服务中心（演示）")
        for number, (day, area, name) in enumerate(told, 1)
    )


def meeting(kind: str, number: int) -> Meeting:
    """One of them."""
    return next(one for one in meetings() if (one.kind, one.number) == (kind, number))

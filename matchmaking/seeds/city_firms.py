"""Some three hundred invented firms of the city: names, trades, sizes. Nothing of them is anybody's; see ``NAMED``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from matchmaking.domain.identifiers import uscc_from

RECOMMENDED, UPWARD = 231, 53
"""How many firms stand on the four batches, and on the list that went to the province."""
NAMED = "（演示）"
"""Every invented firm says so in its name."""
WAN = 1_000_000


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade of the city: its class of GB/T 4754, the words a firm of it carries, staff and yearly revenue (万元)."""

    industry: str
    words: str
    staff: int
    revenue: int


TRADES = (
    Trade("1530", "茶业", 34, 1800), Trade("2455", "毛绒玩具", 86, 2400), Trade("1391", "魔芋食品", 58, 3200),
    Trade("1522", "富硒饮品", 42, 2600), Trade("1371", "富硒农产品加工", 28, 900), Trade("0164", "茶叶种植", 22, 420),
    Trade("6591", "服务外包", 120, 1500), Trade("5439", "物流", 48, 1900), Trade("1353", "腊味食品", 38, 1300),
    Trade("3024", "新型建材", 64, 4200), Trade("1741", "丝绸", 95, 2800), Trade("2730", "中药饮片", 72, 3600),
    Trade("1819", "服饰", 110, 1700), Trade("0142", "食用菌", 18, 380), Trade("5959", "农产品仓储", 26, 1100),
    Trade("6513", "软件科技", 30, 800), Trade("2832", "生物材料", 56, 5200), Trade("6110", "文旅饭店", 60, 950),
)  # fmt: skip

COUNTIES = (
    ("610902", None), ("610902", "gaoxin"), ("610902", "hengkou"), ("610921", None), ("610922", None),
    ("610923", None), ("610924", None), ("610925", None), ("610926", None), ("610927", None), ("610929", None),
    ("610981", None),
)  # fmt: skip
"""Code and zone, in the order of GB/T 2260; a firm's place repeats with the period of ``WEIGHTS``."""
WEIGHTS = (0, 11, 3, 1, 4, 6, 11, 2, 8, 0, 7, 1, 3, 10, 11, 5, 4, 0, 6, 9, 1, 8, 2)
FIRST = tuple("云岚翠瑞禾泽松映清远福晨嘉沐安宏丰景润青")
LAST = tuple("岭溪谷原川泉坪峰桥林湾野石庭舟")


@dataclass(frozen=True, slots=True)
class Firm:
    """One invented firm. ``number`` counts from 1; the first 231 are recommended, the next 53 went upward."""

    number: int
    trade: Trade
    area: str
    zone: str | None

    @property
    def key(self) -> str:
        """Public key of the firm."""
        return f"city-firm-{self.number:03d}"

    @property
    def uscc(self) -> str:
        """An unissued code, sound in both checks; cooperatives carry 93."""
        return uscc_from("93" if self.cooperative else "91", self.area, 100_000 + self.number)

    @property
    def cooperative(self) -> bool:
        """Growers are cooperatives every other time."""
        return self.trade.industry.startswith("01") and self.number % 2 == 0

    @property
    def name(self) -> str:
        """No two firms have the same: 20 × 15 beginnings."""
        begin = FIRST[self.number % len(FIRST)] + LAST[self.number // len(FIRST) % len(LAST)]
        return f"{begin}{self.trade.words}{'专业合作社' if self.cooperative else '有限公司'}{NAMED}"

    @property
    def scale(self) -> int:
        """Per cent of the trade's usual size; firms of the list to the province are larger."""
        return (60 + self.number * 37 % 121) * (3 if self.number > RECOMMENDED else 1)

    @property
    def staff(self) -> int:
        """Employees."""
        return max(3, self.trade.staff * self.scale // 100)

    @property
    def revenue_minor(self) -> int:
        """Yearly revenue."""
        return self.trade.revenue * self.scale // 100 * WAN

    @property
    def founded_on(self) -> date:
        """Between 2003 and 2023."""
        return date(2003 + self.number * 13 % 21, 1 + self.number * 5 % 12, 1 + self.number * 11 % 28)


@cache
def city_firms() -> tuple[Firm, ...]:
    """All firms in order of their numbers."""
    return tuple(_firm(number) for number in range(1, RECOMMENDED + UPWARD + 1))


@cache
def newcomers() -> tuple[Firm, ...]:
    """Six firms that registered in the demo's last days and wait for the bureau, or were sent back."""
    first = RECOMMENDED + UPWARD + 1
    return tuple(_firm(number) for number in range(first, first + 6))


def _firm(number: int) -> Firm:
    area, zone = COUNTIES[WEIGHTS[number % len(WEIGHTS)]]
    return Firm(number, TRADES[number * 7 % len(TRADES)], area, zone)

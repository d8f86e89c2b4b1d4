"""The twelve invented banks of the demo city, their branches in the counties, and the ordinary loan of each.

Three of them offer the five local products as well (``products.py``). 农村商业银行 and 村镇银行 are legal persons of
their own. No bank of these names is known to exist; every term is 演示数据.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from matchmaking.domain.money import Money
from matchmaking.domain.states import MANAGER
from matchmaking.market.products.commands import create_product, move_version, publish_version
from matchmaking.market.products.facts import OfferTold
from matchmaking.market.products.models import Product
from matchmaking.market.products.queries import versions_of
from matchmaking.registry.organisations.commands import create_organisation, open_branch
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.organisations.queries import organisation_by_key
from matchmaking.seeds.diary import Diary

ACTOR = "seed:city"
OPENED_ON = date(2025, 1, 13)
WAN = 1_000_000
AREAS = {
    "610902": "汉滨", "610921": "汉阴", "610922": "石泉", "610923": "宁陕", "610924": "紫阳", "610925": "岚皋",
    "610926": "平利", "610927": "镇坪", "610929": "白河", "610981": "旬阳",
}  # fmt: skip
"""Code → the county's name as a branch carries it."""


@dataclass(frozen=True, slots=True)
class Bank:
    """A legal person and the counties it has branches in; ``most`` its ordinary loan's limit in 万元, ``spread`` bp."""

    code: str
    name: str
    areas: tuple[str, ...]
    most: int
    spread: tuple[int, int]

    @property
    def key(self) -> str:
        """Public key of the organisation."""
        return f"bank-{self.code}"

    @property
    def product(self) -> str:
        """Public key of its ordinary loan."""
        return f"city-{self.code}-flow"

    def branch_key(self, area: str) -> str:
        """Public key of the unit that serves a county; the head's where there is none."""
        return f"{self.key}-{area}" if area in self.areas else self.key

    def branch_name(self, area: str) -> str:
        """What the branch of a county is called."""
        return f"{self.name}{AREAS[area]}支行"


BANKS = (
    Bank("bashan", "巴山银行", ("610902", "610921", "610924", "610926"), 2000, (20, 110)),
    Bank("changling", "长岭银行", ("610902", "610922", "610923", "610981"), 3000, (10, 90)),
    Bank("hanjiang", "汉江银行", ("610902", "610921", "610922", "610926", "610981"), 3000, (15, 100)),
    Bank("jinzhou", "金州农村商业银行", ("610902", "610921", "610924", "610925", "610929"), 1500, (35, 140)),
    Bank("nangongshan", "南宫山银行", ("610925", "610902"), 1000, (40, 130)),
    Bank("qinling", "秦岭银行", ("610902", "610922", "610923", "610926", "610929", "610981"), 3000, (5, 85)),
    Bank("tianzhu", "天柱银行", ("610902", "610924", "610927", "610929", "610981"), 3000, (-5, 60)),
    Bank("xiangxi", "香溪银行", ("610902", "610926", "610927"), 2000, (25, 120)),
    Bank("xingan", "兴安银行", ("610902", "610981", "610929", "610921"), 2000, (20, 105)),
    Bank("yinghu", "瀛湖村镇银行", ("610902",), 500, (60, 180)),
    Bank("yuehe", "月河农村商业银行", ("610921", "610922"), 1000, (40, 150)),
    Bank("ziwu", "子午银行", ("610902", "610923"), 1500, (25, 115)),
)
BY_CODE = {bank.code: bank for bank in BANKS}


def tell_banks(diary: Diary) -> None:
    """Every bank with branches and its ordinary loan, on the day the city's platform opened."""
    for bank in BANKS:
        diary.keep(bank.key, OPENED_ON, lambda at, bank=bank: _head(diary.session, bank, at))  # type: ignore[misc]
        for area in bank.areas:
            diary.keep(
                bank.branch_key(area),
                OPENED_ON,
                lambda at, bank=bank, area=area: _branch(diary, bank, area, at),  # type: ignore[misc]
            )
        diary.keep(bank.product, OPENED_ON, lambda at, bank=bank: _product(diary, bank, at))  # type: ignore[misc]


def _head(session: Session, bank: Bank, at: datetime) -> Organisation:
    return organisation_by_key(session, bank.key) or create_organisation(
        session, actor=ACTOR, kind="bank", name=bank.name, area_code="*", on=OPENED_ON, at=at, public_key=bank.key
    )


def _branch(diary: Diary, bank: Bank, area: str, at: datetime) -> Organisation:
    return open_branch(
        diary.session, actor=ACTOR, parent=diary.rows[bank.key], name=bank.branch_name(area), level="branch",
        area_code=area, on=OPENED_ON, at=at, public_key=bank.branch_key(area),
    )  # fmt: skip


def _product(diary: Diary, bank: Bank, at: datetime) -> Product:
    told = OfferTold(
        effective_from=OPENED_ON,
        criteria={
            "amount_max": bank.most * WAN, "term_max": 60, "loan_kinds": ["working_capital", "fixed_asset"],
            "guarantees": ["credit", "surety", "mortgage", "pledge"], "regions": ["6109"],
            "months_in_business_min": 12,
        },
        lpr_tenor="1Y", spread_low_bp=bank.spread[0], spread_high_bp=bank.spread[1],
        summary="企业日常经营周转（演示数据）", quota=Money(bank.most * 20 * WAN), promised_workdays=8,
        documents=("营业执照", "近十二个月流水", "近两年财务报表"),
    )  # fmt: skip
    product = create_product(
        diary.session, actor=ACTOR, organisation=diary.rows[bank.key], name="企业流动资金贷款", told=told,
        on=OPENED_ON, at=at, demo=True, public_key=bank.product,
    )  # fmt: skip
    version = versions_of(diary.session, product)[0]
    move_version(diary.session, actor=ACTOR, role=MANAGER, version=version, seen=1, action="submit", at=at)
    publish_version(diary.session, actor="seed:manager", role=MANAGER, version=version, seen=2, on=OPENED_ON, at=at)
    return product

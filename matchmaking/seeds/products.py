"""The five local products the bureau's letter names. Only their names are known: every term here is invented and marked
演示数据, and the banks are fictional. Run twice, it changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from matchmaking.domain.matching.costs import Fee
from matchmaking.domain.money import Money
from matchmaking.domain.states import MANAGER
from matchmaking.foundation.clock import SHANGHAI
from matchmaking.market.products.commands import create_product, move_version, publish_version
from matchmaking.market.products.facts import OfferTold
from matchmaking.market.products.queries import product_by_key, versions_of
from matchmaking.registry.organisations.commands import create_organisation, ensure_zones
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.organisations.queries import open_legal_persons

ACTOR = "seed:demo"
SINCE = date(2026, 9, 1)
"""The day on which the demo's products were published and came into force."""
BANKS = {"bank-hanjiang": "汉江银行", "bank-qinling": "秦岭银行", "bank-jinzhou": "金州农村商业银行"}
"""Public key → name; fictional."""
WAN = 1_000_000


@dataclass(frozen=True, slots=True)
class Local:
    """One product; ``rules`` are admission rules, spreads bp over the one-year LPR, ``quota`` in 万元."""

    key: str
    bank: str
    name: str
    summary: str
    rules: dict[str, Any]
    spreads: tuple[int, int]
    workdays: int
    quota: int
    fees: tuple[Fee, ...] = ()
    documents: tuple[str, ...] = field(default=("营业执照", "近十二个月流水", "法定代表人身份证明"))


GUARANTEED = Fee("guarantee", "guarantor", "yearly", 10_000, mode="surety")
VALUED = Fee("appraisal", "assessor", share_ppm=1_000, mode="mortgage")
REGISTERED = Fee("registration", "registry", minor=55_000, mode="mortgage")
LOCAL = (
    Local(
        "demo-community-factory", "bank-hanjiang", "新社区工厂贷", "给安置社区旁的工厂周转，看用工看订单",
        {"amount_max": 300 * WAN, "term_max": 36, "loan_kinds": ["working_capital"],
         "guarantees": ["credit", "surety"], "regions": ["6109"], "industries": ["C"],
         "size_classes": ["micro", "small"], "months_in_business_min": 12,
         "park_kinds": ["community_factory", "county_park"], "priorities": ["first_loan", "inclusive"]},
        (50, 120), 5, 10_000, (GUARANTEED,),
    ),
    Local(
        "demo-southern-cycle", "bank-qinling", "陕南循环贷", "支持循环经济项目；“循环”是否指随借随还，未经银行确认",
        {"amount_min": 100 * WAN, "amount_max": 1000 * WAN, "term_max": 60,
         "loan_kinds": ["fixed_asset", "working_capital"], "guarantees": ["mortgage", "pledge", "surety"],
         "regions": ["6109"], "months_in_business_min": 24, "tax_grade_min": "M", "priorities": ["innovation"],
         "collateral_kinds": ["residence", "workshop", "land_use", "machinery", "receivable", "surety"]},
        (30, 90), 10, 20_000, (VALUED, REGISTERED, GUARANTEED),
    ),
    Local(
        "demo-selenium-tea", "bank-jinzhou", "富硒茶叶贷", "从种茶到卖茶，春茶季随季发放",
        {"amount_max": 500 * WAN, "term_max": 36, "loan_kinds": ["working_capital", "personal_business"],
         "guarantees": ["credit", "mortgage", "surety"], "regions": ["6109"], "industries": ["0164", "1530"],
         "priorities": ["agriculture", "first_loan", "inclusive"]},
        (0, 100), 3, 15_000, (GUARANTEED, VALUED),
    ),
    Local(
        "demo-farm-selenium", "bank-jinzhou", "惠农富硒贷", "面向合作社和小微农产品加工户",
        {"amount_max": 300 * WAN, "term_max": 24, "loan_kinds": ["working_capital", "personal_business"],
         "guarantees": ["credit", "surety"], "regions": ["6109"], "industries": ["A", "13", "14", "15"],
         "size_classes": ["micro", "small"], "priorities": ["agriculture", "inclusive"]},
        (45, 150), 4, 8_000, (Fee("insurance", "insurer", "yearly", 5_000),),
    ),
    Local(
        "demo-call-centre", "bank-hanjiang", "秦巴呼叫贷", "服务外包企业凭服务合同应收款周转",
        {"amount_max": 500 * WAN, "term_max": 12, "loan_kinds": ["working_capital"],
         "guarantees": ["credit", "pledge"], "regions": ["6109"], "industries": ["I", "L"],
         "months_in_business_min": 12, "debt_max": 500 * WAN},
        (60, 130), 5, 5_000, (Fee("registration", "registry", minor=30_000, mode="pledge"),),
    ),
)  # fmt: skip


def ensure_products(session: Session) -> int:
    """Bring in what is missing of the banks and the five products; how many products were made."""
    at = datetime.combine(SINCE, time(9), SHANGHAI)
    ensure_zones(session)
    missing = [each for each in LOCAL if product_by_key(session, each.key) is None]
    for each in missing:
        _publish(session, each, _bank(session, each.bank, at), at)
    return len(missing)


def _bank(session: Session, key: str, at: datetime) -> Organisation:
    """The fictional bank, made where nobody of that name is there yet."""
    there = {bank.name: bank for bank in open_legal_persons(session, "bank")}
    return there.get(BANKS[key]) or create_organisation(
        session, actor=ACTOR, kind="bank", name=BANKS[key], area_code="*", on=SINCE, at=at, public_key=key
    )


def _publish(session: Session, each: Local, bank: Organisation, at: datetime) -> None:
    told = OfferTold(
        effective_from=SINCE, criteria=each.rules, lpr_tenor="1Y", spread_low_bp=each.spreads[0],
        spread_high_bp=each.spreads[1], summary=each.summary, quota=Money(each.quota * WAN),
        promised_workdays=each.workdays, documents=each.documents, fees=each.fees,
    )  # fmt: skip
    product = create_product(
        session, actor=ACTOR, organisation=bank, name=each.name, told=told, on=SINCE, at=at, demo=True,
        public_key=each.key,
    )  # fmt: skip
    version = versions_of(session, product)[0]
    move_version(session, actor=ACTOR, role=MANAGER, version=version, seen=1, action="submit", at=at)
    publish_version(session, actor=ACTOR, role=MANAGER, version=version, seen=2, on=SINCE, at=at)

"""Golden cases of matching as a loan officer writes them → needs, products and what is expected.

Facts are named in Chinese; choices by their Chinese words in the rulebook; money in 万元, rates in percent, months and
days as they are. ``不知道`` takes a fact away. What a case leaves out is the firm and the product of ``markets``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from matchmaking.domain.matching import rules as r
from matchmaking.domain.matching.catalogue import LenderRecord, Need, Product, Title
from matchmaking.domain.matching.criteria import FIELDS
from matchmaking.domain.matching.rules import Field, parse_rules
from matchmaking.domain.money import Money
from matchmaking.rulebook import say, words
from tests.domain.matching import markets

FOLDER = Path(__file__).parent / "golden"
UNKNOWN = "不知道"
STATES = {"符合": "passed", "不符合": "failed", "不知道": "unknown"}


@dataclass(frozen=True)
class Golden:
    """One case: ``subject`` is the criterion or line it is about; ``told`` everything it expects."""

    file: str
    name: str
    subject: str
    need: Need
    product: Product
    told: dict[str, Any]


def minor(wan: Any) -> int:
    """万元 as minor units."""
    return int(Decimal(str(wan)) * markets.WAN)


def ppm(percent: Any) -> int:
    """Percent as ppm."""
    return int(Decimal(str(percent)) * 10_000)


def code(vocabulary: str, spoken: Any) -> str:
    """The code whose Chinese words these are; a code that has none stands for itself."""
    beginning = f"match_{vocabulary}_"
    known = {told["zh"]: key.removeprefix(beginning) for key, told in words().items() if key.startswith(beginning)}
    return known.get(str(spoken), str(spoken))


def codes(vocabulary: str) -> Callable[[Any], frozenset[str]]:
    """Several of them."""
    return lambda told: frozenset(code(vocabulary, each) for each in told)


def title(told: dict[str, Any]) -> Title:
    """A title with its days."""
    return Title(told["称号"], told["自"], told.get("至"))


NEED: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "金额": ("amount", lambda told: Money(minor(told))),
    "期限": ("term_months", int),
    "贷款种类": ("loan_kind", lambda told: code("loan_kind", told)),
    "担保": ("guarantees", codes("guarantee")),
    "希望的担保": ("guarantee_preferred", lambda told: code("guarantee", told)),
    "利率上限": ("rate_ceiling_ppm", ppm),
    "用款日": ("needed_by", lambda told: told),
    "县区": ("area", str),
    "功能区": ("zone", str),
    "行业": ("industry", str),
    "成立日": ("founded_on", lambda told: told),
    "营业收入": ("revenue", lambda told: Money(minor(told))),
    "规模": ("size_class", lambda told: code("size", told)),
    "纳税级别": ("tax_grade", str),
    "称号": ("titles", lambda told: tuple(title(each) for each in told)),
    "首贷": ("first_loan", lambda told: {"是": True, "否": False}[told]),
    "现有贷款": ("debt", lambda told: Money(minor(told))),
    "园区": ("park_kind", lambda told: code("park", told)),
    "全市到账率": ("like_mean_ppm", ppm),
}
ANSWERS = {"押品": ("collateral", "collateral"), "旺季": ("season", "month")}
PRODUCT: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "最低年利率": ("lowest_rate_ppm", ppm),
    "承诺天数": ("promised_days", int),
    "剩余额度": ("quota_left", lambda told: Money(minor(told))),
    "专设行业": ("specialities", lambda told: frozenset(str(each) for each in told)),
    "网点": ("places", lambda told: frozenset(str(each) for each in told)),
    "所在市": ("city", str),
    "到账记录": ("records", lambda told: tuple(
        LenderRecord(code("size", each["规模"]), each["笔数"], minor(each["签约"]), minor(each["按时到账"]))
        for each in told)),
}  # fmt: skip


def need_of(told: dict[str, Any]) -> Need:
    """The firm of ``markets`` with these facts."""
    facts, answers = {}, dict(markets.need().answers)
    for name, value in told.items():
        if name in ANSWERS:
            answer, vocabulary = ANSWERS[name]
            answers.pop(answer, None)
            answers |= {} if value == UNKNOWN else {answer: codes(vocabulary)(value)}
            continue
        attribute, read = NEED[name]
        facts[attribute] = None if value == UNKNOWN else read(value)
    return markets.need(**facts, answers=tuple(sorted(answers.items())))


def product_of(told: dict[str, Any]) -> Product:
    """A product that asks only this."""
    labels = {say(field.label): field for field in FIELDS}
    own = {PRODUCT[name][0]: PRODUCT[name][1](value) for name, value in told.items() if name in PRODUCT}
    asked = {labels[name].name: rule(labels[name], value) for name, value in told.items() if name not in PRODUCT}
    return markets.product(**own, **parse_rules(asked, FIELDS))


def rule(field: Field, told: Any) -> Any:
    """A rule as JSON has it."""
    if field.kind == r.MONEY:
        return minor(told)
    if field.kind in (r.CHOICES, r.CODES):
        return [code(field.vocabulary, each) for each in told]
    if field.kind == r.FLAG:
        return told == "是"
    return code(field.vocabulary, told) if field.kind == r.CHOICE else int(told)


def cases(kind: str) -> list[Golden]:
    """Every case of the files of that kind (``criteria`` or ``lines``)."""
    found = []
    for path in sorted(FOLDER.glob(f"{kind}_*.yaml")):
        for subject, each in yaml.safe_load(path.read_text("utf-8")).items():
            for told in each:
                need, product = need_of(told.get("企业", {})), product_of(told.get("产品", {}))
                found.append(Golden(path.name, told["情形"], subject, need, product, told))
    return found


def day(told: Any) -> date:
    """A day that a case expects."""
    return date.fromisoformat(str(told))

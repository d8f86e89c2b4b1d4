"""产品供给缺口: true counts, each change opens its needs, small cells stay inside, an office sees its own area."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from matchmaking.desks.whatif.gaps import Group, guarded
from matchmaking.domain.matching.whatif.counting import NOTHING, Tally
from matchmaking.domain.money import Money
from tests.market.market_world import GOOD, World, enter, offer
from tests.market.referral_world import sell, verified
from tests.registry.registry_world import Statements
from tests.web_fixtures import Browser

TEA, WATER = "安康硒语茶业有限公司", "紫阳山泉饮品有限公司"


@pytest.fixture
def short(market: World) -> tuple[str, str]:
    """Two products, and four needs of which they serve one."""
    tea = sell(market.bank, "收茶贷", offer(criteria={"amount_max": 400_000_000, "term_max": 24}))
    quick = sell(market.rival, "短贷", offer(criteria={"amount_max": 650_000_000, "term_max": 6}))
    verified(market)
    verified(market, terms=replace(GOOD, amount=Money.of(6_000_000)))
    far: dict[str, Any] = {"login": "water", "organisation": market.far}
    verified(market, **far, terms=replace(GOOD, term_months=30))
    verified(market, **far, terms=replace(GOOD, amount=Money.of(9_000_000), term_months=36))
    return tea, quick


def read(visitor: Browser, path: str, login: str = "office") -> str:
    """The page as that person sees it."""
    enter(visitor, login)
    answer = visitor.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.text


def plain(page: str) -> str:
    """Without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_city_sees_what_is_missing_and_what_would_help(
    market: World, visitor: Browser, short: tuple[str, str]
) -> None:
    tea, quick = short
    page = plain(read(visitor, "/gaps"))
    assert "4 项需求中 3 项没有一个产品可用，共 1,800.00 万元" in page
    assert "去掉“期限”，900.00 万元就有产品可用，最多" in page
    assert "只改一个产品的一条：最多能让 2 项有产品可用" in page
    html = read(visitor, "/gaps")
    assert f"/gaps/needs?product={quick}&amp;rule=term" in html
    assert f"/gaps/needs?product={tea}&amp;rule=term&amp;how=step" in html
    assert "额度 + 期限" in page or "期限 + 额度" in page
    english = plain(read(visitor, "/gaps?lang=en"))
    assert "Needs that no product serves: 3 of 4" in english


def test_each_change_opens_its_needs(market: World, visitor: Browser, short: tuple[str, str]) -> None:
    tea, quick = short
    every = plain(read(visitor, "/gaps/needs"))
    assert "没有产品可用的需求：3 项" in every and TEA in every and WATER in every
    assert every.index("900.00") < every.index("600.00") < every.index("300.00")
    assert "要 12 个月，产品最长 6 个月，长 6 个月。" in every, "one step of the quick loan, four of the tea loan"
    assert "每个产品都差两条以上" in every
    away = plain(read(visitor, f"/gaps/needs?product={quick}&rule=term"))
    assert "2 项" in away and "900.00" not in away.split("企业")[-1]
    step = plain(read(visitor, f"/gaps/needs?product={quick}&rule=term&how=step"))
    assert "没有产品可用的需求：1 项" in step and TEA in step and WATER not in step
    part = plain(read(visitor, "/gaps/needs?by=area&part=610924"))
    assert "没有产品可用的需求：2 项" in part and TEA not in part
    assert "没有产品可用的需求：3 项" in plain(read(visitor, "/gaps/needs?product=absent&rule=term&by=x&part=y&sort=z"))
    by_term = plain(read(visitor, "/gaps/needs?sort=term"))
    assert by_term.index("600.00") < by_term.index("300.00") < by_term.index("900.00")
    english = read(visitor, "/gaps/needs?lang=en")
    assert "Needs that no product serves: 3" in english


def test_a_county_sees_its_own_firms_against_all_products(
    market: World, visitor: Browser, short: tuple[str, str]
) -> None:
    page = plain(read(visitor, "/gaps", "office_county"))
    assert "2 项需求中 1 项没有一个产品可用，共 600.00 万元" in page
    listed = plain(read(visitor, "/gaps/needs", "office_county"))
    assert TEA in listed and WATER not in listed
    enter(visitor, "office_county")
    told = CalamineWorkbook.from_filelike(BytesIO(visitor.get("/gaps/needs.xlsx").data))
    assert WATER not in str(told.get_sheet_by_index(0).to_python())


def test_nobody_else_opens_it(market: World, visitor: Browser, short: tuple[str, str]) -> None:
    for path in ("/gaps", "/gaps/needs", "/gaps/needs.xlsx", "/gaps/groups.xlsx"):
        for login in ("manager", "officer", "tea", "county", "city"):
            enter(visitor, login)
            assert visitor.get(path).status_code == 404, (path, login)


@pytest.mark.parametrize("by", ["area", "industry", "size", "band", "no-such"])
def test_the_market_in_parts(market: World, visitor: Browser, short: tuple[str, str], by: str) -> None:
    enter(visitor, "office")
    page = plain(visitor.get(f"/gaps?by={by}").text)
    shown = {"area": "紫阳县", "industry": "C 制造业", "size": "小型", "band": "500–1,000 万元", "no-such": "紫阳县"}
    assert shown[by] in page
    inside, outside = (
        CalamineWorkbook.from_filelike(BytesIO(visitor.get(f"/gaps/groups.xlsx?by={by}{more}").data))
        .get_sheet_by_index(0)
        .to_python()[1:]
        for more in ("", "&outside=1")
    )
    assert sum(row[1] for row in inside) == 4 and sum(row[4] for row in inside) == 3
    assert all(row[1:] == ["不足，不列"] * 6 for row in outside), "two firms in all: nothing leaves the office"
    page = plain(visitor.get(f"/gaps?by={by}&outside=1").text)
    assert "不足 5 家的格子不列" in page
    assert "项需求中" not in page and "只改一个产品的一条" not in page, "figures of few firms stay inside as well"


def test_a_single_small_cell_takes_the_next_with_it() -> None:
    def part(code: str, asked: int, nobody: int) -> Group:
        return Group(code, Tally(asked, asked, asked), Tally(nobody, nobody, nobody) if nobody else NOTHING)

    def kept(*parts: Group) -> list[str]:
        return [one.code for one in guarded(parts, 5) if not one.withheld]

    assert kept(part("a", 50, 20), part("b", 30, 9), part("c", 8, 3)) == ["a"]
    assert kept(part("a", 50, 20), part("b", 30, 4), part("c", 8, 3)) == ["a"]
    assert kept(part("a", 50, 20), part("b", 30, 9), part("c", 8, 0)) == ["a", "b", "c"], "nobody is told by a zero"
    assert kept(part("a", 4, 0), part("b", 30, 9), part("c", 40, 9)) == ["c"]
    assert kept(part("a", 4, 4)) == []


def test_a_market_without_gaps_says_so(market: World, visitor: Browser) -> None:
    sell(market.bank, "收茶贷")
    verified(market)
    assert "1 项需求都至少有一个产品可用" in plain(read(visitor, "/gaps"))
    assert "没有这样的需求" in plain(read(visitor, "/gaps/needs"))


def test_more_needs_and_products_take_no_more_statements(market: World, visitor: Browser) -> None:
    counts = []
    for count in (1, 5):
        for number in range(count):
            sell(market.bank, f"产品 {count}-{number}")
            verified(market, terms=replace(GOOD, amount=Money.of(60_000_000)))
        enter(visitor, "office")
        with Statements() as counted:
            assert visitor.get("/gaps").status_code == 200
            assert visitor.get("/gaps/needs").status_code == 200
        counts.append(len(counted.sent))
    assert counts[0] == counts[1] <= 2 * 9, counts

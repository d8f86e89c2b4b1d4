"""Needs ranked for a bank's product, near misses and rules in the way: counts that are true, and nothing of a firm."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from matchmaking.domain.matching.criteria import CRITERIA
from matchmaking.domain.money import Money
from matchmaking.foundation import storage
from matchmaking.foundation.storage import remove_session, run_in_unit_of_work
from matchmaking.market.matches.commands import choose_ranking
from matchmaking.market.products.facts import OfferTold
from matchmaking.registry.organisations.models import Organisation
from matchmaking.rulebook import say
from tests.fingerprints import fingerprints
from tests.market.market_world import GOOD, NOON, World, enter, offer
from tests.market.referral_world import refer, sell, verified
from tests.registry.registry_world import Statements
from tests.web_fixtures import Browser

pytestmark = pytest.mark.usefixtures("market")
NAMES = ("安康硒语茶业有限公司", "紫阳山泉饮品有限公司", "need-")


def asking(**rules: Any) -> OfferTold:
    """Terms of a product with further rules."""
    return offer(criteria={"amount_max": 500_000_000, "term_max": 36, **rules})


def water(market: World, **terms: Any) -> str:
    """A need of the firm in Ziyang."""
    return verified(market, login="water", organisation=market.far, terms=replace(GOOD, **terms))


def read(visitor: Browser, path: str, login: str = "manager") -> str:
    """The page as that person sees it."""
    enter(visitor, login)
    answer = visitor.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.text


def table(page: str) -> str:
    """The first table of a page, without tags."""
    found = re.search(r"<table.*?</table>", page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split()) if found else ""


def test_needs_are_ranked_without_their_firms_each_with_its_bar_and_reasons(market: World, visitor: Browser) -> None:
    key = sell(market.bank, "收茶贷", asking())
    verified(market)
    water(market, amount=Money.of(5_000_000), term_months=36)
    water(market, amount=Money.of(9_000_000))
    page = read(visitor, f"/bank/products/{key}/needs")
    assert "3 项需求中 2 项符合，1 项只差一条" in page
    rows = table(page)
    assert rows.index("汉滨区") < rows.index("紫阳县"), "the one with room to both ends stands first"
    assert page.count('class="fit"') == 2
    label = re.search(r'role="img" aria-label="([^"]+)"', page)
    assert label and "满分 100" in label[1] and f"{say('match_line_amount')} " in label[1], "every line in words"
    assert "要 300.00 万元，产品最高 500.00 万元。" in rows
    assert not any(name in page for name in NAMES), "no firm, no key of a need"
    assert "1530" not in page and "精制茶加工" not in page, "the division, not the class"
    assert f">{rows.split()[0]}<" in page
    english = read(visitor, f"/bank/products/{key}/needs?lang=en")
    assert "Needs: 3; that fit: 2; that fail just one rule: 1" in english


def test_sorting_and_filtering_keep_each_need_s_place(market: World, visitor: Browser) -> None:
    key = sell(market.bank, "收茶贷", asking())
    verified(market)
    water(market, amount=Money.of(5_000_000), term_months=36)
    by_amount = table(read(visitor, f"/bank/products/{key}/needs?sort=amount"))
    assert by_amount.index("500.00") < by_amount.index("300.00")
    only = table(read(visitor, f"/bank/products/{key}/needs?area=610924&sort=no-such"))
    assert "紫阳县" in only and "汉滨区" not in only and " 2 " in only, "it is still the second"
    assert "这个县区没有符合的需求" in read(visitor, f"/bank/products/{key}/needs?area=610929")
    enter(visitor, "manager")
    assert visitor.get(f"/bank/products/{key}/needs?page=7").status_code == 303


def test_near_misses_say_exactly_what_is_open_and_only_steps_of_the_rest(market: World, visitor: Browser) -> None:
    key = sell(market.bank, "收茶贷", asking(revenue_min=1_000_000_000, months_in_business_min=0))
    verified(market)
    page = read(visitor, f"/bank/products/{key}/near")
    # 8,000,000 against 10,000,000: four steps of 500,000
    assert "放宽 4 档即符合（每档 50.00 万元）" in page
    assert "800.00" not in page and "200.00" not in page, "the firm's revenue is not told"
    open_rule = sell(market.bank, "小额贷", asking(amount_max=250_000_000))
    assert "要 300.00 万元，产品最高 250.00 万元，多 50.00 万元。" in read(visitor, f"/bank/products/{open_rule}/near")
    codes = sell(market.bank, "汉阴贷", asking(regions=["610921"]))
    assert "不在接受的范围内" in read(visitor, f"/bank/products/{codes}/near?rule=region")
    silent = sell(market.bank, "称号贷", asking(first_loan_only=True))
    assert "首贷" in table(read(visitor, f"/bank/products/{silent}/near"))
    assert "没有只差一条的需求" in read(visitor, f"/bank/products/{codes}/near?rule=tax")
    assert not any(name in page for name in NAMES)


def test_rules_in_the_way_and_a_value_tried_change_nothing(market: World, visitor: Browser) -> None:
    key = sell(market.bank, "收茶贷", asking(amount_max=250_000_000, revenue_min=1_000_000_000))
    small = sell(market.bank, "小额贷", asking(amount_max=250_000_000))
    verified(market)
    water(market, amount=Money.of(2_000_000))
    enter(visitor, "manager")
    before = fingerprints(storage.engine())
    page = visitor.get(f"/bank/products/{key}/rules").text
    assert "“营业收入”单独挡住 1 家、200.00 万元，最多" in page
    assert "营业收入 + 额度" in page or "额度 + 营业收入" in page
    tried = visitor.get(f"/bank/products/{small}/rules?rule=amount&to=300").text
    assert "多进来 1 项 · 1 家 · 300.00 万元" in tried
    assert table(tried[tried.index('role="status"') :]).split()[-8:] == [
        "现在", "1", "1", "200.00", "放宽后", "2", "2", "500.00",
    ]  # fmt: skip
    assert "没有比现在的“额度”更宽" in visitor.get(f"/bank/products/{small}/rules?rule=amount&to=100").text
    assert "不能是“much”" in visitor.get(f"/bank/products/{small}/rules?rule=amount&to=much").text
    assert fingerprints(storage.engine()) == before


def test_a_value_of_a_rule_that_is_not_open_moves_by_whole_steps(market: World, visitor: Browser) -> None:
    key = sell(market.bank, "收茶贷", asking(revenue_min=1_000_000_000))
    verified(market)
    enter(visitor, "manager")
    assert "只能按整档放宽，每档 50.00 万元" in visitor.get(f"/bank/products/{key}/rules?rule=revenue&to=801").text
    assert "多进来 1 项" in visitor.get(f"/bank/products/{key}/rules?rule=revenue&to=800").text
    assert "多进来 0 项" in visitor.get(f"/bank/products/{key}/rules?rule=revenue&to=850").text
    assert "多进来 1 项" in visitor.get(f"/bank/products/{key}/rules?rule=revenue&to=0").text


def test_every_rule_of_a_product_can_be_tried(market: World, visitor: Browser) -> None:
    rules = {
        "amount_min": 10_000_000, "term_min": 3, "regions": ["610921"], "industries": ["A"], "size_classes": ["micro"],
        "loan_kinds": ["fixed_asset"], "guarantees": ["pledge"], "months_in_business_min": 120, "titles": ["brand"],
        "revenue_min": 1_000_000_000, "tax_grade_min": "A", "first_loan_only": True,
    }  # fmt: skip
    key = sell(market.bank, "收茶贷", asking(**rules))
    verified(market)
    enter(visitor, "manager")
    asked = [one for one in CRITERIA if one.code == "rate" or any(field.name in rules for field in one.fields)]
    assert len(asked) >= 13
    for criterion in asked:
        page = visitor.get(f"/bank/products/{key}/rules?rule={criterion.code}").text
        assert f'value="{criterion.code}" selected' in page, criterion.code
        assert say(f"match_criterion_{criterion.code}") in page
        assert 'name="to"' in page


def test_firms_that_decline_ranking_are_counted_and_never_listed(market: World, visitor: Browser) -> None:
    key = sell(market.bank, "收茶贷", asking())
    verified(market)

    def decline(session: Session) -> None:
        firm = session.get_one(Organisation, market.firm)
        choose_ranking(session, actor="user:x", organisation=firm, automated=False, at=NOON)

    run_in_unit_of_work(decline)
    remove_session()
    page = read(visitor, f"/bank/products/{key}/needs")
    assert "1 项需求中 1 项符合" in page and "另有 1 项需求的企业不参加系统排序" in page and not table(page)


def test_a_need_sent_to_the_bank_leads_to_its_referral_and_to_nobody_else_s(market: World, visitor: Browser) -> None:
    mine, theirs = sell(market.bank, "收茶贷", asking()), sell(market.rival, "流动贷", asking())
    need = verified(market)
    (referral,) = refer(market, need, mine)
    assert f"/inbox/{referral}" in read(visitor, f"/bank/products/{mine}/needs")
    page = read(visitor, f"/bank/products/{theirs}/needs", "rival")
    assert table(page) and "/inbox/" not in table(page)


def test_only_the_bank_s_own_people_open_it(market: World, visitor: Browser) -> None:
    key = sell(market.bank, "收茶贷", asking())
    verified(market)
    for page in ("needs", "near", "rules", "needs.xlsx", "near.xlsx"):
        for login in ("manager", "branch", "officer"):
            enter(visitor, login)
            assert visitor.get(f"/bank/products/{key}/{page}").status_code == 200, (page, login)
        for login in ("rival", "tea", "county", "office", "office_county"):
            enter(visitor, login)
            assert visitor.get(f"/bank/products/{key}/{page}").status_code == 404, (page, login)
    sheet = read(visitor, f"/bank/products/{key}", "officer")
    assert f"/bank/products/{key}/needs" in sheet


def test_workbooks_hold_what_the_pages_show(market: World, visitor: Browser) -> None:
    key = sell(market.bank, "收茶贷", asking())
    verified(market)
    water(market, amount=Money.of(9_000_000))
    enter(visitor, "officer")
    fits, near = (
        CalamineWorkbook.from_filelike(BytesIO(visitor.get(f"/bank/products/{key}/{name}.xlsx").data))
        for name in ("needs", "near")
    )
    rows = fits.get_sheet_by_index(0).to_python()
    assert (len(rows), rows[1][:3], rows[1][4]) == (2, [1.0, 300.0, 12.0], "汉滨区")
    (missed,) = near.get_sheet_by_index(0).to_python()[1:]
    assert missed[5:] == ["额度", "要 900.00 万元，产品最高 500.00 万元，多 400.00 万元。", 8.0]
    told = str([sheet.to_python() for book in (fits, near) for sheet in map(book.get_sheet_by_index, (0, 1))])
    assert not any(name in told for name in NAMES)


def test_more_needs_take_no_more_statements(market: World, visitor: Browser) -> None:
    key, counts = sell(market.bank, "收茶贷", asking()), []
    for count in (1, 6):
        for _ in range(count):
            verified(market)
        enter(visitor, "manager")
        # the first to look fills the shelf of products for all
        visitor.get(f"/bank/products/{key}/needs")
        with Statements() as counted:
            assert visitor.get(f"/bank/products/{key}/needs").status_code == 200
        counts.append(len(counted.sent))
    assert counts[0] == counts[1] <= 11, counts

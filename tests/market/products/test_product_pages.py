"""Pages of products over HTTP: from a draft to the catalogue, who sees what, statements counted."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import insert, select

from matchmaking.domain.matching.criteria import FIELDS
from matchmaking.foundation import storage
from matchmaking.foundation.storage import session
from matchmaking.market.products.checking import columns
from matchmaking.market.products.facts import rates_on
from matchmaking.market.products.models import Product, ProductTerms, ProductVersion
from tests.databases import crowd, look_at_rows
from tests.market.market_world import NOON, TODAY, World, enter, offer
from tests.market.needs.test_need_pages import statements, strip
from tests.past import write_past_the_trail
from tests.web_fixtures import Browser

FILLED = {
    "name": "春茶贷", "effective_from": "2026-09-30", "summary": "收茶季随借随还", "lpr_tenor": "1Y",
    "spread_low_bp": "55", "spread_high_bp": "120", "promised_workdays": "5", "quota": "5000", "quota_unit": "wan",
    "documents": "营业执照\n近一年流水",
    "rule_amount_min": "1", "rule_amount_min_unit": "wan", "rule_amount_max": "500", "rule_amount_max_unit": "wan",
    "rule_term_min": "3", "rule_term_max": "36", "rule_regions": "610902", "rule_industries": "C1530，A0164",
    "rule_loan_kinds": "working_capital", "rule_guarantees": "credit", "rule_months_in_business_min": "12",
    "rule_revenue_min": "", "rule_revenue_min_unit": "", "rule_size_classes": "micro", "rule_tax_grade_min": "B",
    "rule_titles": "high_tech", "rule_first_loan_only": "", "rule_collateral_kinds": "", "rule_debt_max": "",
    "rule_debt_max_unit": "", "rule_park_kinds": "", "rule_season_months": "", "rule_priorities": "",
    "fees-0-kind": "", "fees-0-charged_by": "", "fees-0-when": "", "fees-0-share": "", "fees-0-flat": "",
    "fees-0-flat_unit": "", "fees-0-mode": "",
}  # fmt: skip


def create(visitor: Browser, **changes: str) -> Any:
    return visitor.submit("/bank/products/new", {**FILLED, "key": "product-key-01", **changes})


def only() -> Product:
    storage.remove_session()
    return session().scalars(select(Product)).one()


def press(visitor: Browser, key: str, number: int, action: str, seen: int, page_key: str = "") -> Any:
    body = {
        "number": str(number),
        "seen": str(seen),
        "action": action,
        "key": page_key or f"press-{number}-{action}-key",
    }
    return visitor.submit(f"/bank/products/{key}/move", body)


def published(visitor: Browser, **changes: str) -> str:
    """A product on offer; its key."""
    enter(visitor, "manager")
    create(visitor, **changes)
    key = only().public_key
    assert press(visitor, key, 1, "submit", 1).status_code == 303
    assert press(visitor, key, 1, "publish", 2).status_code == 303
    return key


def test_the_form_has_a_field_for_every_declared_rule(visitor: Browser, market: World) -> None:
    enter(visitor, "manager")
    page = visitor.get("/bank/products/new").text
    for field in FIELDS:
        assert f'name="rule_{field.name}"' in page, field.name
    assert "match_field_" not in page, "labels are spelt out"
    assert "最低金额" in page and "要求的称号" in page and "紫阳县" in page
    english = visitor.get("/bank/products/new?lang=en").text
    assert "Lowest amount" in english


def test_from_a_draft_to_the_catalogue(visitor: Browser, other: Browser, market: World) -> None:
    enter(visitor, "manager")
    assert "还没有产品" in visitor.get("/bank/products").text
    answer = create(visitor)
    key = only().public_key
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/bank/products/{key}")
    enter(other, "tea")
    assert "没有符合条件的产品" in other.get("/products").text
    assert other.get(f"/products/{key}").status_code == 404
    press(visitor, key, 1, "submit", 1)
    press(visitor, key, 1, "publish", 2)
    rates = rates_on(offer(), TODAY)
    low = f"{rates.low.rate_ppm // 10_000}.{rates.low.rate_ppm % 10_000 // 100:02d}"
    assert low in other.get("/products").text
    sheet = other.get(f"/products/{key}").text
    for said in (
        "春茶贷",
        "汉江银行",
        low,
        "一年期 LPR",
        "+55 bp",
        "汉滨区",
        "1530",
        "B 级",
        "近一年流水",
        "5 个工作日",
    ):
        assert said in sheet, said
    assert "tag-demo" not in sheet


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(visitor: Browser, market: World) -> None:
    enter(visitor, "manager")
    answer = create(visitor, rule_amount_max="", rule_amount_max_unit="", spread_low_bp="200", rule_term_min="48")
    assert answer.status_code == 422
    page = answer.text
    assert "收茶季随借随还" in page
    for field in ("rule_term_min", "spread_low_bp"):
        assert re.search(rf'href="#{field}"', page), field
    answer = create(visitor, rule_amount_max="", rule_amount_max_unit="")
    assert 'href="#rule_amount_max"' in answer.text and "请填最高金额" in answer.text
    assert session().scalars(select(Product)).all() == []


def test_a_published_product_changes_by_a_new_version(visitor: Browser, other: Browser, market: World) -> None:
    key = published(visitor)
    page = visitor.get(f"/bank/products/{key}/draft").text
    assert re.search(r'id="rule_amount_max"[^>]* value="500"', page)
    assert re.search(r'value="610902" checked', page)
    again = {**FILLED, "spread_low_bp": "30", "effective_from": "2026-10-20", "seen": "0", "key": "second-key-01"}
    assert visitor.submit(f"/bank/products/{key}/draft", again).status_code == 303
    press(visitor, key, 2, "submit", 1)
    press(visitor, key, 2, "publish", 2)
    own = visitor.get(f"/bank/products/{key}").text
    assert "2026-10-19" in own and "2026-10-20" in own
    enter(other, "tea")
    assert "+55 bp" in other.get(f"/products/{key}").text
    assert "+30 bp" in visitor.get(f"/bank/products/{key}/versions/2").text
    assert "+55 bp" in visitor.get(f"/bank/products/{key}/versions/1").text


def test_two_tabs_publish_once(visitor: Browser, market: World) -> None:
    enter(visitor, "manager")
    create(visitor)
    key = only().public_key
    press(visitor, key, 1, "submit", 1)
    assert press(visitor, key, 1, "publish", 2, "tab-one-0001").status_code == 303
    late = press(visitor, key, 1, "publish", 2, "tab-two-0001")
    assert late.status_code == 409 and "已发布" in late.text
    assert press(visitor, key, 1, "publish", 2, "tab-one-0001").status_code == 303, "the same press again"


def test_an_officer_reads_and_a_branch_manages_only_its_own(visitor: Browser, market: World) -> None:
    key = published(visitor)
    enter(visitor, "officer")
    assert visitor.get(f"/bank/products/{key}").status_code == 200
    assert visitor.get("/bank/products/new").status_code == 404
    enter(visitor, "branch")
    assert "第 1 版" in visitor.get(f"/bank/products/{key}").text
    assert visitor.get(f"/bank/products/{key}/draft").status_code == 404
    assert press(visitor, key, 1, "retire", 3).status_code == 404
    create(visitor, name="支行贷", key="branch-key-01")
    enter(visitor, "manager")
    assert "支行贷" in visitor.get("/bank/products").text


def test_another_banks_product_is_not_there(visitor: Browser, market: World) -> None:
    key = published(visitor)
    for login in ("rival", "tea", "county"):
        enter(visitor, login)
        absent = visitor.get("/bank/products/absent")
        for path in ("", "/draft", "/versions/1"):
            found = visitor.get(f"/bank/products/{key}{path}")
            assert (found.status_code, strip(found.text)) == (404, strip(absent.text)), (login, path)
        assert press(visitor, key, 1, "retire", 3).status_code == 404
        assert visitor.submit(f"/bank/products/{key}/draft", {**FILLED, "key": "theft-key-01"}).status_code == 404
    assert session().scalars(select(ProductVersion.state)).all() == ["published"]


def test_what_the_form_does_not_ask_is_not_taken(visitor: Browser, market: World) -> None:
    enter(visitor, "manager")
    create(visitor, organisation_id=str(market.rival), demo="y", state="published", digest="0" * 64, number="7")
    product = only()
    assert (product.organisation_id, product.demo) == (market.bank, False)
    version = session().scalars(select(ProductVersion)).one()
    assert (version.state, version.number) == ("draft", 1)


def _many(market: World, first: int, count: int) -> None:
    told = offer()

    def work(inside: Any) -> None:
        places = range(first, first + count)
        inside.execute(insert(Product), [
            {"id": p, "public_key": f"product-{p}", "organisation_id": market.bank, "name": f"产品 {p}", "demo": False,
             "created_at": NOON, "created_by": "x"} for p in places
        ])  # fmt: skip
        inside.execute(insert(ProductVersion), [
            {"id": p, "product_id": p, "number": 1, "state": "published", "version": 3, "revision": 1,
             "effective_from": TODAY, "published_by": "x", "created_at": NOON, "created_by": "x"} for p in places
        ])  # fmt: skip
        inside.execute(insert(ProductTerms), [
            {"version_id": p, "revision": 1, "digest": "0" * 64, "recorded_at": NOON, "recorded_by": "x",
             "currency": "CNY", **columns(told)} for p in places
        ])  # fmt: skip
        look_at_rows(inside)

    write_past_the_trail(work)
    storage.remove_session()


def test_lists_ask_at_most_three_statements(visitor: Browser, market: World) -> None:
    lists = (("tea", "/products"), ("manager", "/bank/products"))
    counted = []
    for first, count in ((1, 10), (11, crowd(10_000) - 10)):
        _many(market, first, count)
        for login, path in lists:
            enter(visitor, login)
            with statements() as seen:
                page = visitor.get(path)
            assert page.status_code == 200
            counted.append(len([each for each in seen if each.lstrip().upper().startswith(("SELECT", "WITH"))]))
            assert count == 10 or f"{crowd(10_000):,}" in page.text
    assert counted[:2] == counted[2:] and max(counted) <= 3


def test_the_catalogues_filters_over_http(visitor: Browser, market: World) -> None:
    published(visitor)
    enter(visitor, "tea")
    for query, there in (
        ("kind=working_capital", True), ("kind=fixed_asset", False), ("mode=credit", True), ("mode=pledge", False),
        ("amount=300", True), ("amount=600", False), ("amount=abc", True), ("term=36", True), ("term=37", False),
        ("text=汉江", True), ("text=%25", False), ("sort=amount", True),
    ):  # fmt: skip
        assert ("春茶贷" in visitor.get(f"/products?{query}").text) == there, query


FEE = {
    "fees-0-kind": "guarantee", "fees-0-charged_by": "guarantor", "fees-0-when": "yearly", "fees-0-share": "1",
    "fees-0-flat": "", "fees-0-mode": "surety", "fees-1-kind": "", "fees-1-mode": "",
}  # fmt: skip


def test_fees_are_declared_with_the_version_and_shown(visitor: Browser, market: World) -> None:
    key = published(visitor, **FEE)
    terms = session().scalars(select(ProductTerms)).one()
    assert terms.fees == {"rows": [{
        "kind": "guarantee", "charged_by": "guarantor", "when": "yearly", "share_ppm": 10_000, "minor": 0,
        "mode": "surety",
    }]}  # fmt: skip
    assert "担保费 1.00 %，担保机构收，每年，保证才收" in visitor.get(f"/products/{key}").text
    form = visitor.get(f"/bank/products/{key}/draft").text
    assert re.search(r'name="fees-0-kind" value="guarantee" checked', form)
    assert 'name="fees-1-kind"' in form and "charge_" not in strip(form)


@pytest.mark.parametrize(("changes", "words"), [
    ({"fees-0-share": ""}, "担保费没有写多少"), ({"fees-0-charged_by": ""}, "请选齐费用种类"),
    ({"fees-0-share": "101"}, None), ({"fees-0-kind": "bribe"}, None),
    ({"fees-0-flat": "5", "fees-0-flat_unit": ""}, None),
])  # fmt: skip
def test_a_fee_that_is_wrong_is_said_at_its_row(
    visitor: Browser, market: World, changes: dict[str, str], words: str | None
) -> None:
    enter(visitor, "manager")
    answer = create(visitor, **{**FEE, **changes})
    assert answer.status_code == 422
    assert words is None or words in answer.text
    assert 'href="#fees-0-' in answer.text
    assert session().scalars(select(Product)).all() == []


def test_rules_about_collateral_debt_parks_and_seasons_are_typed_and_read_back(visitor: Browser, market: World) -> None:
    more = {
        "rule_collateral_kinds": "workshop", "rule_debt_max": "300", "rule_debt_max_unit": "wan",
        "rule_park_kinds": "community_factory", "rule_season_months": "03", "rule_priorities": "first_loan",
    }  # fmt: skip
    key = published(visitor, **more)
    page = visitor.get(f"/products/{key}").text
    for words in ("厂房", "300.00", "新社区工厂", "3 月", "首贷户"):
        assert words in page, words
    told = session().scalars(select(ProductTerms)).one().criteria
    assert (told["debt_max"], told["park_kinds"]) == (300_000_000, ["community_factory"])

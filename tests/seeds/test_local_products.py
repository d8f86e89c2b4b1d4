"""The five local products: on offer, all marked as invented, made once."""

from __future__ import annotations

from datetime import date

from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.storage import run_in_unit_of_work, session
from matchmaking.market.products.facts import as_offered
from matchmaking.market.products.queries import Wanted, catalogue, offers_on
from matchmaking.seeds.products import LOCAL, SINCE, ensure_products
from tests.web_fixtures import Browser, sign_in

TODAY = date(2026, 9, 30)


def test_five_products_made_once_and_on_offer(database: str) -> None:
    assert run_in_unit_of_work(ensure_products) == 5
    assert run_in_unit_of_work(ensure_products) == 0
    rows, total = catalogue(session(), Wanted(), on=TODAY, limit=9)
    assert total == 5
    assert {row.product.name for row in rows} == {
        "新社区工厂贷", "陕南循环贷", "富硒茶叶贷", "惠农富硒贷", "秦巴呼叫贷",
    }  # fmt: skip
    assert {row.product.demo for row in rows} == {True}
    assert catalogue(session(), Wanted(), on=date(2026, 8, 31), limit=9) == ([], 0)
    for offer in offers_on(session(), SINCE):
        read = as_offered(offer.product, offer.version, offer.terms, lender=offer.bank, on=TODAY)
        assert 20_000 < read.lowest_rate_ppm < 60_000


def test_every_page_of_an_invented_product_says_so(client: Browser) -> None:
    run_in_unit_of_work(ensure_products)
    sign_in(client, Role.FINANCE_OFFICE_CITY)
    listed = client.get("/products")
    assert listed.text.count("tag-demo") == 5
    for each in LOCAL:
        page = client.get(f"/products/{each.key}").text
        assert "tag-demo" in page and "未经银行确认" in page, each.name

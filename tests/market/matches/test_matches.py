"""What fits a need: live, with the policy of the day; in words; and the same again from what was kept."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from sqlalchemy.orm import Session

from matchmaking.domain.matching.catalogue import Need as Asked
from matchmaking.domain.matching.catalogue import Product as Offered
from matchmaking.domain.matching.catalogue import Title
from matchmaking.domain.matching.criteria import FIELDS
from matchmaking.domain.matching.explain import explain
from matchmaking.domain.matching.rules import parse_rules
from matchmaking.domain.money import Money, plain_amount
from matchmaking.foundation.storage import remove_session, session
from matchmaking.market.matches.commands import keep_recommendation
from matchmaking.market.matches.facts import digest_of, inputs_of, pair_from
from matchmaking.market.matches.queries import explained_again, recommend
from matchmaking.market.matches.shelf import shelf_on
from matchmaking.market.matches.wording import industry_name, name_of, said
from matchmaking.market.needs.facts import Terms
from matchmaking.market.products.commands import retire_version
from matchmaking.market.products.facts import rates_on
from matchmaking.market.products.models import ProductVersion
from matchmaking.market.products.queries import offer_on
from matchmaking.market.products.quota import take_quota
from matchmaking.registry.organisations.models import Organisation
from matchmaking.rulebook import say
from matchmaking.rulebook.matching import policy
from tests.market.market_world import GOOD, NOON, TODAY, World, enter, load, new_need, offer
from tests.market.referral_world import sell, verified
from tests.past import write_past_the_trail
from tests.registry.registry_world import Statements
from tests.web_fixtures import Browser

FULL = Asked(
    key="n", amount=Money.of(3_000_000), term_months=12, loan_kind="working_capital",
    guarantees=frozenset({"credit", "mortgage"}), rate_ceiling_ppm=45_000, needed_by=date(2026, 12, 1), area="610902",
    zone="hengkou", industry="1530", founded_on=date(2018, 3, 1), revenue=Money.of(8_000_000), size_class="small",
    tax_grade="A", titles=(Title("high_tech", date(2024, 1, 1), date(2027, 1, 1)), Title("sme", date(2025, 1, 1))),
    first_loan=False,
)  # fmt: skip
SOLD = Offered(
    key="p", lender="汉江银行", lowest_rate_ppm=35_500, version=3, promised_days=7, quota_left=Money.of(50_000_000),
    specialities=frozenset({"153"}),
    rules=parse_rules({"amount_max": 500_000_000, "term_max": 36, "loan_kinds": ["working_capital"],
                       "guarantees": ["credit", "mortgage"], "months_in_business_min": 24}, FIELDS),
)  # fmt: skip


@pytest.mark.parametrize("need", [
    FULL, replace(FULL, titles=None), replace(FULL, titles=(), revenue=None, founded_on=None, needed_by=None),
])  # fmt: skip
def test_inputs_come_back_from_json_as_they_were(need: Asked) -> None:
    kept = inputs_of(need, SOLD)
    assert pair_from(kept) == (need, SOLD)
    held = policy(TODAY)
    assert explain(*pair_from(kept), held, TODAY) == explain(need, SOLD, held, TODAY)


def test_the_digest_changes_with_any_fact() -> None:
    other = replace(FULL, revenue=Money.of(8_000_001))
    assert digest_of(inputs_of(FULL, SOLD)) == digest_of(inputs_of(replace(FULL), SOLD))
    assert digest_of(inputs_of(FULL, SOLD)) != digest_of(inputs_of(other, SOLD))


def test_what_fits_comes_first_and_what_fails_says_why(world: World) -> None:
    fits = sell(world.bank, "收茶贷")
    dear = sell(world.bank, "贵的贷", offer(spread_low_bp=300, spread_high_bp=350))
    near = sell(world.rival, "百万贷", offer(criteria={"amount_max": 100_000_000, "term_max": 36}))
    far = sell(world.bank, "设备贷", offer(criteria={"amount_max": 100_000_000, "term_max": 6}))
    found = recommend(session(), load(session(), verified(world)), TODAY)
    assert found is not None
    assert [fit.offer.product.public_key for fit in found.fits] == [fits, dear]
    # this need states no ceiling: the price is not scored, and the lower rate only breaks the tie
    assert found.fits[0].why.points == found.fits[1].why.points
    wary = recommend(session(), load(session(), verified(world, terms=replace(GOOD, rate_ceiling_ppm=70_000))), TODAY)
    assert wary is not None
    assert wary.fits[0].why.points > wary.fits[1].why.points
    assert [fit.offer.product.public_key for fit in found.near] == [near]
    assert [fit.offer.product.public_key for fit in found.others] == [far]
    (failed,) = found.near[0].why.failing
    assert failed.change is not None and "100" in said(failed.reason, "zh")
    assert [fit.offer.product.name for fit in found.by_name] == ["收茶贷", "设备贷", "贵的贷", "百万贷"]
    for fit in (*found.fits, *found.near, *found.others):
        for reason in (*(line.reason for line in fit.why.lines), *(v.reason for v in fit.why.verdicts)):
            assert said(reason, "zh") and said(reason, "en")


def test_a_product_of_tomorrow_is_not_recommended_today(world: World) -> None:
    sell(world.bank, "明天贷", offer(effective_from=date(2026, 10, 1)))
    need = load(session(), verified(world))
    today, tomorrow = recommend(session(), need, TODAY), recommend(session(), need, date(2026, 10, 1))
    assert today is not None and tomorrow is not None
    assert ([*today.fits], len(tomorrow.fits)) == ([], 1)


def test_an_incomplete_need_is_not_matched(world: World) -> None:
    assert recommend(session(), load(session(), new_need(world, Terms())), TODAY) is None
    assert recommend(session(), load(session(), new_need(world, replace(GOOD, term_months=None))), TODAY) is None


def test_what_is_kept_says_what_was_shown_and_explains_itself(world: World) -> None:
    product, key = sell(world.bank, "收茶贷"), verified(world)

    def keep(inside: Session) -> int:
        found = offer_on(inside, product, TODAY)
        assert found is not None
        kept = keep_recommendation(inside, actor="user:x", need=load(inside, key), offer=found, on=TODAY, at=NOON)
        assert digest_of(kept.inputs) == kept.inputs_digest
        assert explained_again(kept).points == kept.points
        return kept.points

    live = recommend(session(), load(session(), key), TODAY)
    assert live is not None
    assert write_past_the_trail(keep) == live.fits[0].why.points


def test_names_of_places_and_industries() -> None:
    assert name_of("area", "610902", "zh") == "汉滨区"
    assert name_of("area", "610902", "en") != "汉滨区"
    assert name_of("area", "6109", "zh") == "安康市"
    assert name_of("area", "999999", "zh") is None
    assert industry_name("C1530") == "精制茶加工 C1530"
    assert industry_name("C1530", "en") == "Refined tea processing C1530"
    assert industry_name("1511", "en") == "Manufacture of liquor, beverages and refined tea 1511", "by its division"
    assert (industry_name(None), industry_name("C99999")) == ("", "C99999")
    assert name_of("size", "small", "zh") is None


def test_the_page_takes_no_more_statements_for_more_products(market: World, visitor: Browser) -> None:
    key = verified(market)
    counts = []
    for count in (2, 12):
        for number in range(count):
            sell(market.bank, f"产品 {count}-{number}")
        enter(visitor, "tea")
        with Statements() as counted:
            assert visitor.get(f"/needs/{key}/products").status_code == 200
        counts.append(len(counted.sent))
    assert counts[0] == counts[1] <= 13, counts


def test_many_products_are_paged_and_those_that_do_not_fit_have_pages_of_their_own(
    market: World, visitor: Browser
) -> None:  # fmt: skip
    key = verified(market)
    for number in range(13):
        sell(market.bank, f"合适 {number:02d} 号", offer(spread_low_bp=50 + number))
        sell(market.rival, f"太小 {number:02d} 号", offer(criteria={"amount_max": 10_000_000, "term_max": 6}))
    enter(visitor, "tea")

    def named(query: str) -> tuple[int, int]:
        page = visitor.get(f"/needs/{key}/products{query}").text
        return len(set(re.findall(r"合适 \d\d 号", page))), len(set(re.findall(r"太小 \d\d 号", page)))

    assert "13 个产品合适，0 个差一点" in visitor.get(f"/needs/{key}/products").text
    assert [named(""), named("?page=2"), named("?page=3")] == [(10, 0), (3, 0), (3, 0)]
    assert [named("?rest=1"), named("?rest=1&page=2")] == [(0, 10), (0, 3)]
    assert "其他 13 个产品为什么不合适" in visitor.get(f"/needs/{key}/products").text
    with Statements() as counted:
        visitor.get(f"/needs/{key}/products?page=2")
    assert len(counted.sent) <= 9


def test_a_shelf_lasts_until_something_about_products_changes(world: World) -> None:
    sell(world.bank, "收茶贷")
    first = shelf_on(session(), TODAY, "CNY")
    assert shelf_on(session(), TODAY, "CNY") is first
    remove_session()
    verified(world)
    assert shelf_on(session(), TODAY, "CNY") is first, "a need is no product"
    assert shelf_on(session(), date(2026, 10, 1), "CNY") is not first

    def rename(inside: Session) -> None:
        inside.get_one(Organisation, world.bank).name = "改名银行"

    def take(inside: Session) -> None:
        take_quota(inside, 1, 100, None)

    def retire(inside: Session) -> None:
        version = inside.get_one(ProductVersion, 1)
        retire_version(inside, actor="user:m", role="bank_manager", version=version, seen=version.version, on=TODAY,
                       at=NOON)  # fmt: skip

    seen = [first]
    for change in (rename, take, retire, lambda inside: None):
        remove_session()
        write_past_the_trail(change)
        seen.append(shelf_on(session(), TODAY, "CNY"))
    assert [one is other for one, other in pairwise(seen)] == [False, False, False, True]
    (offered,) = seen[2].offered.values()
    assert (offered.lender, offered.quota_left) == ("改名银行", Money.of(50_000_000) - Money(100))
    remove_session()
    sell(world.rival, "新的贷")
    assert [product.key for product in shelf_on(session(), TODAY, "CNY").catalogue.products] != [offered.key]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_firm_orders_products_compares_them_and_sees_why_they_tie(market: World, visitor: Browser) -> None:
    key, names = verified(market), ("便宜慢贷", "贵而快贷")
    cheap, fast = (
        sell(market.bank, names[0], offer(promised_workdays=30)),
        # of the same bank, so that its branches tell the two apart no more than the price does
        sell(market.bank, names[1], offer(spread_low_bp=300, spread_high_bp=350, promised_workdays=2)),
    )
    over = sell(market.bank, "百万贷", offer(criteria={"amount_max": 100_000_000, "term_max": 36}))
    enter(visitor, "tea")

    def order(query: str) -> list[str]:
        page = visitor.get(f"/needs/{key}/products{query}").text
        return sorted(names, key=page.index)

    # 3,000,000 at LPR + 55 to 120 bp and at LPR + 300 to 350 bp for a year
    page = visitor.get(f"/needs/{key}/products").text
    assert order("") == order("?sort=cost") == [*names]
    assert order("?sort=answer") == [*names[::-1]]
    assert order("?sort=no-such") == [*names]
    assert say("match_tie_rate") in page and "未提出利率上限，不计分" in page
    shown = rates_on(offer(), TODAY)
    assert f">{plain_amount(3 * shown.low.rate_ppm * 100, 'wan')}<" in page
    side = visitor.get(f"/needs/{key}/compare?product={fast}&product={over}&product=absent&product={fast}").text
    assert side.index(names[1]) < side.index("百万贷") and names[0] not in side and "差 1 项" in side
    assert cheap in visitor.get(f"/needs/{key}/compare").text, "without a choice the best ones"
    assert "还没有可比的产品" in visitor.get(f"/needs/{key}/compare?product=absent").text
    enter(visitor, "water")
    assert visitor.get(f"/needs/{key}/compare").status_code == 404


def test_english_and_chinese_pages_both_stand(market: World, visitor: Browser) -> None:
    key = verified(market)
    sell(market.bank, "收茶贷")
    sell(market.rival, "百万贷", offer(criteria={"amount_max": 100_000_000, "term_max": 36}))
    enter(visitor, "tea")
    assert "1 个产品合适，1 个差一点" in visitor.get(f"/needs/{key}/products").text
    page = visitor.get(f"/needs/{key}/products?lang=en").text
    assert say("match_line_amount", "en") in page and say("match_line_amount") not in page

"""What a loan costs in full and which schemes help, on the firm's pages; filters, answers and debts that decide."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.domain.matching.catalogue import LenderRecord as Told
from matchmaking.domain.matching.costs import Fee
from matchmaking.domain.matching.criteria import FIELDS
from matchmaking.domain.matching.explain import explain
from matchmaking.domain.matching.rules import parse_rules
from matchmaking.domain.money import Money
from matchmaking.foundation import storage
from matchmaking.foundation.storage import session
from matchmaking.market.matches.facts import inputs_of, pair_from
from matchmaking.market.matches.models import LenderRecord, RankingChoice
from matchmaking.market.matches.queries import Recommended, recommend
from matchmaking.market.matches.shown import Sieve, cards
from matchmaking.market.matches.wording import said
from matchmaking.market.products.models import ProductTerms
from matchmaking.registry.organisations.models import Organisation
from matchmaking.rulebook import say
from matchmaking.rulebook.matching import policy_of
from tests.market.market_world import GOOD, NOON, TODAY, World, enter, load, offer
from tests.market.matches.test_matches import FULL, SOLD
from tests.market.referral_world import sell, verified
from tests.past import write_past_the_trail
from tests.web_fixtures import Browser

GUARANTEED = Fee("guarantee", "guarantor", "yearly", 10_000, mode="surety")
VALUED = Fee("appraisal", "assessor", minor=200_000, mode="mortgage")
RULES: dict[str, Any] = {"amount_max": 500_000_000, "term_max": 36, "guarantees": ["credit", "mortgage", "surety"]}
BACKED = replace(GOOD, guarantees=frozenset({"surety", "mortgage"}), rate_ceiling_ppm=60_000)


def plain(page: str) -> str:
    """A page without its tags."""
    return re.sub(r"<[^>]*>", "", page)


def found(world: World, key: str) -> Recommended:
    storage.remove_session()
    recommended = recommend(session(), load(session(), key), TODAY)
    assert recommended is not None
    return recommended


def test_fees_are_kept_with_the_version_and_change_its_digest_only_where_there_are_any(world: World) -> None:
    assert "fees" not in offer().plain()
    assert offer().digest != offer(fees=(VALUED,)).digest
    sell(world.bank, "有费贷", offer(criteria=RULES, fees=(GUARANTEED, VALUED)))
    terms = session().scalars(select(ProductTerms)).one()
    assert terms.fees["rows"][0] == {
        "kind": "guarantee", "charged_by": "guarantor", "when": "yearly", "share_ppm": 10_000, "minor": 0,
        "mode": "surety",
    }  # fmt: skip
    assert terms.digest == offer(criteria=terms.criteria, fees=(GUARANTEED, VALUED)).digest


def test_a_card_spans_the_cheapest_and_the_dearest_way(world: World) -> None:
    sell(
        world.bank, "有费贷", offer(criteria={**RULES, "guarantees": ["mortgage", "surety"]}, fees=(GUARANTEED, VALUED))
    )
    seen = found(world, verified(world, terms=BACKED))
    (card,) = cards(seen, seen.fits)
    assert card.cheap is not None and card.dear is not None and card.rates is not None
    # 2,000 for the valuation, or one percent of three million for the guarantee
    assert card.cheap.fees_total == Money.of(2_000) and card.dear.fees_total == Money.of(30_000)
    assert card.low == Money(card.rates.low.rate_ppm * 300) + Money.of(2_000)
    assert card.cheap.simple_ppm == card.rates.low.rate_ppm + 667
    assert [fee for fee, _ in card.charged] == [VALUED, GUARANTEED]


def test_schemes_say_what_they_save_and_never_more_than_is_paid(world: World) -> None:
    sell(world.bank, "收茶贷", offer(criteria=RULES, fees=(GUARANTEED,)))
    seen = found(world, verified(world, terms=BACKED))
    (card,) = cards(seen, seen.fits)
    assert [(each.scheme.code, each.amount) for each in card.worths] == [("selenium_interest", Money.of(45_000))]
    assert card.cheap is not None and card.saved == Money.of(45_000) < card.cheap.total
    held = {each.scheme.code: each for each in seen.schemes}
    assert held["guarantee_fee_cut"].qualifies, "but the cheap way has no guarantee fee"
    assert not held["first_loan_interest"].qualifies
    assert held["community_factory_interest"].open_question


def test_the_sieve_keeps_what_passes(world: World) -> None:
    sell(world.bank, "快贷", offer(criteria=RULES, promised_workdays=2))
    sell(world.rival, "慢抵押贷", offer(criteria={**RULES, "guarantees": ["mortgage"]}, promised_workdays=9))
    seen = found(world, verified(world, terms=BACKED))
    bank = session().get_one(Organisation, world.rival).name

    def kept(sieve: Sieve) -> set[str]:
        return {fit.offer.product.name for fit in seen.fits if sieve.keeps(fit.offer)}

    assert kept(Sieve()) == {"快贷", "慢抵押贷"}
    assert kept(Sieve(bank=bank)) == {"慢抵押贷"}
    assert kept(Sieve(answer=3)) == kept(Sieve(guarantee="surety")) == {"快贷"}
    assert kept(Sieve(bank=bank, answer=3)) == set()


def test_what_the_need_form_asks_decides(world: World) -> None:
    asks = {**RULES, "collateral_kinds": ["workshop"], "season_months": ["03", "04"], "debt_max": 0}
    sell(world.bank, "春季厂房贷", offer(criteria=asks))
    silent = replace(BACKED, guarantees=frozenset({"mortgage"}))
    lacking = found(world, verified(world, terms=silent))
    (fit,) = (*lacking.near, *lacking.others)
    assert {verdict.criterion for verdict in fit.why.failing} == {"collateral", "season"}
    told = replace(silent, answers={"collateral": ["workshop"], "season": ["04"]})
    assert len(found(world, verified(world, terms=told)).fits) == 1


def test_branches_and_records_are_read_and_no_record_is_the_average(world: World) -> None:
    sell(world.bank, "有记录", offer(criteria=RULES))
    sell(world.rival, "没有记录", offer(criteria=RULES))
    bank = session().get_one(Organisation, world.bank).public_key

    def audited(inside: Session) -> None:
        for lender, verified_minor in ((bank, 900), ("name:别家", 300)):
            inside.add(LenderRecord(
                as_of=TODAY, lender_key=lender, size_class="small", currency="CNY", signed_count=30, signed_minor=1_000,
                verified_minor=verified_minor, audit_digest="a" * 64, recorded_at=NOON,
            ))  # fmt: skip

    write_past_the_trail(audited)
    fits = {fit.offer.product.name: fit.why for fit in found(world, verified(world, terms=BACKED)).fits}
    lines = {name: {line.line: line for line in why.lines} for name, why in fits.items()}
    assert {name: (each["record"].points * 1000 // each["record"].full) for name, each in lines.items()} == {
        "有记录": 750, "没有记录": 600,
    }  # fmt: skip
    assert "75.00 %" in said(lines["有记录"]["record"].reason, "zh")
    assert "不加也不减" in said(lines["没有记录"]["record"].reason, "zh")
    assert lines["有记录"]["place"].reason.code == "match_line_place_near"


def test_what_was_kept_before_these_facts_existed_still_comes_to_the_same_points() -> None:
    kept = inputs_of(FULL, SOLD)
    for name in ("debt", "park_kind", "answers", "like_mean_ppm"):
        kept["need"].pop(name)
    for name in ("places", "city", "records"):
        kept["product"].pop(name)
    held = policy_of("2026-09")
    assert explain(*pair_from(kept), held, TODAY) == explain(FULL, SOLD, held, TODAY)
    assert [line.line for line in explain(*pair_from(kept), held, TODAY).lines][-1] == "quota"


def test_new_facts_come_back_from_json_too() -> None:
    need = replace(FULL, debt=Money.of(5), park_kind="no_park", like_mean_ppm=5,
                   answers=(("collateral", frozenset({"workshop"})), ("season", frozenset({"03"}))))  # fmt: skip
    product = replace(
        SOLD, places=frozenset({"610902"}), city="6109", records=(Told("small", 3, 9, 4),),
        rules=parse_rules({"amount_max": 5, "debt_max": 5, "priorities": ["inclusive"]}, FIELDS),
    )  # fmt: skip
    assert pair_from(inputs_of(need, product)) == (need, product)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_the_pages_show_costs_fees_schemes_filters_and_one_sheet(market: World, visitor: Browser) -> None:
    key = verified(market, terms=BACKED)
    dear = sell(market.bank, "有费贷", offer(criteria={**RULES, "guarantees": ["surety"]}, fees=(GUARANTEED,)))
    sell(market.rival, "无费贷", offer(criteria=RULES))
    enter(visitor, "tea")
    page = plain(visitor.get(f"/needs/{key}/products").text)
    for words in ("担保费 3.00 万元（按 1.00 %），担保机构收，每年，保证才收", "没有登记利息以外的费用", "其中利息",
                  "担保降费奖补", "可省 1.50", "可叠加的政策", "补填资料后可知", "演示数据"):  # fmt: skip
        assert words in page, words
    sheet = plain(visitor.get(f"/needs/{key}/compare?product={dear}").text)
    for words in ("贷款明白纸", "复利，内部收益率", "合计付出", "银行收，每月", "担保机构收"):
        assert words in sheet, words
    assert "成本最低" in visitor.get(f"/needs/{key}/compare").text
    few = visitor.get(f"/needs/{key}/products?guarantee=mortgage&answer=5&bank=nobody&sort=cost").text
    assert "筛选后没有产品" in few
    odd = visitor.get(f"/needs/{key}/products?guarantee=magic&answer=-1&bank=").text
    assert "有费贷" in odd and "无费贷" in odd
    english = visitor.get(f"/needs/{key}/compare?lang=en").text
    assert "Cost sheet" not in english and "compounded, internal rate of return" in english
    assert say("fee_guarantee", "en") in english


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_who_wants_no_ranking_still_sees_costs_and_gets_no_points_anywhere(market: World, visitor: Browser) -> None:
    key = verified(market, terms=BACKED)
    sell(market.bank, "收茶贷", offer(criteria=RULES))

    def decline(inside: Session) -> None:
        inside.add(RankingChoice(organisation_id=market.firm, automated=False, recorded_at=NOON, recorded_by="user:x"))

    write_past_the_trail(decline)
    enter(visitor, "tea")
    for path in ("products", "products?sort=cost", "compare"):
        page = visitor.get(f"/needs/{key}/{path}").text
        assert "一年全部成本" in page and "收茶贷" in page
        assert "匹配度是" not in page and 'class="fit"' not in page and "满分" not in page, path


def test_terms_written_before_fees_existed_are_read_as_without(world: World) -> None:
    sell(world.bank, "旧贷", offer(criteria=RULES))
    terms = session().scalars(select(ProductTerms)).one()
    assert terms.fees == {"rows": []}

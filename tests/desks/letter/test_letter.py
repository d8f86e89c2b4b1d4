"""The letter's figures: each from its records, none divided by another."""

from __future__ import annotations

import pytest

from matchmaking.domain.money import Money
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.registry.organisations.models import Organisation
from matchmaking.support.awards.commands import AwardTold, open_award_list, record_awards
from tests.delivery.cases_world import JUNE, counted, morning
from tests.desks.gatherings.gathering_world import Gathering
from tests.desks.gatherings.test_gatherings import gathering, market, office, text_of  # noqa: F401  fixtures
from tests.market.market_world import World
from tests.web_fixtures import Browser

ON_ONE_ENGINE = pytest.mark.parametrize("engine_name", ["sqlite"])
PAGE = "/portfolios/fair/letter"


def subsidise(session: object, *, firm: int) -> None:
    listed = open_award_list(
        session, actor="seed", kind="subsidy", number="1", title="第一批贴息", document="演示〔2025〕1号",
        decided_on=JUNE, on=JUNE, at=morning(JUNE), public_key="first",
    )  # type: ignore[arg-type]  # fmt: skip
    rows = [AwardTold(session.get_one(Organisation, firm), Money.of(23_456), JUNE)]  # type: ignore[attr-defined]
    record_awards(session, actor="seed", listed=listed, rows=rows, on=JUNE, at=morning(JUNE))  # type: ignore[arg-type]


@ON_ONE_ENGINE
def test_every_figure_comes_from_records_and_opens_them(
    gathering: Gathering,  # noqa: F811
    office: Browser,  # noqa: F811
    market: World,  # noqa: F811
) -> None:
    run_in_unit_of_work(subsidise, firm=market.firm)
    page = text_of(office, PAGE)
    assert "2 户，800.00 万元" in page, "the frozen list"
    assert "1 场，800.00 万元" in page, "a contract of three million and an intent of five, as the letter writes"
    assert "借款合同 1 300.00" in page and "意向书 1 500.00" in page, "each by itself"
    assert "1 批，2.35 万元" in page
    assert "还没有冻结的名单" in page, "nothing was recommended upward"
    for address in ("/batches?kind=city", "/portfolios/fair/events?kind=matching", "/awards"):
        assert f'href="{address}"' in office.get(PAGE).text


def test_signed_is_not_divided_by_recommended_and_two_questions_are_offered(
    gathering: Gathering,  # noqa: F811
    office: Browser,  # noqa: F811
) -> None:
    page = text_of(office, PAGE)
    assert "这两个数不能相除" in page and "不予计算" in page
    assert "两边都有的企业只有 1 户" in page
    assert "这 1 场签的借款合同，核实到账多少？ 50.00 %" in page
    assert "这 2 户推荐需求，满足多少？ 18.75 %" in page, "1.5 million of eight"
    assert "100.00 %" not in page, "eight divided by eight"


@ON_ONE_ENGINE
def test_the_number_of_statements_is_fixed_and_the_bare_address_leads_there(
    gathering: Gathering,  # noqa: F811
    office: Browser,  # noqa: F811
) -> None:
    with counted() as statements:
        office.get(PAGE)
    assert len(statements) <= 10
    assert office.get("/letter").headers["Location"].endswith(PAGE)

"""Pages of plans: made and solved, read by those who may, steered by forms without scripts, taken away, frozen."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import insert, select

from matchmaking.foundation.storage import remove_session, session
from matchmaking.market.allocations.models import AllocationPlan
from matchmaking.market.allocations.queries import plan_by_key
from tests.delivery.cases_world import counted
from tests.market.allocation_world import frozen_list, planned, solved, stocked
from tests.market.market_world import NOON, TODAY, World, enter
from tests.past import write_past_the_trail
from tests.web_fixtures import Browser

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"])


def fields(page: str, ending: str = "") -> dict[str, str]:
    found = dict(re.findall(r'<input[^>]*id="([a-z_]+)"[^>]*value="([^"]*)"', page))
    return {"version": found[f"{ending}version"], "key": found[f"{ending}key"]}


@pytest.fixture
def plan(market: World) -> str:
    """A solved plan over a list of three firms, two of which can be matched."""
    stocked(market, quota_wan=400)
    frozen_list()
    planned()
    solved()
    remove_session()
    return "plan"


def test_a_plan_is_made_from_a_frozen_list_and_waits_for_the_worker(market: World, visitor: Browser) -> None:
    stocked(market)
    frozen_list()
    enter(visitor, "city")
    assert "/batches/list/plans" in visitor.get("/batches/list").text
    answer = visitor.submit("/batches/list/plans", {"count_most": "20", "key": "k" * 32})
    assert answer.status_code == 303
    page = visitor.get(answer.location).text
    assert "已排队" in page and 'http-equiv="refresh"' in page
    again = visitor.submit("/batches/list/plans", {"count_most": "20", "key": "k" * 32})
    assert again.location == answer.location
    assert len(session().scalars(select(AllocationPlan)).all()) == 1
    wrong = visitor.submit("/batches/list/plans", {"count_most": "0", "key": "z" * 32})
    assert wrong.status_code == 422


def test_the_plan_says_who_goes_where_what_quotas_cost_and_who_found_no_place(plan: str, visitor: Browser) -> None:
    enter(visitor, "city")
    page = visitor.get("/plans/plan").text
    assert "3 户里 2 户有去处" in page and "可安排的全部安排了" in page
    assert "茶业贷" in page and "农商贷" in page and "安康硒语茶业有限公司" in page
    assert re.search(r"再多 1 万元额度，方案多 \d+\.\d{3} 分", page)
    assert "没有已发布且仍有效的需求" in page and "汉江毛绒玩具有限公司" in page
    assert "离理论上限" in page and "首贷企业" not in page.split("照顾下限")[0]
    by_firm = visitor.get("/plans/plan?by=firm").text
    assert "紫阳山泉饮品有限公司" in by_firm


def test_pairs_are_pinned_by_a_form_and_solved_again(plan: str, visitor: Browser) -> None:
    enter(visitor, "city")
    page = visitor.get("/plans/plan/firms/1").text
    product = re.findall(r'name="product" value="([^"]*)"', page)[0]
    version = re.findall(r'name="version" value="([^"]*)"', page)[0]
    told = {"product": product, "version": version, "key": "k" * 32, "wish": "pin"}
    short = visitor.submit("/plans/plan/firms/1", {**told, "words": "短"})
    assert short.status_code == 422 and "短" in short.text
    assert visitor.submit("/plans/plan/firms/1", {**told, "words": "老客户已谈妥", "key": "x" * 32}).status_code == 303
    page = visitor.get("/plans/plan").text
    assert "老客户已谈妥" in page and "还没有重新求解" in page
    remove_session()
    assert visitor.submit("/plans/plan/solve", fields(page, "step_")).status_code == 303
    stale = visitor.submit("/plans/plan/discard", {"version": "1", "key": "y" * 32})
    assert stale.status_code == 409


def test_a_plan_is_taken_away_and_frozen_by_one_press(plan: str, visitor: Browser) -> None:
    enter(visitor, "city")
    told = CalamineWorkbook.from_filelike(BytesIO(visitor.get("/plans/plan/plan.xlsx").data))
    assert len(told.get_sheet_by_index(0).to_python()) == 1 + 2
    assert told.get_sheet_by_index(2).to_python()[1][1] == "汉江毛绒玩具有限公司"
    page = visitor.get("/plans/plan").text
    assert visitor.submit("/plans/plan/freeze", fields(page, "step_")).status_code == 303
    page = visitor.get("/plans/plan").text
    assert "已冻结" in page and "方案指纹" in page and "重新求解" not in page
    found = plan_by_key(session(), "plan")
    assert found is not None and found.digest and found.digest[:16] in page


def test_a_county_reads_its_own_firms_and_steers_nothing(plan: str, visitor: Browser) -> None:
    enter(visitor, "elsewhere")
    page = visitor.get("/plans/plan").text
    assert "紫阳山泉饮品有限公司" in page and "安康硒语茶业有限公司" not in page and "毛绒玩具" not in page
    assert visitor.get("/plans/plan/firms/1").status_code == 404
    assert visitor.get("/plans/plan/firms/3").status_code == 200
    for path in ("/plans/plan/solve", "/plans/plan/freeze", "/plans/plan/discard", "/plans/plan/firms/3"):
        assert visitor.submit(path, {"version": "3", "key": "z" * 32}).status_code == 404
    enter(visitor, "tea")
    assert visitor.get("/plans/plan").status_code in (403, 404)


def test_a_countys_list_is_absent_for_another_county(market: World, visitor: Browser) -> None:
    frozen_list("county-list", area="610902")
    planned("hidden", "county-list")
    enter(visitor, "elsewhere")
    assert visitor.get("/plans/hidden").status_code == 404
    assert visitor.get("/batches/county-list/plans").status_code == 404
    enter(visitor, "county")
    assert visitor.get("/plans/hidden").status_code == 200


def test_the_list_takes_three_statements_at_ten_and_at_ten_thousand(market: World, visitor: Browser) -> None:
    frozen_list()
    enter(visitor, "city")
    for first, count in ((1, 10), (11, 9_990)):
        rows: list[dict[str, Any]] = [
            {
                "public_key": f"plan-{n}", "batch_id": 1, "number": n, "on_day": TODAY, "policy_version": "",
                "state": "draft", "version": 1, "run": 0, "count_most": 5, "bound_by": "", "created_at": NOON,
                "created_by": "test",
            }
            for n in range(first, first + count)
        ]  # fmt: skip
        write_past_the_trail(lambda inside, rows=rows: inside.execute(insert(AllocationPlan), rows))  # type: ignore[misc]
        remove_session()
        with counted() as statements:
            page = visitor.get("/batches/list/plans").text
        assert len(statements) <= 3, statements
        assert f"方案 {first + count - 1}" in page


def test_one_plan_takes_few_statements_whatever_its_length(plan: str, visitor: Browser) -> None:
    enter(visitor, "city")
    with counted() as statements:
        visitor.get("/plans/plan")
    assert len(statements) <= 8, statements

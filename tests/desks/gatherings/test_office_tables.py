"""Below the ledger of the office's home: banks by sound and without rank, counties, meetings, who has not reported."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, text

from matchmaking.delivery.audits.models import AuditSnapshot
from matchmaking.delivery.audits.queries import latest_snapshot
from matchmaking.delivery.findings.commands import NewFinding, add_findings
from matchmaking.delivery.findings.largest import largest_open
from matchmaking.desks.office.asked import Asked
from matchmaking.desks.office.months import months_of
from matchmaking.desks.office.setting import setting_of
from matchmaking.desks.office.tables import Share, tables_of
from matchmaking.domain.pinyin import in_pinyin_order
from matchmaking.foundation.storage import session
from tests.delivery.cases_world import JUNE, MILLION, counted, viewer
from tests.desks.gatherings.gathering_world import Gathering, snapshot
from tests.desks.gatherings.test_gatherings import gathering, market, office, text_of  # noqa: F401  fixtures
from tests.past import write_past_the_trail
from tests.web_fixtures import Browser

ON_ONE_ENGINE = pytest.mark.parametrize("engine_name", ["sqlite"])
HOME = "/portfolios/fair"


def test_names_are_sorted_by_sound_whatever_they_signed() -> None:
    names = ["子午银行", "巴山银行", "秦岭银行", "汉江银行", "长岭银行"]
    assert sorted(names, key=in_pinyin_order) == ["巴山银行", "长岭银行", "汉江银行", "秦岭银行", "子午银行"]


def test_under_five_papers_nothing_is_said() -> None:
    assert [Share("", count, 1, 1, 0).too_few for count in (0, 4, 5)] == [True, True, False]


@ON_ONE_ENGINE
def test_the_home_shows_banks_counties_meetings_and_who_is_silent(
    gathering: Gathering,  # noqa: F811
    office: Browser,  # noqa: F811
) -> None:
    other = {
        "lender": "演示巴山银行",
        "branch": "演示巴山银行营业部",
        "firm": "别家企业有限公司",
        "area_name": "紫阳县",
    }
    gathering.cases.sign("P7", amount_minor=7 * MILLION, **other)
    snapshot(gathering.cases)
    page = text_of(office, HOME)
    assert page.index("演示巴山银行") < page.index("演示汉江银行", page.index("按银行"))
    assert "演示巴山银行 件数不足，不评 1 700.00 0.00" in page
    assert "演示汉江银行 件数不足，不评 1 300.00 150.00" in page, "pre-event stock and late entries are not in it"
    assert "2025-06 谁还没报" in page and "2 家未报" in page, "nobody has reported June"
    assert "从未报过" in page
    with counted() as statements:
        office.get(HOME)
    assert len(statements) <= 8


@ON_ONE_ENGINE
@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("months", ("2025-03", "核实占比")), ("areas", ("紫阳县 1 700.00", "签约走到哪一步")),
        ("rates", ("合同放款率", "新增资金落地率", "会前存量")), ("events", ("春季对接会",)),
    ],
)  # fmt: skip
def test_what_is_not_on_the_home_is_one_click_away(
    gathering: Gathering,  # noqa: F811
    office: Browser,  # noqa: F811
    part: str,
    words: tuple[str, ...],
) -> None:
    gathering.cases.sign("P7", amount_minor=7 * MILLION, area_name="紫阳县", firm="别家企业有限公司")
    snapshot(gathering.cases)
    assert f'href="{HOME}/{part}?' in office.get(HOME).get_data(as_text=True)
    address = f"{HOME}/{part}"
    page = text_of(office, address)
    assert all(one in page for one in words), page
    with counted() as statements:
        office.get(address)
    assert len(statements) <= 5


@ON_ONE_ENGINE
def test_the_home_names_the_two_rates_and_keeps_what_is_left_out_a_click_away(
    gathering: Gathering,  # noqa: F811
    office: Browser,  # noqa: F811
) -> None:
    assert gathering
    home, rates = text_of(office, HOME), text_of(office, f"{HOME}/rates")
    assert "按件数，和不计的各项" in home and "会前存量 1 件" not in home
    assert "按件数：" in rates and "会前存量 1 件" in rates


@ON_ONE_ENGINE
def test_an_intent_has_no_months(gathering: Gathering, office: Browser) -> None:  # noqa: F811
    assert gathering
    assert "意向不约定放款" in text_of(office, f"{HOME}/months?grade=intent_letter")


@ON_ONE_ENGINE
def test_the_tables_add_up_to_the_grade(gathering: Gathering) -> None:  # noqa: F811
    opened = latest_snapshot(session(), viewer(), "fair", today=JUNE)
    assert opened is not None and opened.snapshot is not None
    asked = Asked(as_of=None, known_on=None, unit="", grade="", unreadable=())
    setting = setting_of(opened, asked, portfolios=[], action="", may_reckon=False)
    found = tables_of(session(), viewer(), setting, opened.snapshot, "loan_contract")
    grade = next(one for one in opened.payload["grades"] if one["grade"] == "loan_contract")
    for rows in (found.banks, found.areas):
        assert sum(row.signed_minor for row in rows) == grade["signed_minor"]
        assert sum(row.count for row in rows) == grade["count"]
    unexplained = sum(row["amount_minor"] for row in grade["buckets"] if row["bucket"] == "U")
    assert sum(row.unexplained_minor for row in found.banks) == unexplained


@ON_ONE_ENGINE
def test_the_months_of_contracts_add_up_and_intents_have_none(gathering: Gathering) -> None:  # noqa: F811
    opened = latest_snapshot(session(), viewer(), "fair", today=JUNE)
    assert opened is not None and opened.snapshot is not None
    months = months_of(session(), opened.snapshot, "loan_contract")
    assert months is not None
    grade = next(one for one in opened.payload["grades"] if one["grade"] == "loan_contract")
    assert sum(row.signed_minor for row in months.rows) == grade["signed_minor"]
    assert months.papers == grade["count"]
    assert months.widest.missing_minor == max(row.signed_minor - row.verified_minor for row in months.rows)
    assert months_of(session(), opened.snapshot, "intent_letter") is None


def test_the_largest_and_the_newest_of_each_kind_come_first_with_the_days_left(
    gathering: Gathering,  # noqa: F811
) -> None:
    portfolio = gathering.cases.portfolio
    seen = [("a", 900, 3), ("b", 4_000, 4), ("c", 50, 5), ("d", 10, 5)]
    found = [
        NewFinding(f"k{name}", "promise_overdue", date(2025, 6, day), None, {"amount": amount, "why": None})
        for name, amount, day in seen
    ]
    at = datetime(2025, 6, 5, 2, tzinfo=UTC)
    write_past_the_trail(add_findings, portfolio_id=portfolio.id, statement_id=None, found=found, at=at)
    on = {
        day: largest_open(session(), viewer(), portfolio, until=date(2025, 6, day), on=date(2025, 6, 10))
        for day in (4, 5)
    }
    assert [one.amount_minor for one in on[4]] == [4_000], "the largest is the newest, too"
    assert [one.amount_minor for one in on[5]] == [4_000, 50]
    assert {(one.due_on, one.left) for one in on[5]} == {(date(2025, 6, 12), 2)}, "five workdays after 5 June"
    late = largest_open(session(), viewer(), portfolio, until=date(2025, 6, 5), on=date(2025, 6, 16))
    assert {one.left for one in late} == {-2}


@ON_ONE_ENGINE
def test_no_page_changes_the_audit_that_all_pages_share(
    gathering: Gathering,  # noqa: F811
    office: Browser,  # noqa: F811
) -> None:
    assert gathering
    raw = session().scalars(text("SELECT payload FROM audit_snapshot")).all()
    parts = ("", "/months", "/areas", "/rates", "/events", "/agreements", "/divide", "/agreements.xlsx", "/letter")
    for part in (*parts, "?unit=yi", "?known_at=2025-06-30"):
        assert office.get(f"{HOME}{part}").status_code == 200, part
    shared = session().scalars(select(AuditSnapshot)).all()
    assert [json.loads(one) for one in raw] == [one.payload for one in shared]

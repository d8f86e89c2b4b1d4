"""Lines over HTTP: pasted, shown side by side, accepted or turned down; other people's doors; the bridges' workbook."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest
import time_machine
from flask import Flask

from matchmaking.foundation import storage
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.registry.portfolios.commands import create_portfolio
from matchmaking.registry.portfolios.queries import portfolio_by_code
from tests.delivery.cases_world import ACTOR, MILLION, World, counted, morning
from tests.journeys.thread_world import plain
from tests.web_fixtures import Browser, sign_in

NOON = datetime(2025, 6, 30, 4, 0, tzinfo=UTC)
FIRM, OTHER = "演示企业有限公司", "演示企业的他行账户"
LINES = "/portfolios/city/lines"
ROWS = (
    "日期\t金额\t银行\t借据号\t利率\t收款方\n"
    "2025-04-10\t1,000,000.00\t演示汉江银行汉滨支行\tJJ1\n"
    "2025-04-12\t490,000.00\t演示汉江银行汉滨支行\tJJ2\n"
)


@pytest.fixture
def city(app: Flask, people: dict[Role, int]) -> Iterator[World]:
    """A paper of which two payments were reported."""
    with time_machine.travel(NOON, tick=True):
        told = {"title_zh": "某市", "title_en": "A city", "currency": "CNY", "jurisdiction": "*"}
        at = morning(date(2025, 1, 2))
        for code, kind in (("city", "cases"), ("told", "statement")):
            run_in_unit_of_work(create_portfolio, actor=ACTOR, code=code, kind=kind, at=at, **told)
        found = portfolio_by_code(storage.session(), "city")
        assert found is not None
        storage.session().expunge_all()
        world = World(found)
        paper = world.sign()
        world.baseline(paper)
        world.pay(paper, MILLION, "JJ1")
        world.pay(paper, 500_000_00, "JJ2")
        storage.remove_session()
        yield world


@pytest.fixture
def office(city: World, client: Browser) -> Browser:
    """The city's finance office at its browser."""
    sign_in(client, Role.FINANCE_OFFICE_CITY)
    return client


def send(browser: Browser, path: str, **data: Any) -> Any:
    return browser.submit(path, {"key": uuid.uuid4().hex, **data})


def paste(browser: Browser, rows: str = ROWS, **more: Any) -> Any:
    return send(browser, f"{LINES}/new", **({"source": OTHER, "firm": FIRM, "rows": rows} | more))


def first_line(browser: Browser, side: str = "") -> str:
    page = browser.get(LINES, query_string={"side": side}).get_data(as_text=True)
    found = re.search(rf'href="({LINES}/outside-[^"]+)"', page)
    assert found
    return found[1]


def candidate(browser: Browser, path: str) -> str:
    found = re.search(r'name="report" value="([^"]+)"', browser.get(path).get_data(as_text=True))
    assert found
    return found[1]


def test_lines_are_pasted_matched_shown_beside_and_accepted(office: Browser):
    assert paste(office).status_code == 303
    told = plain(office.get(LINES))
    assert "新录 2 行，原有 0 行；对上 1 笔，待核对 1 对" in told
    assert "49.00" in told and "1 笔待核对" in told and "共 1 条" in told and "79" in told, "with its age in days"
    path = first_line(office)
    beside = plain(office.get(path))
    assert "可能是借据 JJ2" in beside
    assert "金额（元） 490,000.00 500,000.00 不同" in beside
    assert "日期 2025-04-12 2025-04-10 不同" in beside
    assert "借据号 JJ2 JJ2 一致" in beside
    assert send(office, f"{path}/accept", report=candidate(office, path)).status_code == 303
    assert "已对上：借据 JJ2 人工认定" in plain(office.get(path))
    matched = plain(office.get(LINES, query_string={"side": "matched"}))
    assert "完全一致" in matched and "金额、日期" in matched
    assert "没有" in plain(office.get(LINES, query_string={"side": "bank"}))


def test_a_pair_is_turned_down_with_a_reason_and_both_sides_stay_listed(office: Browser):
    paste(office)
    path = first_line(office)
    report = candidate(office, path)
    assert send(office, f"{path}/reject", report=report).status_code == 422
    assert send(office, f"{path}/reject", report=report, words="这是货款，不是贷款").status_code == 303
    assert "已认定不是同一笔" in plain(office.get(path)) and "这是货款" in plain(office.get(path))
    assert "没有相近的放款" in plain(office.get(LINES))
    assert "JJ2" in plain(office.get(LINES, query_string={"side": "bank"}))
    again = send(office, f"{path}/accept", report=report)
    assert again.status_code == 303
    assert "已经有人说过这一对不是同一笔" in plain(office.get(path))


def test_what_cannot_be_read_says_its_row_and_nothing_is_taken_in(office: Browser):
    answer = paste(office, ROWS + "2025-04-31\t5\t甲行\n")
    assert answer.status_code == 409 and "第 4 行的日期“2025-04-31”读不出" in plain(answer)
    assert paste(office, firm="没有这家").status_code == 409
    assert paste(office, source="演示汉江银行").status_code == 409
    assert paste(office, rows="").status_code == 422
    assert "共 0 条" in plain(office.get(LINES))


def test_each_list_and_the_bridges_take_three_statements(office: Browser):
    paste(office)
    for path in (LINES, f"{LINES}?side=bank", f"{LINES}?side=matched", "/portfolios/city/bridges"):
        office.get(path)
        with counted() as sent:
            assert office.get(path).status_code == 200
        assert len(sent) <= 3, (path, sent)


def test_bridges_close_on_the_page_and_in_the_workbook(office: Browser):
    told = plain(office.get("/portfolios/city/bridges?month=2025-04"))
    assert "演示汉江银行 0.00 1,500,000.00 0.00 0.00 1,500,000.00 合得上" in told
    assert "演示汉江银行 1,500,000.00 0.00 0.00 0.00 1,500,000.00 合得上" in plain(
        office.get("/portfolios/city/bridges?month=2025-05")
    )
    assert "到这个月末还没有放款报送" in plain(office.get("/portfolios/city/bridges?month=2025-03"))
    assert office.get("/portfolios/city/bridges?month=9999-99").status_code == 200
    book = openpyxl.load_workbook(BytesIO(office.get("/portfolios/city/bridges.xlsx?month=2025-04").data))
    rows = list(book.worksheets[0].iter_rows(min_row=2, values_only=True))
    assert rows == [("演示汉江银行", 0, 1_500_000, 0, 0, 1_500_000), ("合计", 0, 1_500_000, 0, 0, 1_500_000)]


def test_what_is_not_yours_or_not_there_is_a_404(office: Browser, client: Browser):
    paste(office)
    path = first_line(office)
    for absent in ("/portfolios/told/lines", "/portfolios/none/lines", f"{LINES}/none", "/portfolios/told/bridges"):
        assert office.get(absent).status_code == 404
    assert send(office, f"{LINES}/none/accept", report="x").status_code == 404
    sign_in(client, Role.FINANCE_OFFICE_COUNTY)
    for absent in (LINES, path, "/portfolios/city/bridges", "/portfolios/city/periods"):
        assert client.get(absent).status_code == 404
    assert send(client, f"{path}/accept", report="x").status_code in (403, 404)

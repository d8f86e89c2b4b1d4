"""The office's pages over HTTP on both engines: figures, filters, doors, numbers of statements, exports."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from html import unescape
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import event, insert, select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.audits.models import AuditLine, AuditRow, AuditSnapshot
from matchmaking.desks.office.asked import Addresses
from matchmaking.foundation import storage
from matchmaking.foundation.access.roles import Role
from matchmaking.registry.portfolios.models import Portfolio
from tests.databases import crowd
from tests.desks.payloads import cases
from tests.past import write_past_the_trail
from tests.web_fixtures import Browser, sign_in

HOME = "/portfolios/golden"
LIST = "/portfolios/golden/agreements"
AT = datetime(2026, 9, 30, 4, tzinfo=UTC)
DAY = date(2026, 9, 30)


def text_of(response: Any) -> str:
    """The page as plain words."""
    assert response.status_code == 200, response.status
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.get_data(as_text=True))))


@contextmanager
def counted() -> Iterator[list[str]]:
    """SQL statements sent meanwhile, without the transaction's own."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
            seen.append(statement)

    event.listen(storage.engine(), "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(storage.engine(), "before_cursor_execute", note)


def big(session: Session, number: int, code: str = "big", firms: Sequence[str] = ()) -> None:
    """A portfolio of ``number`` agreements with one audit, rows and lines; its figures do not matter here."""
    portfolio = Portfolio(
        code=code, title_zh="大组合", title_en="Big", kind="cases", currency="CNY", jurisdiction="*", created_at=AT,
        default_as_of=DAY,
    )  # fmt: skip
    session.add(portfolio)
    session.flush()
    session.execute(insert(Agreement), [_paper(portfolio.id, f"{code}-{n}") for n in range(number)])
    snapshot = AuditSnapshot(
        portfolio_id=portfolio.id, as_of=DAY, known_on=DAY, facts_seq=0, payload=cases(), made_at=AT
    )
    session.add(snapshot)
    session.flush()
    own = select(Agreement.id, Agreement.public_key).where(Agreement.portfolio_id == portfolio.id)
    ids = session.execute(own.order_by(Agreement.id)).all()
    rows = [_row(snapshot.id, *one) for one in ids]
    for row, firm in zip(rows, firms, strict=False):
        row["firm"] = firm
    session.execute(insert(AuditRow), rows)
    session.execute(insert(AuditLine), [_line(snapshot.id, one[0]) for one in ids])


def _paper(portfolio_id: int, key: str) -> dict[str, Any]:
    return {
        "public_key": key, "portfolio_id": portfolio_id, "origin": "case", "series": "test", "external_id": key,
        "instrument": "loan_contract", "amount_minor": 100, "currency": "CNY", "signed_on": DAY, "declared": "new",
        "revolving": False, "by_project_plan": False, "recorded_at": AT, "recorded_by": "test",
    }  # fmt: skip


def _row(snapshot_id: int, agreement_id: int, key: str) -> dict[str, Any]:
    return {
        "snapshot_id": snapshot_id, "agreement_id": agreement_id, "public_key": key, "external_id": key,
        "firm": f"企业 {key}", "lender": "银行", "grade": "loan_contract", "standing": "member", "status": "drawn",
        "band": 2, "signed_on": DAY, "signed_minor": 100, "paid": True, "paid_minor": 100, "verified_minor": 100,
        "open_minor": 0, "buckets": {"A1": 100}, "search": f"企业 {key}",
    }  # fmt: skip


def _line(snapshot_id: int, agreement_id: int) -> dict[str, Any]:
    return {
        "snapshot_id": snapshot_id, "agreement_id": agreement_id, "grade": "loan_contract", "standing": "member",
        "bucket": "A1", "amount_minor": 100, "verified_minor": 100, "band": 2,
    }  # fmt: skip


def test_home_leads_to_the_portfolio(office: Browser) -> None:
    assert office.get("/").headers["Location"] == "/office"
    answer = office.get("/office")
    assert answer.status_code == 303
    assert answer.headers["Location"] == HOME


def test_the_ledger_of_the_golden_cases(office: Browser) -> None:
    page = text_of(office.get(HOME))
    assert "借款合同 3,250.00 万元：核实到账 2,060.00，还有 160.00 没有说法" in page
    assert "63.38 %" in page
    assert "2,060.00 ÷ 3,250.00 万元" in page
    assert "合计 = 签约额 3,250.00 100.00 2,060.00 11" in page


def test_the_unit_changes_every_amount(office: Browser) -> None:
    page = text_of(office.get(f"{HOME}?unit=yuan"))
    assert "32,500,000.00 元" in page
    assert "3,250.00 万元" not in page


def test_another_grade_has_its_own_ledger(office: Browser) -> None:
    page = text_of(office.get(f"{HOME}?grade=intent_letter"))
    assert "意向落地率" in page
    assert "合同放款率" not in page.split("可以改问")[0].split("口径")[0]


def test_what_was_known_then_stands_beside_what_is_known_now(office: Browser) -> None:
    page = text_of(office.get(f"{HOME}?as_of=2025-06-30&known_at=2025-06-30"))
    assert "更正：现在所知与当时不同" in page
    assert "+300.00" in page
    assert "核实到账 1,760.00" in page


def test_a_pair_of_days_nobody_reckoned_offers_one_button_and_writes_nothing(office: Browser) -> None:
    page = office.get(f"{HOME}?as_of=2025-05-20").get_data(as_text=True)
    assert page.count('<button class="b b-main b-big"') == 1
    assert "还没有算过" in page
    answer = office.submit(
        f"{HOME}/audit", {"as_of": "2025-05-20", "known_at": "2026-09-30", "back": f"{HOME}?as_of=2025-05-20"}
    )
    assert answer.status_code == 303
    assert "核实到账" in text_of(office.get(answer.headers["Location"]))


def test_a_day_that_cannot_be_reckoned_is_refused_in_words(office: Browser) -> None:
    for day, status in (("2050-01-01", 303), ("2999-01-01", 400), ("nonsense", 400), ("", 400)):
        assert office.submit(f"{HOME}/audit", {"as_of": day}).status_code == status


def test_a_button_never_leads_off_the_site(office: Browser) -> None:
    answer = office.submit(f"{HOME}/audit", {"as_of": "2025-06-30", "back": "https://evil.example/"})
    assert answer.headers["Location"].startswith("/portfolios/golden?")


def test_a_malformed_day_shows_the_default_and_says_so(office: Browser) -> None:
    assert "“soon”不是日期" in text_of(office.get(f"{HOME}?as_of=soon"))


def test_figure_agreements_facts_in_three_clicks(office: Browser) -> None:
    page = office.get(HOME).get_data(as_text=True)
    figure = unescape(re.search(r'id="b-A1".*?<a href="([^"]+)"', page, re.DOTALL)[1])
    listed = office.get(figure).get_data(as_text=True)
    assert "A1 新增已核实：9 件" in re.sub(r"<[^>]+>|\s+", lambda m: " " if m[0].isspace() else "", listed)
    one = unescape(re.search(r'<th scope="row"><a href="([^"]+)"', listed)[1])
    sheet = office.get(one).get_data(as_text=True)
    assert "三方对账" in sheet
    file = unescape(re.search(r'href="([^"]+/evidence/[0-9]+)"', sheet)[1])
    answer = office.get(file)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_the_amounts_behind_a_figure_add_up_to_it(office: Browser) -> None:
    listed = office.get(f"{LIST}?bucket=A1&grade=loan_contract&standing=member&unit=yuan").get_data(as_text=True)
    amounts = re.findall(r'data-head="A1"><b><data value="([0-9.]+)"', listed)
    assert len(amounts) == 9
    assert sum(int(amount.replace(".", "")) for amount in amounts) == 18_600_000_00


def test_every_golden_case_has_its_page(office: Browser) -> None:
    keys = set(re.findall(r"/agreements/(G[0-9A-Z]+-[A-Z]+)\?", office.get(LIST).get_data(as_text=True)))
    assert len(keys) == 14
    for key in keys:
        page = text_of(office.get(f"{LIST}/{key}"))
        assert "事实时间线" in page
        assert "moment_" not in page
        assert "None" not in page


def test_a_voided_report_stays_visible(office: Browser) -> None:
    page = office.get(f"{LIST}/G03-S").get_data(as_text=True)
    assert "tl-void" in page
    assert "金额录错" in page


def test_what_a_verdict_settled_is_not_said_to_be_agreed(office: Browser) -> None:
    page = text_of(office.get(f"{LIST}/G04-S"))
    assert "三方对账：1 笔经裁定核实" in page
    assert "1 笔经裁定，不是双方一致" in page
    assert "两方一致" not in page
    agreed = text_of(office.get(f"{LIST}/G01-S"))
    assert "两方一致" in agreed and "经裁定" not in agreed


def test_no_filter_breaks_the_list(office: Browser) -> None:
    for query in (
        *("bucket=ZZ", "band=9", "page=99999999", "page=-1", "sort=drop", "q=%25", "q=%00", "grade=%27", "finding=x"),
        *("status=%F0%A0%AE%B7", "paid=maybe", "unit=furlong", "as_of=2025-06-30&known_at=2025-07-05&sort=-verified"),
    ):
        assert office.get(f"{LIST}?{query}").status_code in (200, 303, 400), query


def test_what_is_not_there_is_a_404(office: Browser) -> None:
    none = "/portfolios/none"
    for path in (none, f"{none}/agreements", f"{none}/divide", f"{none}/agreements.xlsx", f"{LIST}/none"):
        assert office.get(path).status_code == 404, path
    assert office.get(f"{LIST}/G01-S/evidence/999999").status_code == 404


def test_another_jurisdiction_finds_nothing(demo: Flask, client: Browser) -> None:
    sign_in(client, Role.FINANCE_OFFICE_COUNTY)
    for path in (HOME, LIST, f"{LIST}/G01-S", f"{LIST}.xlsx", f"{HOME}/divide", f"{LIST}/G01-S/evidence/1"):
        assert client.get(path).status_code == 404, path


def test_a_county_is_not_sent_to_what_is_told_of_the_whole_city(demo: Flask, client: Browser) -> None:
    sign_in(client, Role.FINANCE_OFFICE_COUNTY)
    assert "来信里的数字" not in text_of(client.get("/office"))


def test_addresses_of_a_list_are_those_of_each_agreement(app: Flask) -> None:
    with app.test_request_context():
        of_city = Addresses("one-of-many", date(2026, 9, 30), date(2026, 9, 1), "wan", "loan_contract")
        told = of_city.to_agreements()
        for key in ("G01-S", "a.b_c~d:e-f", "one-of-many"):
            assert told(key) == of_city.agreement(key)


def test_the_operator_finds_no_figures(demo: Flask, client: Browser) -> None:
    sign_in(client, Role.OPERATOR)
    assert client.get(HOME).status_code == 404


def test_nobody_signed_in_is_sent_to_sign_in(demo: Flask, client: Browser) -> None:
    answer = client.get(LIST)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in?next=")


@pytest.mark.parametrize("number", [10, 10_000])
def test_the_list_takes_three_statements_however_long(office: Browser, number: int) -> None:
    write_past_the_trail(big, crowd(number))
    storage.remove_session()
    with counted() as seen:
        page = office.get("/portfolios/big/agreements?sort=-verified").get_data(as_text=True)
    assert len(seen) <= 3, seen
    assert page.count('<tr class="ln">') == min(number, 50)


def test_pages_of_a_list_hold_every_row_once(office: Browser) -> None:
    write_past_the_trail(big, 120)
    storage.remove_session()
    keys: list[str] = []
    for number in (1, 2, 3):
        page = office.get(f"/portfolios/big/agreements?page={number}").get_data(as_text=True)
        keys += re.findall(r"/agreements/(big-[0-9]+)\?", page)
    assert len(keys) == len(set(keys)) == 120


def test_the_chooser_opens_another_portfolio_on_its_own_day(office: Browser) -> None:
    write_past_the_trail(big, 1)
    answer = office.get(f"{HOME}?go=big&as_of=2025-06-30&known_at=2025-06-30")
    assert answer.headers["Location"] == "/portfolios/big"
    same = office.get(f"{HOME}?go=golden&as_of=2025-06-30&known_at=2025-06-30")
    assert same.headers["Location"] == f"{HOME}?as_of=2025-06-30&known_at=2025-06-30"
    assert office.get(f"{HOME}?go=//evil.example").status_code == 404


HOSTILE = ("=1+1", "@SUM(A1)", "https://evil.example", "<script>alert(1)</script>", "+86 100", "00123")


def test_a_hostile_name_stays_a_name(office: Browser) -> None:
    write_past_the_trail(big, len(HOSTILE), "hostile", HOSTILE)
    page = office.get("/portfolios/hostile/agreements").get_data(as_text=True)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    answer = office.get("/portfolios/hostile/agreements.xlsx?sort=key")
    sheet = openpyxl.load_workbook(BytesIO(answer.data)).worksheets[0]
    cells = [sheet.cell(row=row, column=2) for row in range(2, 2 + len(HOSTILE))]
    assert [cell.value for cell in cells] == list(HOSTILE)
    assert {(cell.data_type, cell.hyperlink) for cell in cells} == {("s", None)}


def test_definitions_name_every_measure_and_bucket(office: Browser) -> None:
    page = office.get("/definitions?portfolio=golden").get_data(as_text=True)
    for anchor in ("measure-contract_disbursement_rate", "measure-with_money_amount_rate", "bucket-W0", "bucket-SD"):
        assert f'id="{anchor}"' in page
    assert "180" in page


def test_the_page_that_refuses_to_divide(office: Browser) -> None:
    page = text_of(office.get(f"{HOME}/divide?top=loan_contract.signed&bottom=need.needed"))
    assert "这两个数不能相除" in page
    assert "不予计算" in page
    allowed = text_of(office.get(f"{HOME}/divide?top=loan_contract.verified&bottom=loan_contract.signed"))
    assert "63.38" in allowed
    assert "不予计算" not in allowed
    assert office.get(f"{HOME}/divide?top=x&bottom=y").status_code == 200


def test_english_pages_are_english(office: Browser) -> None:
    for path in (HOME, LIST, f"{LIST}/G01-S", f"{LIST}/G04-S", "/definitions", f"{HOME}/divide"):
        address = f"{path}?lang=en"
        page = office.get(address).get_data(as_text=True)
        assert '<html lang="en">' in page
        shown = re.sub(r'<a class="lang"[^>]*>中文</a>', "", page)
        # names of firms, banks, people, offices and files are data and stay as they are
        shown = re.sub(r'[^<>"]*(演示|公司|银行|支行|签约文本|借据|市金融办|登记|手续)[^<>"]*', "", shown)
        assert re.findall(r"[\u4e00-\u9fff]+", shown) == [], path


def test_no_page_carries_style_or_script_inline(office: Browser) -> None:
    for path in (HOME, LIST, f"{LIST}/G03-S", "/definitions"):
        page = office.get(path).get_data(as_text=True)
        assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", page)
        assert not re.search(r"<script(?![^>]*src=)", page)

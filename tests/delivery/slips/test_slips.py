"""The monthly slip: sums add up, maker is not checker, sealed sheet by its hash; silence never looks like zero."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from matchmaking.delivery.disbursements.commands import report_through
from matchmaking.delivery.disbursements.hearing import confirm_receipt
from matchmaking.delivery.disbursements.monthly import Month
from matchmaking.delivery.slips.chasing import chase_board, due_on
from matchmaking.delivery.slips.models import MonthlySlip, ReportChase, SlipStep
from matchmaking.delivery.slips.queries import month_figures
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.files.models import EvidenceLink
from matchmaking.foundation.storage import session
from matchmaking.foundation.trail.models import TrailEvent
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.portfolios.models import Portfolio
from tests.delivery.cases_world import MILLION, World, morning, open_world
from tests.market.market_world import NOON, TODAY, _person, build_world, enter
from tests.market.market_world import World as Market
from tests.past import write_past_the_trail
from tests.web_fixtures import Browser

ON_ONE_ENGINE = pytest.mark.parametrize("engine_name", ["sqlite"])
OURS, OTHER, QUIET = "汉江银行", "秦岭农村商业银行", "子午银行"
LAST = Month.of(TODAY).before
DAY = LAST.first + timedelta(days=9)
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def market(app: Flask) -> Iterator[Market]:
    """A market behind an application, at noon of the frozen day."""
    with time_machine.travel(NOON, tick=True):
        yield build_world()


@pytest.fixture
def cases(market: Market) -> World:
    """Ours paid five times last month: confirmed, disputed, unanswered, voided, and reported again. The other bank said
    zero, the third nothing at all."""
    made = open_world("city", title_zh="全市组合")
    for at, lender in enumerate((OURS, OTHER, QUIET)):
        branch = f"{lender}汉滨支行"
        made.sign(f"P{at}", lender=lender, branch=branch, signed_on=DAY, amount_minor=9 * MILLION)
    paper = made.sign("MAIN", lender=OURS, branch=f"{OURS}汉滨支行", signed_on=DAY, amount_minor=20 * MILLION)
    paid = {name: made.pay(paper, count * MILLION, name, on=DAY + timedelta(days=count))
            for name, count in (("right", 1), ("wrong", 2), ("silent", 3), ("gone", 4))}  # fmt: skip
    told = {"answered_on": DAY + timedelta(days=6), "at": morning(DAY + timedelta(days=6))}
    made.do(confirm_receipt, disbursement=paid["right"], answer="right", **told)
    made.do(confirm_receipt, disbursement=paid["wrong"], answer="wrong", amount_minor=MILLION, **told)
    made.void(paid["gone"], on=DAY + timedelta(days=6))
    made.pay(paper, 4 * MILLION + 1, "gone", on=DAY + timedelta(days=4), at=morning(DAY + timedelta(days=7)))
    said = {"portfolio": made.portfolio, "at": morning(LAST.last + timedelta(days=2)), "through": LAST.last}
    made.do(report_through, lender=OURS, **said)
    made.do(report_through, lender=OTHER, zero=True, **said)
    return made


def browser_of(app: Flask, login: str) -> Browser:
    browser: Browser = app.test_client()  # type: ignore[assignment]
    enter(browser, login)
    return browser


def seat(market: Market, login: str, role: Role, organisation: str | None) -> None:
    wanted = select(Organisation.id).where(Organisation.name == (organisation or ""))
    found = session().scalars(wanted).one() if organisation else None
    session().rollback()
    write_past_the_trail(_person, market, login, role, "*", found)


@pytest.fixture
def maker(app: Flask, cases: World, market: Market) -> Browser:
    """An officer of the head."""
    seat(market, "maker", Role.BANK_OFFICER, OURS)
    return browser_of(app, "maker")


@pytest.fixture
def checker(app: Flask, cases: World, market: Market) -> Browser:
    """A manager of the head."""
    seat(market, "checker", Role.BANK_MANAGER, OURS)
    return browser_of(app, "checker")


@pytest.fixture
def office(app: Flask, cases: World, market: Market) -> Browser:
    """The city's finance office."""
    seat(market, "office", Role.FINANCE_OFFICE_CITY, None)
    return browser_of(app, "office")


def text_of(browser: Browser, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.status
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))))


_counter = iter(range(10_000))


def post(browser: Browser, address: str, page: str, **values: Any) -> Any:
    """A form of ``page`` sent to ``address`` with a fresh key and the version that the page has."""
    html = browser.get(page).get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]*)"', html)
    version = re.search(r'name="version" value="(\d+)"', html)
    data = {"csrf_token": token.group(1) if token else "", "key": f"{next(_counter):032d}"}
    data |= {"version": version.group(1)} if version else {}
    return browser.post(address, data=data | values, content_type="multipart/form-data")


def drawn(browser: Browser) -> str:
    answer = post(browser, "/bank/slips", "/bank/slips", month=str(LAST))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.location)


def test_the_sums_of_a_month_add_up_and_name_every_payment(cases: World) -> None:
    portfolio = session().get_one(Portfolio, cases.portfolio.id)
    found = month_figures(session(), portfolio, OURS, LAST)
    assert found["signed"] == {"loan_contract": {"count": 2, "minor": 29 * MILLION}}
    sums = {name: (found[name]["count"], found[name]["minor"]) for name in found if name not in ("signed", "lines")}
    assert sums == {
        "reported": (4, 10 * MILLION + 1), "corrected": (1, 4 * MILLION + 1), "voided": (1, 4 * MILLION),
        "confirmed": (1, MILLION), "disputed": (1, 2 * MILLION), "unanswered": (2, 7 * MILLION + 1),
    }  # fmt: skip
    assert found["reported"]["minor"] == sum(found[n]["minor"] for n in ("confirmed", "disputed", "unanswered"))
    assert [line["state"] for line in found["lines"]].count("voided") == 1
    assert month_figures(session(), portfolio, OURS, LAST) == found


def test_maker_checker_seal(maker: Browser, checker: Browser, office: Browser) -> None:
    here = drawn(maker)
    assert post(maker, f"{here}/make", here, words="一笔次月起息").status_code == 303
    assert maker.post(f"{here}/check").status_code in (400, 403, 404), "an officer checks nothing"
    assert post(checker, f"{here}/check", here).status_code == 303
    sealed = {"scan": (io.BytesIO(PDF), "盖章.pdf")}
    assert post(maker, f"{here}/return", here, scan=(io.BytesIO(b""), "")).status_code == 422
    assert post(maker, f"{here}/return", here, **sealed).status_code == 303
    slip = session().scalars(select(MonthlySlip)).one()
    assert (slip.state, slip.version) == ("returned", 4)
    assert session().scalars(select(EvidenceLink.sha256)).one() == slip.scan_sha256
    assert [step.action for step in session().scalars(select(SlipStep).order_by(SlipStep.number))] == [
        "draw", "make", "check", "return",
    ]  # fmt: skip
    tags = set(session().scalars(select(TrailEvent.tag).where(TrailEvent.tag.like("slip.%"))))
    assert tags == {"slip.drawn", "slip.made", "slip.checked", "slip.returned"}
    page = text_of(office, f"/portfolios/city/slips/{slip.public_key}")
    assert "一笔次月起息" in page and slip.digest in page and (slip.scan_sha256 or "") in page
    assert office.get(f"/portfolios/city/slips/{slip.public_key}/scan").data == PDF
    sheet = office.get(f"/portfolios/city/slips/{slip.public_key}").get_data(as_text=True)
    links = re.findall(r'<th scope="row"><a href="([^"]+)"', sheet)
    assert links == 5 * ["/portfolios/city/agreements/MAIN"], "every line opens its agreement, with facts and vouchers"
    again = post(maker, "/bank/slips", "/bank/slips", month=str(LAST))
    assert again.status_code == 409, "the records say what the sealed slip says"


@ON_ONE_ENGINE
def test_who_made_it_does_not_check_it(checker: Browser) -> None:
    here = drawn(checker)
    assert post(checker, f"{here}/make", here).status_code == 303
    refused = post(checker, f"{here}/check", here)
    assert refused.status_code == 409
    assert "不能是同一个人" in refused.get_data(as_text=True)
    assert post(checker, f"{here}/send-back", here, words="少了一笔").status_code == 303
    assert session().scalars(select(MonthlySlip.state)).one() == "draft"


def test_the_table_itself_refuses_one_person_for_both(checker: Browser) -> None:
    here = drawn(checker)
    post(checker, f"{here}/make", here)
    slip = session().scalars(select(MonthlySlip)).one()
    slip.state, slip.checked_by = "checked", slip.made_by
    with pytest.raises(IntegrityError):
        session().flush()
    session().rollback()


@ON_ONE_ENGINE
def test_another_bank_and_a_branch_see_no_slip(app: Flask, maker: Browser, market: Market) -> None:
    here = drawn(maker)
    seat(market, "theirs", Role.BANK_OFFICER, OTHER)
    seat(market, "counter", Role.BANK_OFFICER, "汉江银行汉滨支行")
    for login in ("theirs", "counter"):
        assert browser_of(app, login).get(here).status_code == 404


@ON_ONE_ENGINE
def test_a_sealed_month_gets_a_second_edition_when_the_records_change(
    maker: Browser, checker: Browser, cases: World
) -> None:
    here = drawn(maker)
    post(maker, f"{here}/make", here)
    post(checker, f"{here}/check", here)
    post(maker, f"{here}/return", here, scan=(io.BytesIO(PDF), "盖章.pdf"))
    first = session().scalars(select(MonthlySlip)).one().digest
    late = cases.sign("LATE", lender=OURS, branch="汉江银行汉滨支行", signed_on=DAY)
    cases.pay(late, MILLION, "late", on=DAY + timedelta(days=8))
    drawn(maker)
    rows = session().scalars(select(MonthlySlip).order_by(MonthlySlip.edition)).all()
    assert [(row.edition, row.state) for row in rows] == [(1, "returned"), (2, "draft")]
    assert rows[0].digest == first != rows[1].digest


def test_silence_zero_and_a_report_are_three_things(cases: World) -> None:
    portfolio = session().get_one(Portfolio, cases.portfolio.id)
    board = chase_board(session(), portfolio, today=TODAY)
    place = list(board.months).index(LAST)
    assert {line.lender: line.cells[place].state for line in board.lines} == {
        OURS: "reported", OTHER: "zero", QUIET: "missing",
    }  # fmt: skip
    assert {line.cells[-1].state for line in board.lines} == {"none_signed"}
    quiet = next(line for line in board.lines if line.lender == QUIET)
    assert {str(cell.month) for cell in quiet.missing} == {str(LAST), str(Month.of(TODAY))}, "that month ends today"
    assert quiet.cells[place].overdue is ((due_on(LAST) or date.max) < TODAY)


def test_deadlines_are_workdays_and_a_year_without_a_calendar_has_none() -> None:
    assert due_on(Month(2026, 10)) == date(2026, 11, 4), "31 October is a Saturday; 2, 3 and 4 November are workdays"
    assert due_on(Month(2026, 12)) is None


def test_a_reminder_is_kept_with_who_and_when(office: Browser) -> None:
    here = "/portfolios/city/reporting"
    page = text_of(office, here)
    assert "零报告" in page and "未报" in page
    sent = post(office, here, here, lender=QUIET, month=str(LAST), means="phone", words="周五前报")
    assert sent.status_code == 303
    assert "周五前报" in text_of(office, here)
    kept = session().scalars(select(ReportChase)).one()
    assert (kept.lender, kept.month, kept.means) == (QUIET, str(LAST), "phone")
    assert post(office, here, here, lender="没有这家", month=str(LAST), means="phone").status_code == 409

"""Pages of flags over HTTP: the office's list, sheet, paper replies and decisions; the asked bank's and firm's own."""

from __future__ import annotations

import html
import io
import sys
import uuid
from collections.abc import Iterator
from datetime import date, datetime, time

import openpyxl
import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.delivery.audits.flagging import raise_flags
from matchmaking.delivery.flags.models import (
    FigureFlag,
    FlaggedSigning,
    FlagProposal,
    FlagReply,
    FlagVerdict,
    SuppliedDeposit,
)
from matchmaking.domain.conversion.detectors import DETECTORS
from matchmaking.foundation import storage
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.clock import SHANGHAI
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.portfolios.queries import portfolio_by_code
from matchmaking.rulebook import parameters, say
from matchmaking.seeds.city import ensure_city
from tests.delivery.cases_world import MILLION, World, morning
from tests.delivery.flags.flags_world import WORDS, flags
from tests.market.market_world import NOON, TODAY, _person, build_world, enter
from tests.market.market_world import World as Market
from tests.past import write_past_the_trail
from tests.registry.registry_world import Statements
from tests.web_fixtures import Browser

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
BANK, BRANCH = "汉江银行", "汉江银行汉滨支行"
BECAUSE = {"because": "已与银行核对旧借据和还款凭证", "document": "核查记录 9"}


@pytest.fixture
def market(app: Flask) -> Iterator[Market]:
    with time_machine.travel(NOON, tick=True):
        market = build_world()
        for login, role, area in (
            ("office", Role.FINANCE_OFFICE_CITY, "*"), ("chief", Role.FINANCE_OFFICE_CITY, "*"),
            ("county_office", Role.FINANCE_OFFICE_COUNTY, "610902"),
        ):  # fmt: skip
            write_past_the_trail(_person, market, login, role, area, None)
        run_in_unit_of_work(ensure_city, actor="seed", at=NOON)
        yield market


def flagged(market: Market, **more: object) -> int:
    """A renewal told as new by the market's bank with the market's firm; the flag's number."""
    session = storage.session()
    city = portfolio_by_code(session, "city")
    firm = session.get_one(Organisation, market.firm)
    told = {"lender": BANK, "branch": BRANCH, "firm": firm.name, "firm_key": firm.public_key} | more
    session.expunge_all()
    world = World(city)
    paper = world.sign(**told)
    world.baseline(paper, 2 * MILLION)
    world.pay(paper, 3 * MILLION)
    from matchmaking.delivery.repayments.commands import record_repayment

    world.do(
        record_repayment, portfolio=city, firm=firm.name, firm_key=firm.public_key, lender=BANK,
        amount_minor=2 * MILLION, paid_on=date(2025, 4, 12), iou_no="旧1", at=morning(date(2025, 4, 12)),
    )  # fmt: skip
    at = datetime.combine(TODAY, time(7), SHANGHAI)
    world.do(raise_flags, portfolio=city, as_of=TODAY, known_on=TODAY, at=at)
    return next(flag.id for flag in flags() if flag.code == "d1")


def visitor(app: Flask, login: str) -> Browser:
    found: Browser = app.test_client()  # type: ignore[assignment]
    enter(found, login)
    return found


def send(browser: Browser, path: str, **data: str) -> int:
    answer = browser.submit(path, {"key": uuid.uuid4().hex, **data})
    storage.remove_session()
    assert "提交标识" not in answer.text
    return answer.status_code


def test_only_who_is_asked_finds_it(app: Flask, market: Market) -> None:
    number = flagged(market)
    for login, status in (("manager", 200), ("branch", 200), ("officer", 200), ("tea", 200), ("rival", 404)):
        browser = visitor(app, login)
        assert browser.get(f"/asked/{number}").status_code == status, login
        assert ("续贷计作新增" in browser.get("/asked").text) == (status == 200), login
        answered = send(browser, f"/asked/{number}/reply", words=WORDS)
        assert answered == (303 if status == 200 else 404), login
        assert browser.get(f"/flags/{number}").status_code == 404
    assert visitor(app, "office").get(f"/asked/{number}").status_code == 404
    assert visitor(app, "office").get(f"/flags/{number}").status_code == 200
    assert visitor(app, "county_office").get(f"/flags/{number}").status_code == 404, "a city's portfolio"
    assert visitor(app, "office").get("/flags/99999").status_code == 404
    said = storage.session().execute(select(FlagReply.party, FlagReply.branch).order_by(FlagReply.id)).all()
    assert [tuple(one) for one in said] == [("bank", None), ("bank", BRANCH), ("bank", BRANCH), ("firm", None)]


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (date(2026, 9, 30), "答复剩 5 个工作日"), (date(2026, 10, 9), "答复剩 3 个工作日"),
        (date(2026, 10, 13), "今天是最后一天"), (date(2026, 10, 14), None),
    ],
)  # fmt: skip
def test_who_is_asked_reads_how_many_workdays_are_left(
    app: Flask, market: Market, day: date, told: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = flagged(market)
    (held,) = [flag for flag in flags() if flag.id == number]
    assert held.reply_due == date(2026, 10, 13), "five workdays after the notice, over the holidays"
    monkeypatch.setattr(sys.modules["matchmaking.delivery.flags.views.asked"], "business_today", lambda: day)
    for login in ("manager", "branch", "tea"):
        browser = visitor(app, login)
        for path in ("/asked", f"/asked/{number}"):
            page = browser.get(path).text
            assert (told in page) if told else ("个工作日" not in page and "最后一天" not in page), (login, path)
    bank = visitor(app, "manager")
    assert 'href="/asked"' in bank.get("/inbox").text, "one click from the desk"
    assert send(bank, f"/asked/{number}/reply", words=WORDS) == 303
    assert "个工作日" not in bank.get("/asked").text, "answered, no clock runs"


def test_a_branch_sees_only_what_it_signed(app: Flask, market: Market) -> None:
    number = flagged(market, branch="汉江银行营业部")
    assert visitor(app, "branch").get(f"/asked/{number}").status_code == 404
    assert visitor(app, "manager").get(f"/asked/{number}").status_code == 200


def test_a_firm_is_not_asked_for_what_only_the_bank_can_say(app: Flask, market: Market) -> None:
    number = flagged(market)
    write_past_the_trail(_relabelled, like=number)
    number += 1
    assert visitor(app, "tea").get(f"/asked/{number}").status_code == 404
    assert visitor(app, "manager").get(f"/asked/{number}").status_code == 200


def _relabelled(work: Session, *, like: int) -> None:
    """A D8 on the same paper: a matter of the bank's own records."""
    held = work.get_one(FigureFlag, like)
    names = [column.key for column in FigureFlag.__mapper__.columns if column.key != "id"]
    told = {name: getattr(held, name) for name in names}
    work.add(FigureFlag(id=like + 1, **(told | {"code": "d8", "key": "d8:another"})))
    work.flush()
    paper = work.scalars(select(FlaggedSigning).where(FlaggedSigning.flag_id == like)).one()
    work.add(FlaggedSigning(flag_id=like + 1, agreement_id=paper.agreement_id, at_stake=True))


def test_reply_then_decision_with_both_sides_on_the_page(app: Flask, market: Market) -> None:
    number = flagged(market)
    office, bank = visitor(app, "office"), visitor(app, "manager")
    told = {"kind": "upheld", "decided_on": TODAY.isoformat(), **BECAUSE}
    path = f"/flags/{number}/verdict"
    assert "不得公开" in office.get(f"/flags/{number}").text
    assert send(office, path, **told) == 409, "in the bank's term"
    assert send(bank, f"/asked/{number}/reply", words="没有") == 422
    assert send(bank, f"/asked/{number}/reply", words=WORDS) == 303
    page = office.get(f"/flags/{number}").text
    assert WORDS in page and "不得公开" not in page and "移出分子" in page
    for wrong in ({"kind": ""}, {"kind": "guilty"}, {"document": ""}, {"because": ""}, {"decided_on": "昨天"}):
        assert send(office, path, **{**told, **wrong}) == 422, wrong
    assert send(office, path, **{**told, "because": "查过"}) in (409, 422)
    assert send(office, path, **told) == 303
    assert storage.session().scalars(select(FlagVerdict.kind)).all() == []
    proposal = str(storage.session().scalars(select(FlagProposal.id)).one())
    storage.remove_session()
    assert BECAUSE["because"] not in bank.get(f"/asked/{number}").text, "a proposal is the office's own"
    chief, yes = visitor(app, "chief"), f"/flags/{number}/confirm"
    assert "确认裁定" not in office.get(f"/flags/{number}").text and "确认裁定" in chief.get(f"/flags/{number}").text
    assert "待确认：维持" in chief.get("/flags").text
    assert send(office, yes, proposal=proposal) == 409, "whoever proposed does not confirm"
    for wrong in ("999", "", "x"):
        assert send(chief, yes, proposal=wrong) in (409, 422), wrong
    assert send(visitor(app, "manager"), yes, proposal=proposal) == 404
    assert send(visitor(app, "county_office"), yes, proposal=proposal) == 404
    assert send(chief, yes, proposal=proposal) == 303
    assert storage.session().scalars(select(FlagVerdict.kind)).all() == ["upheld"]
    storage.remove_session()
    assert "office 某 提出，chief 某 确认" in office.get(f"/flags/{number}").text
    assert send(office, path, **told) == 409, "decided so already"
    assert send(visitor(app, "manager"), path, **told) == 404
    assert BECAUSE["because"] in bank.get(f"/asked/{number}").text, "who is asked reads what was decided"


def test_a_reply_on_paper_is_written_down_for_those_who_may_answer(app: Flask, market: Market) -> None:
    number = flagged(market)
    office = visitor(app, "office")
    told = {"party": "firm", "speaker": "某茶厂", "document": "来函 3", "heard": WORDS}
    path = f"/flags/{number}/heard"
    for wrong in ({"party": ""}, {"party": "bureau"}, {"speaker": ""}, {"document": ""}, {"heard": "嗯"}):
        assert send(office, path, **{**told, **wrong}) == 422, wrong
    assert send(office, path, **told) == 303
    page = office.get(f"/flags/{number}").text
    assert "来函 3" in page and WORDS in page


def test_the_list_its_filters_and_its_budget(app: Flask, market: Market) -> None:
    flagged(market)
    office = visitor(app, "office")
    for query, there in (
        ("", True), ("?code=d1", True), ("?code=d2", False), (f"?lender={BANK}", True), ("?lender=x", False),
        ("?state=waiting", True), ("?state=upheld", False), ("?code=nonsense&state=nonsense", True),
    ):  # fmt: skip
        with Statements() as counted:
            page = office.get(f"/flags{query}").text
        assert len(counted.sent) <= 3, query
        assert ("只抵上了" in page) == there, query
    assert office.get("/flags?page=2").status_code == 303
    with Statements() as counted:
        assert visitor(app, "tea").get("/asked").status_code == 200
    english = office.get("/flags", headers={"Accept-Language": "en"})
    assert english.status_code == 200


def test_the_rules_stand_on_a_page_with_their_numbers(app: Flask, market: Market) -> None:
    page = visitor(app, "office").get("/flags/rules").text
    for one in DETECTORS:
        assert say(f"flag_{one.code}") in page
        assert all(say(code) in page for code in one.innocent)
    assert "除标明已核对的以外，都是设计默认值" in page, "said once, not beside every number"
    for name, parameter in parameters().items():
        if name.startswith("detector_"):
            said = parameter.at(TODAY).document.split(" / ")[0].removeprefix("设计默认值：")
            assert html.escape(said) in page, name


def test_the_workbook_leaves_out_what_a_bank_may_still_answer(app: Flask, market: Market) -> None:
    number = flagged(market)
    office, bank = visitor(app, "office"), visitor(app, "manager")

    def cells() -> list[str]:
        book = openpyxl.load_workbook(io.BytesIO(office.get("/flags.xlsx").data))
        return [str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row if cell.value is not None]

    before = cells()
    assert not any("续贷计作新增" in cell for cell in before)
    assert any("另有 1 条" in cell for cell in before)
    assert send(bank, f"/asked/{number}/reply", words=WORDS) == 303
    after = cells()
    assert any("续贷计作新增" in cell for cell in after) and WORDS in after, "the reply stands beside the flag"


def test_a_firm_tells_of_a_deposit_of_its_own_accord(app: Flask, market: Market) -> None:
    flagged(market)
    firm = visitor(app, "tea")
    told = {"lender": BANK, "amount": "300", "amount_unit": "wan", "on_day": "2025-04-12"}
    assert "提供自己对账单上的存款" in firm.get("/asked").text
    for wrong in ({"lender": "别家银行"}, {"lender": ""}, {"amount": ""}, {"on_day": ""}):
        assert send(firm, "/asked/deposits", **{**told, **wrong}) == 422, wrong
    assert send(firm, "/asked/deposits", **{**told, "on_day": "2099-01-01"}) == 409
    assert send(firm, "/asked/deposits", **told) == 303
    kept = storage.session().scalars(select(SuppliedDeposit)).one()
    assert (kept.lender, kept.amount_minor) == (BANK, 3 * MILLION)
    storage.remove_session()
    assert send(visitor(app, "manager"), "/asked/deposits", **told) == 404, "a bank supplies none"
    assert "提供自己对账单上的存款" not in visitor(app, "manager").get("/asked").text

"""What banks and firms do between a signature and the money, over HTTP; each ends in the audited figure."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from sqlalchemy import select

from matchmaking.delivery.agreements.models import AgreementExit, CutAnswer, CutProposal
from matchmaking.delivery.disbursements.models import BankReport, Disbursement
from matchmaking.delivery.disbursements.monthly import Month, reporting_positions
from matchmaking.delivery.repayments.models import BalanceObservation
from matchmaking.foundation import storage
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.foundation.files import EvidenceLink
from matchmaking.registry.portfolios.queries import portfolio_by_code
from tests.delivery.cases_world import counted
from tests.journeys.desk import open_desk
from tests.journeys.thread_world import PDF, Thread, plain, report_key

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
DAY, NEXT, LATE = date(2026, 10, 14), date(2026, 10, 15), date(2026, 12, 31)
OFFICE = Viewer(1, "office_city", "张敏", Role.FINANCE_OFFICE_CITY, "*", 1)
COUNTY = Viewer(2, "office_county", "李强", Role.FINANCE_OFFICE_COUNTY, "610902", 2)


def page_of(thread: Thread, login: str, path: str) -> str:
    """The whole text of a page."""
    text = thread.at(login).get(path).get_data(as_text=True)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text.split("<main", 1)[-1]))


def proposed() -> str:
    """Key of the last proposal of a cut."""
    storage.remove_session()
    asked = select(CutProposal.public_key).order_by(CutProposal.id.desc()).limit(1)
    return storage.session().scalars(asked).one()


def test_conditions_marks_requests_and_cuts_each_take_their_yuan(thread: Thread, tea: str) -> None:
    agreement = thread.signed(tea)
    path = f"/bank/agreements/{agreement}"
    thread.on(DAY)
    # a condition comes up, held by the guarantor, and is met with a proof
    told = {"holder": "guarantor", "what": "担保公司出具保函", "set_on": DAY.isoformat()}
    thread.post("officer", f"{path}/conditions", 422, holder="", what="", set_on="")
    thread.post("officer", f"{path}/conditions", **told)
    assert thread.ledger(LATE, DAY) == {"W2": 3_000_000}
    page = thread.at("officer").get(f"{path}/terms").get_data(as_text=True)
    condition = re.findall(r'<option value="(condition-[^"]+)"', page)[0]
    proof = {"met_on": NEXT.isoformat(), "condition": condition}
    thread.on(NEXT)
    thread.post("officer", f"{path}/conditions/met", 404, **{**proof, "condition": "condition-of-nobody"})
    thread.post("officer", f"{path}/conditions/met", **proof, evidence=(io.BytesIO(PDF), "保函.pdf"))
    thread.post("officer", f"{path}/conditions/met", 409, **proof)
    assert storage.session().scalars(select(EvidenceLink.words)).all() == ["条件落实证明"]
    # the firm asks for a part, the bank marks what may be drawn
    thread.post("tea", f"/my/agreements/{agreement}/draw", 409, amount="301", amount_unit="wan")
    thread.post("tea", f"/my/agreements/{agreement}/draw", 422, amount="1e999999", amount_unit="wan")
    thread.post("tea", f"/my/agreements/{agreement}/draw", amount="100", amount_unit="wan")
    assert thread.ledger(LATE, NEXT) == {"W6": 1_000_000, "U": 2_000_000}
    thread.post("officer", f"{path}/drawable", marked_on=NEXT.isoformat())
    assert thread.ledger(LATE, NEXT) == {"W6": 1_000_000, "W5": 2_000_000}
    # a cut takes both
    cut = {"amount": "50", "amount_unit": "wan", "why": "订单减少"}
    thread.post("officer", f"{path}/cut", 404, **cut)
    thread.post("branch", f"{path}/cut", 409, **{**cut, "amount": "301"})
    thread.post("branch", f"{path}/cut", **cut)
    thread.post("branch", f"{path}/cut", 409, **cut)
    assert thread.ledger(LATE, NEXT) == {"W6": 1_000_000, "W5": 2_000_000}, "proposed is not agreed"
    assert "少贷 50.00 万元：订单减少" in page_of(thread, "tea", "/my/loans")
    thread.post("water", f"/my/agreements/{agreement}/cut", 404, answer="agreed")
    thread.post("tea", f"/my/agreements/{agreement}/cut", 422, answer="perhaps")
    thread.post("tea", f"/my/agreements/{agreement}/cut", answer="agreed", proposal=proposed())
    thread.post("tea", f"/my/agreements/{agreement}/cut", 409, answer="declined")
    assert thread.ledger(LATE, NEXT)["C3"] == 500_000
    assert "还没放 250.00" in page_of(thread, "officer", f"{path}/terms")
    # another cut is taken back before the firm has said anything
    thread.post("branch", f"{path}/cut", **cut)
    thread.post("branch", f"{path}/cut/take-back", answer="taken_back", proposal=proposed())
    assert storage.session().scalars(select(CutAnswer.answer).order_by(CutAnswer.id)).all() == ["agreed", "taken_back"]
    # the rest ends with a coded reason
    thread.post("officer", f"{path}/end", 404, code="quota")
    thread.post("branch", f"{path}/end", 409, code="other", words="少")
    thread.post("branch", f"{path}/end", code="quota", words="本年规模已满")
    ends = {one.kind: (one.reason_code, one.reason) for one in storage.session().scalars(select(AgreementExit))}
    assert ends == {"agreed_cut": (None, "订单减少"), "bank_ends": ("quota", "规模限额：本年规模已满")}
    assert thread.ledger(LATE, NEXT) == {"C2": 2_500_000, "C3": 500_000}
    for login in ("rival", "tea"):
        assert thread.at(login).get(f"{path}/terms").status_code == 404


def test_fees_and_what_really_came_are_said_on_the_firms_card(thread: Thread, tea: str) -> None:
    agreement = thread.signed(tea)
    thread.on(DAY)
    doubled = {"fee_handling": "2,000", "fee_handling_unit": "yuan", "no_fees": "y"}
    assert "不要再勾选" in plain(thread.report(agreement, "JJ1", "100", DAY, 422, **doubled))
    thread.report(agreement, "JJ1", "100", DAY, fee_handling="2,000", fee_handling_unit="yuan")
    thread.report(agreement, "JJ2", "20", DAY, no_fees="y")
    thread.report(agreement, "JJ3", "10", DAY)
    card = page_of(thread, "tea", "/my/loans")
    assert "手续费 2,000.00 元" in card and "银行说没有" in card and "银行没说" in card
    kept = storage.session().scalars(select(Disbursement.fees).order_by(Disbursement.id)).all()
    assert kept == [{"handling": 200_000}, {}, None], "no fee is an answer, silence is none"
    thread.answer("JJ1", "wrong", amount="99.8", amount_unit="wan")
    assert thread.ledger(DAY)["A4"] == 1_000_000


def test_money_that_came_back_and_balances_of_the_firm(thread: Thread, tea: str) -> None:
    agreement = thread.signed(tea, revolving="y")
    path = f"/bank/agreements/{agreement}"
    thread.on(DAY)
    thread.report(agreement, "JJ1", "300", DAY)
    told = {"amount": "100", "amount_unit": "wan", "paid_on": DAY.isoformat(), "on": report_key("JJ1")}
    thread.post("officer", f"{path}/repayments", 409, **{**told, "amount": "301"})
    thread.post("officer", f"{path}/repayments", 409, **{**told, "on": "another-loan"})
    thread.post("officer", f"{path}/repayments", 422, **{**told, "on": ""})
    thread.post("officer", f"{path}/repayments", **told)
    page = thread.at("officer").get(f"{path}/repayments").get_data(as_text=True)
    repayment = re.findall(r"/repayments/(repayment-[^/]+)/void", page)[0]
    thread.report(agreement, "JJ2", "100", NEXT, 409)
    thread.on(NEXT)
    thread.report(agreement, "JJ2", "100", NEXT)
    thread.post("officer", f"{path}/repayments/{repayment}/void", 409, reason="录错")
    thread.post("officer", f"/bank/disbursements/{report_key('JJ2')}/void", reason="没有放")
    thread.post("officer", f"{path}/repayments/{repayment}/void", 422, reason="")
    thread.post("officer", f"{path}/repayments/{repayment}/void", reason="录错")
    thread.post("officer", f"{path}/repayments/{repayment}/void", 409, reason="录错")
    assert "已作废：录错" in page_of(thread, "officer", f"{path}/repayments")
    owed = {"balance": "0", "balance_unit": "wan", "on_day": DAY.isoformat()}
    thread.post("officer", f"{path}/balances", 409, **{**owed, "on_day": LATE.isoformat()})
    thread.post("officer", f"{path}/balances", **owed)
    balance = storage.session().scalars(select(BalanceObservation)).one()
    assert (balance.firm, balance.lender, balance.balance_minor) == ("安康硒语茶业有限公司", "汉江银行", 0)
    thread.post("officer", f"{path}/repayments/{balance.public_key}/void", reason="日子写错")
    thread.post("rival", f"{path}/balances", 404, **owed)
    thread.post("officer", f"{path}/repayments/repayment-of-nobody/void", 404, reason="录错")


def test_a_month_is_reported_zero_or_missing_and_silence_is_none_of_them(thread: Thread, tea: str) -> None:
    agreement = thread.signed(tea)
    thread.on(DAY)
    thread.report(agreement, "JJ1", "100", DAY)
    thread.post("manager", "/bank/reports", 409, month="2026-10")
    thread.on(date(2026, 11, 2))

    def state(month: Month, viewer: Viewer = OFFICE) -> list[tuple[str, str, str | None, int, int]]:
        storage.remove_session()
        city = portfolio_by_code(storage.session(), "city")
        assert city is not None
        with counted() as sent:
            found = reporting_positions(storage.session(), viewer, city, month)
        assert len(sent) == 1
        return [(one.lender, one.state, one.last_month, one.signed_minor, one.paid_minor) for one in found]

    october, november = Month(2026, 10), Month(2026, 11)
    assert state(october) == [("汉江银行", "missing", None, 300_000_000, 100_000_000)]
    assert state(october, COUNTY) == [], "the city's is not a county's to see"
    assert state(Month(2026, 8)) == [], "nothing was signed yet"
    thread.post("manager", "/bank/reports", 422, month="2026-13")
    assert "不能报零" in plain(thread.post("manager", "/bank/reports", 409, month="2026-10", zero="y"))
    thread.post("branch", "/bank/reports", month="2026-10")
    assert state(october)[0][1] == "missing", "a branch speaks for itself alone"
    assert "汉江银行汉滨支行 已报全" in page_of(thread, "manager", "/bank/reports")
    thread.post("manager", "/bank/reports", month="2026-10")
    assert state(october) == [("汉江银行", "reported", "2026-10", 300_000_000, 100_000_000)]
    assert state(november)[0][1] == "missing"
    thread.on(date(2026, 12, 1))
    assert "一笔也没有报" in plain(thread.post("manager", "/bank/reports", 409, month="2026-11"))
    thread.post("manager", "/bank/reports", month="2026-11", zero="y")
    assert state(november) == [("汉江银行", "zero", "2026-11", 300_000_000, 0)]
    makers = storage.session().scalars(select(BankReport.recorded_by)).all()
    assert len(set(makers)) == 2
    thread.post("tea", "/bank/reports", 404, month="2026-11", zero="y")


def test_another_branch_reports_what_it_pays_and_nothing_else(thread: Thread, tea: str) -> None:
    desk = open_desk(thread)
    agreement = thread.signed(tea)
    path = f"/bank/agreements/{agreement}"
    thread.on(DAY)
    told = {"amount": "300", "amount_unit": "wan", "value_on": DAY.isoformat()}
    thread.post("desk", f"{path}/disbursements", 404, iou_no="YY1", **told)
    thread.post("officer", f"{path}/paying-branches", 404, branch=desk)
    thread.post("branch", f"{path}/paying-branches", 409, branch="bank-of-others")
    thread.post("branch", f"{path}/paying-branches", branch=desk)
    thread.post("branch", f"{path}/paying-branches", 409, branch=desk)
    thread.post("officer", f"{path}/disbursements", iou_no="JJ1", **told)
    thread.post("desk", f"{path}/disbursements", iou_no="YY1", **told)
    assert thread.ledger(DAY) == {"A2": 3_000_000}, "one payment told twice counts once"
    rows = storage.session().execute(select(Disbursement.branch, Disbursement.repeats_id.is_not(None))).all()
    assert [tuple(row) for row in rows] == [("汉江银行汉滨支行", False), ("汉江银行营业部", True)]
    assert "疑似重复" in page_of(thread, "officer", path)
    thread.post("desk", f"/bank/disbursements/{report_key('JJ1')}/void", 404, reason="不是我报的")
    for more in ("/terms", "/repayments"):
        assert thread.at("desk").get(path + more).status_code == 404
    thread.post("desk", f"/bank/disbursements/{report_key('YY1')}/void", reason="签约支行已报")
    assert thread.ledger(DAY) == {"A2": 3_000_000}

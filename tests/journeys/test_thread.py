"""One need's whole way over HTTP, by the people who go it; each way ends in the audited figure."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.disbursements.models import Confirmation
from matchmaking.domain.identifiers import uscc_from
from matchmaking.foundation import storage
from matchmaking.market.referrals.queries import referral_named
from matchmaking.registry.enterprises.models import Enterprise
from tests.journeys.thread_world import PDF, Thread, decision_now, hidden, paper_now, plain, report_key
from tests.market.market_world import HANBIN, TODAY, load
from tests.web_fixtures import Browser

DAY, NEXT, AS_OF = date(2026, 10, 14), date(2026, 10, 15), date(2026, 10, 31)
LATER = date(2026, 12, 31)


def test_drawn_in_parts_one_part_confirmed(thread: Thread, tea: str) -> None:
    agreement = thread.signed(tea)
    thread.on(DAY)
    thread.report(agreement, "JJ1", "100", DAY, voucher=(io.BytesIO(PDF), "回单.pdf"))
    thread.report(agreement, "JJ2", "80", DAY, payee="秦岭包装（演示）")
    assert thread.ledger(DAY) == {"A2": 1_800_000, "W0": 1_200_000}, "agreed is not paid; reported is not confirmed"
    page = plain(thread.at("tea").get("/my/loans"))
    assert "到账了吗" in page
    assert "已发放并付给秦岭包装（演示）" in page, "受托支付 asks about the payee"
    thread.on(NEXT)
    thread.answer("JJ1", "right")
    assert thread.ledger(AS_OF) == {"A1": 1_000_000, "A2": 800_000, "W0": 1_200_000}
    assert thread.ledger(LATER) == {"A1": 1_000_000, "A2": 800_000, "U": 1_200_000}, "the promised day has passed"
    assert thread.ledger(AS_OF, DAY) == {"A2": 1_800_000, "W0": 1_200_000}, "silence is not a yes"
    assert load(storage.session(), thread.need).state == "contracted"
    referral = referral_named(storage.session(), thread.referral)
    assert referral is not None and referral.state == "signed"


def test_from_registering_the_firm_to_confirmed_money(thread: Thread, tea: str) -> None:
    code, secret = uscc_from("91", HANBIN, 77), "rain on the east bridge"
    newcomer: Browser = thread.app.test_client()  # type: ignore[assignment]
    registering = {
        "uscc": code, "name": "汉滨富硒食品有限公司（演示）", "legal_form": "limited", "area": HANBIN, "zone": "",
        "person": "王芳", "login": "wangfang", "password": secret, "again": secret, "agreed": "y",
    }  # fmt: skip
    assert newcomer.submit("/register", registering).headers["Location"] == "/my/enterprise"
    thread.firm = "wangfang"
    seen = hidden(thread.at("wangfang").get("/my/enterprise/edit").get_data(as_text=True))["seen"]
    thread.post(
        "wangfang", "/my/enterprise/edit", seen=seen, legal_form="limited", industry="精制茶加工", area=HANBIN,
        zone="", founded_on="2018-05-01", figures_year="2025", employees="50", revenue="3,000", revenue_unit="wan",
        assets="2000", assets_unit="wan", tax_grade="B", without_loans="y",
    )  # fmt: skip
    storage.remove_session()
    firm = storage.session().scalars(select(Enterprise.public_key).where(Enterprise.uscc == code)).one()
    page = hidden(thread.at("county").get(f"/enterprises/{firm}").get_data(as_text=True))
    verdict = {"seen": page["seen"], "verdict": "verified", "basis": "licence_seen"}
    thread.post("county", f"/enterprises/{firm}/verdict", **verdict)
    written = thread.post(
        "wangfang", "/needs/new", version=0, amount="300", amount_unit="wan", term_months="12", purpose="orders",
        loan_kind="working_capital", guarantees="credit", then="check",
    )  # fmt: skip
    thread.need = written.headers["Location"].split("/")[2]
    thread.post("wangfang", f"/needs/{thread.need}/post", version=1)
    thread.post("county", f"/bureau/needs/{thread.need}/verify", version=2)
    agreement = thread.signed(tea)
    thread.on(DAY)
    thread.report(agreement, "JJ1", "100", DAY)
    thread.report(agreement, "JJ2", "80", DAY)
    thread.answer("JJ1", "right")
    assert thread.ledger(AS_OF) == {"A1": 1_000_000, "A2": 800_000, "W0": 1_200_000}
    told = storage.session().scalars(select(Agreement)).one()
    assert (told.firm, told.branch, told.lender) == ("汉滨富硒食品有限公司（演示）", "汉江银行汉滨支行", "汉江银行")
    assert (told.need_key, told.need_minor, told.area_code) == (thread.need, 300_000_000, HANBIN)


def test_drawn_in_full(thread: Thread, tea: str) -> None:
    agreement = thread.signed(tea)
    thread.on(DAY)
    thread.report(agreement, "JJ1", "300", DAY)
    thread.answer("JJ1", "right")
    assert thread.ledger(AS_OF) == {"A1": 3_000_000}


def test_an_old_balance_that_still_stands_does_not_make_it_a_renewal(thread: Thread, tea: str) -> None:
    agreement = thread.signed(tea, baseline="200", ious="OLD1")
    thread.on(DAY)
    thread.report(agreement, "JJ1", "300", DAY)
    thread.answer("JJ1", "right")
    # 300 万 drawn beside the 200 万 that still stand: all of it is new while nothing is paid back
    assert thread.ledger(AS_OF) == {"A1": 3_000_000}


def test_never_drawn(thread: Thread, tea: str) -> None:
    thread.signed(tea)
    assert thread.ledger(AS_OF) == {"W0": 3_000_000}
    assert thread.ledger(LATER) == {"U": 3_000_000}


def test_a_condition_of_the_decision_waits_where_it_is_held(thread: Thread, tea: str) -> None:
    decision = thread.begin(tea)
    thread.line(decision, permit_conditions="厂房抵押登记")
    paper = thread.draft(decision)
    thread.post("officer", f"/bank/papers/{paper}/move", version=1, action="offer")
    thread.post("tea", f"/my/papers/{paper}/sign", version=2, action="sign")
    thread.post("branch", f"/bank/papers/{paper}/countersign", version=3, action="countersign")
    assert thread.ledger(AS_OF) == {"W4": 3_000_000}


def test_terminated_by_the_bank(thread: Thread, tea: str) -> None:
    agreement = thread.signed(tea)
    thread.on(DAY)
    thread.report(agreement, "JJ1", "120", DAY)
    thread.answer("JJ1", "right")
    thread.post("officer", f"/bank/agreements/{agreement}/end", 404, code="quota")
    thread.post("branch", f"/bank/agreements/{agreement}/end", 422, code="")
    thread.post("branch", f"/bank/agreements/{agreement}/end", code="quota", words="规模已满")
    assert thread.ledger(AS_OF) == {"A1": 1_200_000, "C2": 1_800_000}


def test_given_up_by_the_firm(thread: Thread, tea: str) -> None:
    agreement = thread.signed(tea)
    thread.on(DAY)
    thread.post("tea", f"/my/agreements/{agreement}/give-up")
    assert thread.ledger(AS_OF) == {"C1": 3_000_000}


def test_disputed(thread: Thread, tea: str) -> None:
    agreement = thread.signed(tea)
    thread.on(DAY)
    thread.report(agreement, "JJ1", "300", DAY)
    thread.answer("JJ1", "wrong")
    assert thread.ledger(AS_OF) == {"A4": 3_000_000}, "one tap is enough to disagree"
    thread.answer("JJ1", "wrong", amount="240", amount_unit="wan")
    assert thread.ledger(AS_OF) == {"A4": 3_000_000}
    thread.answer("JJ1", "right")
    assert thread.ledger(AS_OF) == {"A1": 3_000_000}, "the last answer given holds"


def test_voided_and_reported_again(thread: Thread, tea: str) -> None:
    agreement = thread.signed(tea)
    thread.on(DAY)
    thread.report(agreement, "JJ1", "100", DAY)
    thread.report(agreement, "JJ2", "50", DAY)
    thread.answer("JJ1", "right")
    thread.answer("JJ2", "right")
    thread.on(NEXT)
    thread.post("officer", f"/bank/disbursements/{report_key('JJ1')}/void", reason="金额录错")
    thread.post("officer", f"/bank/disbursements/{report_key('JJ1')}/void", 409, reason="金额录错")
    assert thread.ledger(AS_OF) == {"A1": 500_000, "W0": 2_500_000}, "its neighbour stays"
    thread.report(agreement, "JJ1", "90", DAY)
    thread.answer("JJ1", "right")
    assert thread.ledger(AS_OF) == {"A1": 1_400_000, "W0": 1_600_000}
    assert thread.ledger(AS_OF, DAY) == {"A1": 1_500_000, "W0": 1_500_000}, "as known the day before"


def test_lapsed(thread: Thread, tea: str) -> None:
    agreement = thread.signed(tea, available_until="2026-12-15")
    thread.on(DAY)
    thread.report(agreement, "JJ1", "100", DAY)
    thread.answer("JJ1", "right")
    assert thread.ledger(LATER) == {"A1": 1_000_000, "C4": 2_000_000}


def test_refused_by_all(thread: Thread, tea: str) -> None:
    decision = thread.begin(tea)
    thread.post("officer", f"/bank/decisions/{decision}/move", version=1, action="submit")
    refused: dict[str, Any] = {"version": 2, "reason": "cash_flow", "words": "近一年流水不够"}
    thread.post("officer", f"/bank/decisions/{decision}/refuse", 409, **refused)
    thread.post("branch", f"/bank/decisions/{decision}/refuse", 422, **{**refused, "reason": "no_such"})
    thread.post("branch", f"/bank/decisions/{decision}/refuse", **refused)
    now = decision_now(decision)
    assert (now.state, now.reason_code, now.reason_version) == ("refused", "cash_flow", 1)
    assert load(storage.session(), thread.need).state == "verified", "open for another bank again"
    assert thread.ledger(AS_OF) == {}
    assert storage.session().scalars(select(Agreement)).all() == []


# --- what the steps refuse


def test_maker_is_not_checker(thread: Thread, tea: str) -> None:
    decision = thread.begin(tea)
    told = {"line": "300", "line_unit": "wan", "term_months": "12", "lpr_tenor": "1Y", "spread_bp": "55"}
    thread.post("branch", f"/bank/decisions/{decision}/edit", version=1, expires_on="2027-09-30", **told)
    thread.post("officer", f"/bank/decisions/{decision}/move", version=2, action="submit")
    answer = thread.post("branch", f"/bank/decisions/{decision}/move", 409, version=3, action="approve")
    assert "另一位有权人" in plain(answer), "whoever wrote any of the terms is a maker"
    thread.post("manager", f"/bank/decisions/{decision}/move", version=3, action="approve")
    now = decision_now(decision)
    assert now.state == "approved" and now.rate_ppm is not None
    assert now.decided_by != now.submitted_by


def test_never_more_than_the_line_or_than_is_left(thread: Thread, tea: str) -> None:
    decision = thread.begin(tea)
    thread.line(decision, "200")
    form = {
        "instrument": "loan_contract", "amount": "250", "amount_unit": "wan", "term_months": "12", "rate": "3.55",
        "declared": "new", "baseline": "0", "baseline_unit": "wan", "promised_on": "2026-11-30",
    }  # fmt: skip
    over = plain(thread.post("officer", f"/bank/decisions/{decision}/papers", 409, **form))
    assert "2,500,000.00" in over and "2,000,000.00" in over, "both numbers are said"
    without = {name: value for name, value in form.items() if name != "baseline"}
    thread.post("officer", f"/bank/decisions/{decision}/papers", 422, **{**without, "amount": "200"})
    paper = thread.draft(decision, amount="200")
    thread.post("officer", f"/bank/papers/{paper}/move", version=1, action="offer")
    thread.post("tea", f"/my/papers/{paper}/sign", version=2, action="sign")
    thread.post("branch", f"/bank/papers/{paper}/countersign", version=3, action="countersign")
    key = storage.session().scalars(select(Agreement.public_key)).one()
    thread.on(DAY)
    thread.report(key, "JJ1", "150", DAY)
    more = plain(thread.report(key, "JJ2", "60", DAY, 409))
    assert "600,000.00" in more and "500,000.00" in more
    doubted = plain(thread.report(key, "JJ2", "30", DAY, 422, amount_unit="yuan"))
    assert "30.00 元" in doubted and "30.00 万元" in doubted
    thread.report(key, "JJ2", "30", DAY, amount_unit="yuan", confirmed="y")
    taken = plain(thread.report(key, "JJ1", "10", DAY, 409))
    assert "JJ1" in taken and "已报过" in taken


def test_the_same_page_sent_twice_reports_once(thread: Thread, tea: str) -> None:
    agreement = thread.signed(tea)
    thread.on(DAY)
    for _ in range(2):
        thread.report(agreement, "JJ1", "100", DAY, key="a-page-of-its-own")
    assert thread.ledger(DAY) == {"A2": 1_000_000, "W0": 2_000_000}


def test_steps_out_of_turn_and_pages_of_others(thread: Thread, tea: str) -> None:
    agreement = thread.signed(tea)
    paper = storage.session().execute(select(Agreement)).first()
    assert paper is not None
    for login, path in (
        ("rival", f"/bank/agreements/{agreement}"),
        ("water", f"/my/papers/{agreement}"),
        ("tea", f"/bank/agreements/{agreement}"),
        ("officer", "/my/loans"),
    ):
        assert thread.at(login).get(path).status_code == 404, (login, path)
    thread.on(DAY)
    thread.report(agreement, "JJ1", "100", DAY)
    thread.post("water", f"/my/disbursements/{report_key('JJ1')}/answer", 404, answer="right")
    thread.post("rival", f"/bank/disbursements/{report_key('JJ1')}/void", 404, reason="不是我的")
    assert "JJ1" in plain(thread.at("manager").get(f"/bank/agreements/{agreement}")), "the head sees its branch's"


def test_withdrawn_before_the_bank_signs(thread: Thread, tea: str) -> None:
    decision = thread.begin(tea)
    thread.line(decision)
    paper = thread.draft(decision)
    thread.post("officer", f"/bank/papers/{paper}/move", version=1, action="offer")
    thread.post("branch", f"/bank/papers/{paper}/countersign", 409, version=2, action="countersign")
    thread.post("tea", f"/my/papers/{paper}/sign", version=2, action="sign")
    thread.post("tea", f"/my/papers/{paper}/sign", version=3, action="turn_down")
    said = plain(thread.post("branch", f"/bank/papers/{paper}/countersign", 409, version=3, action="countersign"))
    assert "企业未签" in said
    assert paper_now(paper).agreement_id is None
    assert thread.ledger(AS_OF) == {}


@pytest.mark.parametrize(
    ("address", "shared"), [("10.0.0.7", True), ("10.0.0.8", False)], ids=["same device", "another one"]
)
def test_an_officers_device_is_flagged(thread: Thread, tea: str, address: str, shared: bool) -> None:
    agreement = thread.signed(tea)
    thread.on(DAY)
    thread.report(agreement, "JJ1", "300", DAY)
    thread.at("officer", address="10.0.0.7", browser="Phone")
    client = thread.at("tea", address=address, browser="Phone")
    told = {"key": "a-key-of-its-own", "answer": "right"}
    assert client.submit(f"/my/disbursements/{report_key('JJ1')}/answer", told).status_code == 303
    storage.remove_session()
    assert storage.session().scalars(select(Confirmation.device_shared)).one() is shared
    assert thread.ledger(AS_OF) == ({"A2": 3_000_000} if shared else {"A1": 3_000_000})


def test_pages_open_for_those_they_are_for(thread: Thread, tea: str) -> None:
    agreement = thread.signed(tea)
    decision = storage.session().execute(select(Agreement.need_key)).scalar_one()
    assert decision == thread.need
    onward = thread.at("officer").get(f"/bank/decisions?referral={thread.referral}")
    assert onward.status_code == 303 and "/bank/decisions/decision-" in onward.headers["Location"]
    for login, path in (
        ("rival", f"/bank/decisions?referral={thread.referral}"),
        ("officer", "/bank/decisions"),
        ("officer", "/bank/agreements"),
        ("branch", f"/bank/agreements/{agreement}"),
        ("tea", "/my/loans"),
    ):
        for language in ("zh", "en"):
            assert thread.at(login).get(f"{path}?lang={language}").status_code == 200, (login, path)
    assert TODAY < DAY

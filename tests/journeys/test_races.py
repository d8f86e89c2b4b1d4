"""Many browsers at once, over HTTP: nothing is paid twice or over the limit, one wins, the others are told why.

Each browser is a thread with a connection of its own and goes through the routes, with everything those do before and
after the command. Afterwards the trail verifies and nothing stands that has no owner.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import func, select, text
from werkzeug.test import TestResponse

from matchmaking.delivery.agreements.models import Agreement, Baseline
from matchmaking.delivery.disbursements.models import Disbursement, DisbursementPosition
from matchmaking.delivery.signings.models import Paper
from matchmaking.domain.money import Money
from matchmaking.foundation import storage
from matchmaking.foundation.storage import IdempotencyKey
from matchmaking.foundation.trail import verify
from matchmaking.foundation.trail.models import TrailEvent
from matchmaking.market.needs.models import Need
from matchmaking.market.referrals.models import Referral, ReferralEvent
from matchmaking.registry.organisations.models import Organisation
from tests.delivery.decisions.test_lines_and_quota import submitted, taken
from tests.foundation.racing import race
from tests.journeys.test_thread import DAY
from tests.journeys.thread_world import Thread, decision_now, hidden, paper_now, referral_key
from tests.market.market_world import GOOD, load, new_need, offer
from tests.market.referral_world import sell

CROWD = 100
"""Browsers that send at the same moment."""
DUEL = 12
"""Browsers of two people between them; fewer than the connections an engine's pool has."""


class Crowd:
    """Forms ready to be sent, all let go at once."""

    def __init__(self, thread: Thread) -> None:
        self.thread, self.calls, self.seats = thread, [], {}  # type: ignore[var-annotated]

    def add(self, login: str, path: str, key: str, **data: Any) -> None:
        """One browser more: ``login``'s session, the form of ``path`` sent under ``key``."""
        if login not in self.seats:
            with self.thread.at(login).session_transaction() as cookie:
                self.seats[login] = cookie["_user_id"]
        browser = self.thread.app.test_client()
        with browser.session_transaction() as cookie:
            cookie["_user_id"] = self.seats[login]
        body = {"csrf_token": browser.csrf_token(), "key": key, **data}  # type: ignore[attr-defined]
        self.calls.append(lambda: browser.post(path, data=body))

    def go(self) -> list[TestResponse]:
        """Send them all; every one is answered with a page."""
        answers = race(self.calls)
        broken = [one for one in answers if not isinstance(one, TestResponse) or one.status_code >= 500]
        assert broken == [], [repr(one) for one in broken[:3]]
        storage.remove_session()
        return answers


def statuses(answers: list[TestResponse]) -> dict[int, int]:
    """Status → how many."""
    return dict(Counter(one.status_code for one in answers))


def said(answers: list[TestResponse]) -> set[str]:
    """What the losers were told, each once: a page's alerts without their tags."""
    pages = [one.get_data(as_text=True) for one in answers if one.status_code != 303]
    alerts = [" ".join(re.findall(r'role="alert".*?>(.*?)</(?:p|div|ul)>', page, re.DOTALL)) for page in pages]
    return {re.sub(r"<[^>]+>|\s+", " ", words).strip() for words in alerts}


def count(table: type) -> int:
    """Rows of a table."""
    return int(storage.session().execute(select(func.count()).select_from(table)).scalar_one())


def told(tag: str) -> int:
    """Events of one kind in the trail."""
    wanted = select(func.count()).select_from(TrailEvent).where(TrailEvent.tag == tag)
    return int(storage.session().execute(wanted).scalar_one())


def assert_whole() -> None:
    """The trail verifies, every key has its answer, no row points nowhere, positions hold what was reported."""
    session = storage.session()
    assert verify(session).sound
    assert session.scalars(select(IdempotencyKey).where(IdempotencyKey.answer.is_(None))).all() == []
    if session.get_bind().dialect.name == "sqlite":
        assert session.execute(text("PRAGMA foreign_key_check")).all() == []
    assert (told("disbursement.reported"), told("paper.countersigned")) == (count(Disbursement), count(Agreement))
    assert count(Baseline) == count(Agreement)
    signed = select(Paper.agreement_id).where(Paper.state == "signed")
    assert set(session.scalars(signed)) == set(session.scalars(select(Agreement.id)))
    for held in session.scalars(select(DisbursementPosition)):
        wanted = select(func.sum(Disbursement.amount_minor)).where(Disbursement.agreement_id == held.agreement_id)
        assert held.drawn_minor == (session.scalar(wanted) or 0) <= held.limit_minor


@pytest.fixture
def crowd(thread: Thread) -> Crowd:
    """Nobody yet."""
    return Crowd(thread)


def reports(crowd: Crowd, agreement: str, *told: tuple[str, str, str]) -> list[TestResponse]:
    """Everybody reports on ``agreement`` at once: (key, 借据号, 万元) each."""
    crowd.thread.on(DAY)
    for key, iou, wan in told:
        body = {"amount": wan, "amount_unit": "wan", "value_on": DAY.isoformat(), "iou_no": iou}
        crowd.add("officer", f"/bank/agreements/{agreement}/disbursements", key, **body)
    return crowd.go()


def test_one_report_sent_a_hundred_times_is_one_payment(thread: Thread, tea: str, crowd: Crowd) -> None:
    agreement = thread.signed(tea)
    answers = reports(crowd, agreement, *[("one-key-for-all", "JJ1", "100")] * CROWD)
    assert {(one.status_code, one.headers.get("Location")) for one in answers} == {
        (303, f"/bank/agreements/{agreement}")
    }, "everybody is answered alike"
    assert storage.session().scalars(select(Disbursement.amount_minor)).all() == [100_000_000]
    assert_whole()


def test_a_hundred_reports_stop_at_the_limit_and_a_number_holds_once(thread: Thread, tea: str, crowd: Crowd) -> None:
    agreement = thread.signed(tea)
    # 3,000,000 signed; fifty numbers of 70,000 yuan, each sent by two pages: 42 fit
    told_ = [(f"key-of-page-{n}", f"JJ{n % 50}", "7") for n in range(CROWD)]
    answers = reports(crowd, agreement, *told_)
    assert statuses(answers) == {303: 42, 409: CROWD - 42}
    numbers = storage.session().scalars(select(Disbursement.iou_no)).all()
    assert len(numbers) == len(set(numbers)) == 42
    for words in said(answers):
        assert "已报过" in words or ("70,000.00" in words and "3,000,000.00" in words), words
    assert_whole()


def test_ten_papers_offered_at_once_stay_within_the_line(thread: Thread, tea: str, crowd: Crowd) -> None:
    decision = thread.begin(tea)
    thread.line(decision)
    papers = [thread.draft(decision, amount="90") for _ in range(10)]
    for place, paper in enumerate(papers * 4):
        crowd.add("officer", f"/bank/papers/{paper}/move", f"page-number-{place}", version=1, action="offer")
    answers = crowd.go()
    assert statuses(answers) == {303: 3, 409: len(answers) - 3}, "three times 900,000 fit into 3,000,000"
    assert sorted(paper_now(paper).state for paper in papers) == ["drafted"] * 7 + ["offered"] * 3
    for words in said(answers):
        assert "900,000.00" in words or "已提交给企业" in words or "待企业签署" in words, words
    assert decision_now(decision).line_minor == 300_000_000
    assert_whole()


def firm_signed(thread: Thread, product: str) -> str:
    """A paper that waits for the bank's signature; its key."""
    decision = thread.begin(product)
    thread.line(decision)
    paper = thread.draft(decision)
    thread.post("officer", f"/bank/papers/{paper}/move", version=1, action="offer")
    thread.post("tea", f"/my/papers/{paper}/sign", version=2, action="sign")
    return paper


def test_a_hundred_signatures_of_two_managers_make_one_agreement(thread: Thread, tea: str, crowd: Crowd) -> None:
    paper = firm_signed(thread, tea)
    for place in range(CROWD):
        login = ("branch", "manager")[place % 2]
        crowd.add(login, f"/bank/papers/{paper}/countersign", f"page-{place:06d}", version=3, action="countersign")
    answers = crowd.go()
    assert statuses(answers) == {303: 1, 409: CROWD - 1}
    assert all("已签" in words for words in said(answers)), said(answers)
    assert (count(Agreement), paper_now(paper).state) == (1, "signed")
    assert load(storage.session(), thread.need).state == "contracted"
    assert_whole()


def sent(thread: Thread, product: str) -> str:
    """A verified need sent with the firm's consent; the referral's key."""
    thread.need = new_need(thread.world, GOOD)
    thread.post("tea", f"/needs/{thread.need}/post", version=1, confirmed="y")
    thread.post("county", f"/bureau/needs/{thread.need}/verify", version=2)
    path = f"/needs/{thread.need}/send"
    shown = hidden(thread.at("tea").get(path, query_string={"product": product}).get_data(as_text=True))
    thread.post("tea", path, product=product, agreed="y", version=shown["version"], digest=shown["digest"])
    return referral_key(thread.need)


Side = tuple[str, str, dict[str, Any]]


def duel(crowd: Crowd, one: Side, other: Side) -> tuple[int, int]:
    """Two people press their buttons, each from several windows; how often each of them got through.

    Every loser is told what happened, also where the thing is no longer the loser's to see.
    """
    for place in range(DUEL):
        login, path, data = (one, other)[place % 2]
        crowd.add(login, path, f"window-{place:04d}", **data)
    answers = crowd.go()
    losers = [answer for answer in answers if answer.status_code != 303]
    assert {answer.status_code for answer in losers} <= {409}, statuses(answers)
    assert all(said(losers)), "every loser is told what happened"
    assert not any("没有这个页面" in one.get_data(as_text=True) for one in losers)
    wins = [sum(answer.status_code == 303 for answer in answers[side::2]) for side in (0, 1)]
    assert_whole()
    return wins[0], wins[1]


def test_withdrawing_the_need_against_the_countersign(thread: Thread, tea: str, crowd: Crowd) -> None:
    paper = firm_signed(thread, tea)
    version = load(storage.session(), thread.need).version
    sign = ("branch", f"/bank/papers/{paper}/countersign", {"version": 3, "action": "countersign"})
    withdraw = ("tea", f"/needs/{thread.need}/withdraw", {"version": version})
    signed, withdrawn = duel(crowd, sign, withdraw)
    assert (signed, withdrawn) in ((1, 0), (0, 1))
    assert count(Agreement) == signed
    assert load(storage.session(), thread.need).state == ("contracted" if signed else "withdrawn")
    assert (paper_now(paper).state == "signed") is bool(signed)


def test_turning_down_against_the_countersign(thread: Thread, tea: str, crowd: Crowd) -> None:
    paper = firm_signed(thread, tea)
    sign = ("branch", f"/bank/papers/{paper}/countersign", {"version": 3, "action": "countersign"})
    turn_down = ("tea", f"/my/papers/{paper}/sign", {"version": 3, "action": "turn_down"})
    signed, turned = duel(crowd, sign, turn_down)
    assert (signed, turned) in ((1, 0), (0, 1))
    assert (count(Agreement), paper_now(paper).state) == (signed, "signed" if signed else "turned_down")


def test_turning_down_against_taking_the_offer_back(thread: Thread, tea: str, crowd: Crowd) -> None:
    decision = thread.begin(tea)
    thread.line(decision)
    paper = thread.draft(decision)
    thread.post("officer", f"/bank/papers/{paper}/move", version=1, action="offer")
    turn_down = ("tea", f"/my/papers/{paper}/sign", {"version": 2, "action": "turn_down"})
    take_back = ("officer", f"/bank/papers/{paper}/move", {"version": 2, "action": "take_back"})
    turned, taken = duel(crowd, turn_down, take_back)
    assert (turned, taken) in ((1, 0), (0, 1))
    assert paper_now(paper).state == ("turned_down" if turned else "drafted")


def test_signing_against_taking_the_offer_back(thread: Thread, tea: str, crowd: Crowd) -> None:
    paper = offered(thread, tea)
    sign = ("tea", f"/my/papers/{paper}/sign", {"version": 2, "action": "sign"})
    take_back = ("officer", f"/bank/papers/{paper}/move", {"version": 2, "action": "take_back"})
    signed, taken = duel(crowd, sign, take_back)
    assert (signed, taken) in ((1, 0), (0, 1))
    assert paper_now(paper).state == ("firm_signed" if signed else "drafted")


def test_who_was_shown_a_paper_is_told_that_it_was_taken_back_and_nobody_else(thread: Thread, tea: str) -> None:
    paper = offered(thread, tea)
    thread.post("officer", f"/bank/papers/{paper}/move", version=2, action="take_back")
    never_offered = thread.draft(thread.decision, amount="10")
    for login in ("tea", "tea2"):
        answer = thread.at(login).submit(f"/my/papers/{paper}/sign", {"key": "k" * 32, "version": 2, "action": "sign"})
        for page, status in ((answer, 409), (thread.at(login).get(f"/my/papers/{paper}"), 200)):
            assert page.status_code == status
            assert "银行已收回这份合同" in page.text and "联系银行的客户经理" in page.text
            assert "3,000,000" not in page.text and "300 万" not in page.text, "a draft's terms are the bank's"
    for login, key in (("tea", never_offered), ("toy", paper), ("water", paper)):
        assert_absent(thread, login, f"/my/papers/{key}", f"/my/papers/{key}/sign", "/my/papers/absent")


def test_taking_the_need_back_against_the_bureau_s_word(thread: Thread, crowd: Crowd) -> None:
    key = new_need(thread.world, GOOD)
    thread.post("tea", f"/needs/{key}/post", version=1, confirmed="y")
    verify = ("county", f"/bureau/needs/{key}/verify", {"version": 2})
    take_back = ("tea", f"/needs/{key}/move", {"version": 2, "action": "take_back"})
    verified, taken = duel(crowd, verify, take_back)
    assert (verified, taken) in ((1, 0), (0, 1))
    assert load(storage.session(), key).state == ("verified" if verified else "draft")


def test_who_was_shown_a_need_is_told_that_it_was_taken_back_and_nobody_else(thread: Thread) -> None:
    key, private = new_need(thread.world, GOOD), new_need(thread.world, GOOD)
    thread.post("tea", f"/needs/{key}/post", version=1, confirmed="y")
    thread.post("tea", f"/needs/{key}/move", version=2, action="take_back")
    for login in ("county", "city"):
        for step in ("verify", "return"):
            answer = thread.at(login).submit(f"/bureau/needs/{key}/{step}", {"key": "k" * 32, "version": 2})
            assert answer.status_code == 409 and "企业已收回这项需求" in answer.text
        assert "企业已收回这项需求" in thread.at(login).get(f"/bureau/needs/{key}").text
    for login, hidden_key in (("elsewhere", key), ("county", private), ("city", private)):
        there = f"/bureau/needs/{hidden_key}"
        assert_absent(thread, login, there, f"{there}/verify", "/bureau/needs/absent")


def test_handing_a_referral_on_against_accepting_it(thread: Thread, tea: str, crowd: Crowd) -> None:
    referral = sent(thread, tea)
    bank = storage.session().get_one(Organisation, thread.world.bank)
    accept = ("officer", f"/inbox/{referral}/accept", {"version": 1})
    assign = ("manager", f"/inbox/{referral}/assign", {"version": 1, "unit": bank.public_key, "officer": "0"})
    accepted, assigned = duel(crowd, accept, assign)
    assert (accepted, assigned) in ((1, 0), (0, 1))
    held = storage.session().scalars(select(Referral)).one()
    assert (held.state == "accepted", held.organisation_id == thread.world.bank) == (bool(accepted), bool(assigned))
    assert_absent(thread, "rival", f"/inbox/{referral}", f"/inbox/{referral}/accept", "/inbox/absent")


def test_who_held_a_referral_is_told_that_it_was_handed_on(thread: Thread, tea: str) -> None:
    referral = sent(thread, tea)
    bank = storage.session().get_one(Organisation, thread.world.bank)
    thread.post("manager", f"/inbox/{referral}/assign", version=1, unit=bank.public_key, officer="0")
    for step, told in (("accept", {}), ("decline", {"reason": "cash_flow"}), ("assign", {"officer": "0"})):
        answer = thread.at("branch").submit(f"/inbox/{referral}/{step}", {"key": "k" * 32, "version": 1, **told})
        assert answer.status_code == 409 and "已转给本行别的机构" in answer.text, step
    assert "已转给本行别的机构" in thread.at("officer").get(f"/inbox/{referral}").text
    assert thread.at("manager").get(f"/inbox/{referral}").status_code == 200


@pytest.mark.parametrize(
    "engine_name", [pytest.param("sqlite", marks=pytest.mark.release), "postgresql"], indirect=True
)
def test_of_a_hundred_approvals_at_once_as_many_go_through_as_the_quota_carries(thread: Thread, crowd: Crowd) -> None:
    # 42 lines of 3,000,000 fit into 128,000,000
    scarce = sell(thread.world.bank, "收茶贷", offer(quota=Money.of(128_000_000)))
    decisions = [submitted(thread.world, scarce)[0] for _ in range(CROWD)]
    for place, decision in enumerate(decisions):
        told_ = {"version": 2, "action": "approve"}
        crowd.add(("branch", "manager")[place % 2], f"/bank/decisions/{decision}/move", f"page-{place:06d}", **told_)
    answers = crowd.go()
    assert statuses(answers) == {303: 42, 409: CROWD - 42}
    assert sorted(decision_now(key).state for key in decisions) == ["approved"] * 42 + ["submitted"] * 58
    assert taken() == 42 * 300_000_000
    for words in said(answers):
        assert all(one in words for one in ("128,000,000.00", "126,000,000.00", "2,000,000.00")), words
    assert told("decision.approved") == 42
    assert_whole()


def assert_absent(thread: Thread, login: str, page: str, form: str, absent: str) -> None:
    """``login`` gets for ``page`` and ``form`` what a page gets that never was."""
    nothing = thread.at(login).get(absent)
    assert nothing.status_code == 404
    for answer in (thread.at(login).get(page), thread.at(login).submit(form, {"key": "k" * 32, "version": 2})):
        assert (answer.status_code, unkeyed(answer)) == (404, unkeyed(nothing))


def unkeyed(answer: TestResponse) -> str:
    """A page without what differs from one request to the next: tokens, and the address it was asked under."""
    text = re.sub(r'(name="csrf_token"[^>]*value|nonce)="[^"]*"', "", answer.get_data(as_text=True))
    return re.sub(r'(href|value|action)="[^"]*"', "", text)


def offered(thread: Thread, product: str) -> str:
    """A paper that waits for the firm's signature; its key."""
    thread.decision = thread.begin(product)
    thread.line(thread.decision)
    paper = thread.draft(thread.decision)
    thread.post("officer", f"/bank/papers/{paper}/move", version=1, action="offer")
    return paper


def test_two_officers_on_one_referral(thread: Thread, tea: str, crowd: Crowd) -> None:
    referral = sent(thread, tea)
    accept = ("officer", f"/inbox/{referral}/accept", {"version": 1})
    decline = ("branch", f"/inbox/{referral}/decline", {"version": 1, "reason": "cash_flow"})
    accepted, declined = duel(crowd, accept, decline)
    assert (accepted, declined) in ((1, 0), (0, 1))
    session = storage.session()
    assert session.scalars(select(Referral.state)).one() == ("accepted" if accepted else "declined")
    after = session.scalars(select(ReferralEvent.after).order_by(ReferralEvent.id)).all()
    assert after.count("accepted") + after.count("declined") == 1
    assert count(Need) == 1

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
from matchmaking.foundation import storage
from matchmaking.foundation.storage import IdempotencyKey
from matchmaking.foundation.trail import verify
from matchmaking.foundation.trail.models import TrailEvent
from matchmaking.market.needs.models import Need
from matchmaking.market.referrals.models import Referral, ReferralEvent
from tests.foundation.racing import race
from tests.journeys.test_thread import DAY
from tests.journeys.thread_world import Thread, decision_now, hidden, paper_now, referral_key
from tests.market.market_world import GOOD, load, new_need

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


Side = tuple[str, str, dict[str, Any]]


def duel(crowd: Crowd, one: Side, other: Side, *, gone: int = 409) -> tuple[int, int]:
    """Two people press their buttons, each from several windows; how often each of them got through.

    ``gone``: what the loser's page may be where the thing is no longer the loser's to see.
    """
    for place in range(DUEL):
        login, path, data = (one, other)[place % 2]
        crowd.add(login, path, f"window-{place:04d}", **data)
    answers = crowd.go()
    losers = [answer for answer in answers if answer.status_code not in (303, gone)]
    assert {answer.status_code for answer in losers} <= {409}, statuses(answers)
    assert all(said(losers)), "every loser is told what happened"
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
    # a paper taken back is the bank's draft again, which the firm may not see
    turned, taken = duel(crowd, turn_down, take_back, gone=404)
    assert (turned, taken) in ((1, 0), (0, 1))
    assert paper_now(paper).state == ("turned_down" if turned else "drafted")


def test_two_officers_on_one_referral(thread: Thread, tea: str, crowd: Crowd) -> None:
    thread.need = new_need(thread.world, GOOD)
    thread.post("tea", f"/needs/{thread.need}/post", version=1, confirmed="y")
    thread.post("county", f"/bureau/needs/{thread.need}/verify", version=2)
    path = f"/needs/{thread.need}/send"
    shown = hidden(thread.at("tea").get(path, query_string={"product": tea}).get_data(as_text=True))
    thread.post("tea", path, product=tea, agreed="y", version=shown["version"], digest=shown["digest"])
    referral = referral_key(thread.need)
    accept = ("officer", f"/inbox/{referral}/accept", {"version": 1})
    decline = ("branch", f"/inbox/{referral}/decline", {"version": 1, "reason": "cash_flow"})
    accepted, declined = duel(crowd, accept, decline)
    assert (accepted, declined) in ((1, 0), (0, 1))
    session = storage.session()
    assert session.scalars(select(Referral.state)).one() == ("accepted" if accepted else "declined")
    after = session.scalars(select(ReferralEvent.after).order_by(ReferralEvent.id)).all()
    assert after.count("accepted") + after.count("declined") == 1
    assert count(Need) == 1

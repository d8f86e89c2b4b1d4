"""The whole thread on one page: every party's own part of it, both clocks, few statements, readers noted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from matchmaking.domain.states import FIRM
from matchmaking.foundation import storage
from matchmaking.foundation.access.reading import AccessLog
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.market.needs.commands import move_need
from matchmaking.market.needs.models import Need
from matchmaking.registry.consents.models import Consent
from matchmaking.rulebook import say
from tests.journeys.thread_world import Thread, report_key
from tests.market.market_world import new_need
from tests.past import write_past_the_trail

DAY = date(2026, 10, 14)
ONE_ENGINE = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
"""What is shown to whom does not depend on the database; that the one statement runs on both is tested above."""


@contextmanager
def counted() -> Iterator[list[str]]:
    """Every SQL statement of the block."""
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
            seen.append(statement)

    event.listen(storage.engine(), "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(storage.engine(), "before_cursor_execute", note)


def told(thread: Thread, login: str, status: int = 200, lang: str = "zh") -> str:
    """What the page of the need says to ``login``."""
    answer = thread.at(login).get(f"/threads/{thread.need}?lang={lang}")
    assert answer.status_code == status, (login, answer.status_code)
    storage.remove_session()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True).split("<main", 1)[-1]))


def walk(thread: Thread, tea: str) -> str:
    """Signed, paid in two parts of which one is taken back and one confirmed, a month before our records knew."""
    agreement = thread.signed(tea)
    thread.on(date(2026, 11, 20))
    thread.report(agreement, "JJ1", "100", DAY)
    thread.report(agreement, "JJ2", "50", DAY)
    thread.post("officer", f"/bank/disbursements/{report_key('JJ2')}/void", reason="金额录错")
    thread.answer("JJ1", "right")
    return agreement


def test_every_party_reads_its_own_part(thread: Thread, tea: str) -> None:
    walk(thread, tea)
    firm = told(thread, "tea")
    order = [
        firm.index(word)
        for word in ("申报", "核实", "受理", "批准", "签约 借款合同", "银行报送放款 JJ1", "企业答复 JJ1")
    ]
    assert order == sorted(order), "in the order in which it happened"
    assert "作废：金额录错" in firm, "what was taken back stays"
    assert "提交审批" not in firm, "the bank's own work is not the firm's to read"
    assert "2026-10-14" in firm and "2026-11-20" in firm, "two clocks"
    money = firm[firm.index("签了、银行说放了") :]
    assert "300.00 100.00 100.00 0.00 0.00 200.00" in money, "signed, reported, right, wrong, unanswered, not paid"

    bank = told(thread, "officer")
    assert "提交审批" in bank and "企业答复 JJ1" in bank and "这次查看已记录" in bank
    county = told(thread, "county")
    assert "签订合同" in county
    for hidden in ("JJ1", "银行报送放款", "签了、银行说放了", "借款合同"):
        assert hidden not in county, hidden
    english = told(thread, "tea", lang="en")
    assert "From the first word to the last cent" in english and "事实" not in english
    for login in ("rival", "water"):
        told(thread, login, 404)


@ONE_ENGINE
def test_readers_other_than_the_firm_are_noted(thread: Thread, tea: str) -> None:
    thread.signed(tea)
    before = _readings()
    for login in ("tea", "county", "officer", "rival"):
        thread.at(login).get(f"/threads/{thread.need}")
    seen = [(row.role, row.under.split(":")[0]) for row in _all()[before:]]
    assert seen == [("bureau_officer", "need"), ("bank_officer", "referral")]


@ONE_ENGINE
def test_few_statements_however_much_happened(thread: Thread, tea: str) -> None:
    agreement = walk(thread, tea)
    client = thread.at("tea")
    numbers = []
    for more in range(2):
        for number in range(3 * more):
            thread.report(agreement, f"JJ9{number}", "10", DAY)
            thread.answer(f"JJ9{number}", "not_received")
        client = thread.at("tea")
        with counted() as seen:
            assert client.get(f"/threads/{thread.need}").status_code == 200
        numbers.append(len(seen))
        storage.remove_session()
    assert numbers[0] == numbers[1] <= 4, numbers


@ONE_ENGINE
def test_a_need_nobody_sent_yet_is_the_firms_and_the_bureaus(thread: Thread, tea: str) -> None:
    thread.need = new_need(thread.world)
    assert "草稿" in told(thread, "tea")
    for login in ("officer", "county"):
        told(thread, login, 404)
    by_bureau = update(Need).where(Need.public_key == thread.need).values(entered_by="bureau")
    write_past_the_trail(lambda inside: inside.execute(by_bureau))
    assert "草稿" in told(thread, "county"), "what a bureau writes for a firm is its own from the first word"
    told(thread, "officer", 404)


@ONE_ENGINE
def test_whose_turn_it_was_is_told_to_each_as_far_as_it_is_theirs(thread: Thread, tea: str) -> None:
    thread.begin(tea)
    inbox = f"/inbox/{thread.referral}"
    thread.post("officer", f"{inbox}/turn", version=3, reason="ask_firm:papers", words="请补近一年流水")
    thread.post("tea", f"/needs/{thread.need}/referrals/{thread.referral}/answer", version=4, words="流水随后送到")
    for login in ("tea", "officer"):
        page = told(thread, login)
        asked, answered = page.index("请补近一年流水"), page.index("流水随后送到")
        assert asked < answered
        assert say("action_turn_ask_firm") in page and say("turn_reason_papers") in page
    county = told(thread, "county")
    assert say("action_turn_ask_firm") in county and say("turn_reason_papers") in county
    assert "流水" not in county, "a bank's words about a firm stay between the two"


def test_a_bank_that_signed_reads_its_part_after_the_need_is_closed_and_consent_gone(thread: Thread, tea: str) -> None:
    walk(thread, tea)
    consent = storage.session().scalars(select(Consent.public_key).order_by(Consent.id.desc())).first()
    thread.post("tea", f"/my/consents/{consent}/revoke")

    def close(session: Session) -> None:
        need = session.scalars(select(Need).where(Need.public_key == thread.need)).one()
        at = datetime(2026, 11, 21, 4, tzinfo=UTC)
        move_need(session, actor="user:1", role=FIRM, need=need, version=need.version, action="close", at=at)

    run_in_unit_of_work(close)
    page = told(thread, "officer")
    assert "JJ1" in page and "作废：金额录错" in page and say("state_need_closed") in page
    told(thread, "rival", 404)


@ONE_ENGINE
def test_government_reads_the_first_level_of_a_reason_only(thread: Thread, tea: str) -> None:
    decision = thread.begin(tea)
    thread.post("officer", f"/bank/decisions/{decision}/move", version=1, action="submit")
    refused = {"version": 2, "reason": "cash_flow", "words": "近一年流水只有六十万"}
    thread.post("branch", f"/bank/decisions/{decision}/refuse", **refused)
    assert "近一年流水只有六十万" in told(thread, "tea")
    county = told(thread, "county")
    assert "不予批准" in county and "偿债" in county
    assert "近一年流水" not in county and "现金流" not in county


def _all() -> list[AccessLog]:
    storage.remove_session()
    return list(storage.session().scalars(select(AccessLog).order_by(AccessLog.id)))


def _readings() -> int:
    return len(_all())

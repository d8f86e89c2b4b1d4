"""The firm's first page: what to do first, the parcel's way, the question with its one tap, and few statements."""

from __future__ import annotations

import re
from datetime import date

import pytest

from matchmaking.foundation import storage
from tests.desks.thread.test_thread_page import counted
from tests.journeys.thread_world import Thread, report_key
from tests.market.market_world import new_need

DAY = date(2026, 10, 14)
ONE_ENGINE = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


def page(thread: Thread, login: str = "tea", query: str = "") -> str:
    """The page as its markup."""
    answer = thread.at(login).get(f"/my{query}")
    assert answer.status_code == 200
    storage.remove_session()
    return answer.get_data(as_text=True)


def plain(markup: str) -> str:
    """Its words alone."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup.split("<main", 1)[-1]))


@ONE_ENGINE
def test_nothing_yet_says_where_to_begin(thread: Thread) -> None:
    markup = page(thread)
    assert "从提一份需求开始" in markup
    assert markup.count('class="b b-main"') == 1, "one main button"
    assert 'href="/needs/new"' in markup


def test_a_need_on_its_way_from_posting_to_money(thread: Thread, tea: str) -> None:
    decision = thread.begin(tea)
    said = plain(page(thread))
    assert "已申报" in said and "已核实" in said and "已推送 1 家" in said
    assert "汉江银行汉滨支行正在办，2026-10-" in said, "who does what by when"
    assert "钱到账，您来确认" in said, "what is still to come"
    thread.line(decision, permit_conditions="厂房抵押登记")
    paper = thread.draft(decision)
    thread.post("officer", f"/bank/papers/{paper}/move", version=1, action="offer")
    markup = page(thread)
    assert "合同等您看过再签" in markup and f'href="/my/papers/{paper}"' in markup
    thread.post("tea", f"/my/papers/{paper}/sign", version=2, action="sign")
    thread.post("branch", f"/bank/papers/{paper}/countersign", version=3, action="countersign")
    said = plain(page(thread))
    assert "还差 300.00 万元：厂房抵押登记还没办完" in said
    assert "钱到账，您来确认" not in said


def test_the_question_stands_first_and_takes_one_tap(thread: Thread, tea: str) -> None:
    agreement = thread.signed(tea)
    thread.on(DAY)
    thread.report(agreement, "JJ1", "100", DAY)
    thread.report(agreement, "JJ2", "80", DAY)
    thread.answer("JJ2", "not_received")
    markup = page(thread)
    said = plain(markup)
    assert said.index("请回答 1 件") < said.index("银行说放款 80.00 万元")
    form = re.search(
        rf'<form method="post" action="(/my/disbursements/{report_key("JJ1")}/answer)">(.*?)</form>', markup, re.S
    )
    assert form is not None and 'name="answer" value="right"' in form[2]
    assert "答“没收到”" in said and "没放 120.00" in said
    key = re.search(r'name="key"[^>]*value="([^"]+)"', form[2])
    assert key is not None
    assert 'name="back" value="/my"' in form[2]
    thread.post("tea", form[1], answer="right", key="another-key", back="//elsewhere.example")
    answer = thread.post("tea", form[1], answer="right", key=key[1], back="/my")
    assert answer.headers["Location"] == "/my", "two taps: open the page, answer; and back where it was asked"
    said = plain(page(thread))
    assert "请回答" not in said and "您已确认 100.00" in said and "对不上 80.00" in said


@ONE_ENGINE
def test_few_statements_for_one_need_or_many(thread: Thread, tea: str) -> None:
    numbers = []
    for more in (0, 9):
        if more == 0:
            agreement = thread.signed(tea)
            thread.on(DAY)
            thread.report(agreement, "JJ1", "100", DAY)
        for _ in range(more):
            new_need(thread.world)
        client = thread.at("tea")
        with counted() as seen:
            assert client.get("/my").status_code == 200
        numbers.append(len(seen))
        storage.remove_session()
    assert numbers[0] == numbers[1] <= 5, numbers
    assert "第 1–5 条，共 10 条" in plain(page(thread))
    assert "第 6–10 条" in plain(page(thread, query="?page=2"))


@ONE_ENGINE
def test_both_languages_and_the_places_at_the_foot(thread: Thread, tea: str) -> None:
    thread.signed(tea)
    english = page(thread, query="?lang=en")
    words = plain(english)
    assert "not paid yet" in words and not re.search(r"正在办|已核实|没放|余款", words)
    foot = english[english.index('<nav class="tabs"') :]
    assert foot.count("<a ") == 4 and 'href="/my" aria-current="page"' in foot
    assert '<nav class="tabs"' not in thread.at("officer").get("/inbox").get_data(as_text=True)

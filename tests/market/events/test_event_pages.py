"""Pages of meetings and awards: names pasted, late entries apart, few statements, counties within their bounds."""

from __future__ import annotations

import re

import pytest
import time_machine
from sqlalchemy.orm import Session

from matchmaking.domain.identifiers import uscc_from
from matchmaking.domain.money import Money
from matchmaking.foundation.storage import run_in_unit_of_work, session
from matchmaking.market.events.models import Event
from matchmaking.market.events.queries import event_of_number, sheet_lines
from matchmaking.registry.organisations.models import Organisation
from matchmaking.support.awards.commands import AwardTold, open_award_list, record_awards
from tests.delivery.cases_world import counted
from tests.market.market_world import HANBIN, NOON, TODAY, World, enter
from tests.web_fixtures import Browser

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"])
TEA = uscc_from("91", HANBIN, 1)


def held(visitor: Browser, day: str = "2026-09-28") -> Event:
    told = {"kind": "matching", "number": "2026-D07", "name": "茶产业对接会", "held_on": day, "place": "政务中心"}
    answer = visitor.submit("/events/new", {**told, "key": "k" * 32})
    assert answer.status_code == 303, answer.text
    event = event_of_number(session(), "2026-D07")
    assert event is not None
    return event


def names(visitor: Browser, event: Event, text: str, **more: str) -> tuple[int, str]:
    page = visitor.get(f"/events/{event.public_key}").text
    found = dict(re.findall(r'<input[^>]*id="names_([a-z]+)"[^>]*value="([^"]*)"', page))
    told = {"version": found["version"], "key": found["key"], "names": text, **more}
    answer = visitor.submit(f"/events/{event.public_key}/attendance", told)
    return answer.status_code, answer.text


def test_names_are_entered_all_or_none_and_who_is_unknown_is_named(market: World, visitor: Browser) -> None:
    enter(visitor, "city")
    event = held(visitor)
    status, page = names(visitor, event, f"{TEA}\n汉江银行\n没有的公司")
    assert status == 422
    assert "没有的公司" in page and TEA in page, "nothing typed is lost"
    assert sheet_lines(session(), event.id) == []
    assert names(visitor, event, f"{TEA}\n汉江银行")[0] == 303
    assert len(sheet_lines(session(), event.id)) == 2
    page = visitor.get(f"/events/{event.public_key}").text
    assert "安康硒语茶业有限公司" in page and "汉江银行" in page


def test_after_the_last_day_a_name_is_a_late_entry_with_words(market: World, visitor: Browser) -> None:
    enter(visitor, "city")
    event = held(visitor, "2026-09-14")
    status, page = names(visitor, event, TEA)
    assert status == 422, "late entries say why"
    assert names(visitor, event, TEA, words="签到纸页遗失，凭照片补录")[0] == 303
    page = visitor.get(f"/events/{event.public_key}").text
    assert "补录 1 行" in page and "签到纸页遗失" in page
    assert sheet_lines(session(), event.id) == []


def test_before_the_meeting_nobody_signs_in(market: World, visitor: Browser) -> None:
    enter(visitor, "city")
    event = held(visitor, "2026-10-20")
    page = visitor.get(f"/events/{event.public_key}").text
    assert "/attendance" not in page and "/invitations" in page


def test_lists_take_three_statements_and_a_county_cannot_write(market: World, visitor: Browser, other: Browser) -> None:
    enter(visitor, "city")
    event = held(visitor)
    names(visitor, event, f"{TEA}\n汉江银行")
    with counted() as statements:
        visitor.get("/events")
    assert len(statements) <= 3
    enter(other, "elsewhere")
    page = other.get(f"/events/{event.public_key}").text
    assert "汉江银行" in page and TEA not in page, "every bank, and the firms of one's own area"
    told = {"version": "2", "key": "z" * 32, "names": TEA}
    assert other.submit(f"/events/{event.public_key}/attendance", told).status_code == 404


def test_awards_show_their_total_in_three_statements(market: World, visitor: Browser) -> None:
    def pay() -> None:
        def work(inside: Session) -> None:
            listed = open_award_list(
                inside, actor="user:1", kind="subsidy", number="1", title="第一批贴息", document="演示〔2026〕1号",
                decided_on=TODAY, on=TODAY, at=NOON, public_key="first",
            )  # fmt: skip
            rows = [AwardTold(inside.get_one(Organisation, market.firm), Money.of(18_000), TODAY)]
            record_awards(inside, actor="user:1", listed=listed, rows=rows, on=TODAY, at=NOON)

        run_in_unit_of_work(work)

    pay()
    enter(visitor, "city")
    with counted() as statements, time_machine.travel(NOON, tick=True):
        page = visitor.get("/awards").text
    assert len(statements) <= 3
    assert "第一批贴息" in page and "1.80" in page
    assert "安康硒语茶业有限公司" in visitor.get("/awards/first").text
    assert visitor.get("/awards/second").status_code == 404

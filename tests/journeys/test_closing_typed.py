"""Golden case 4 typed in by its actors: June is closed at nought, the verdict of July stands beside it for ever."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html import unescape
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
import time_machine

from config import Settings
from matchmaking.domain.conversion import facts as f
from matchmaking.foundation import clock, storage
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.oversight.periods import jobs
from matchmaking.rulebook import matching
from matchmaking.seeds.golden_cases import golden_cases
from tests.journeys.golden_world import OPENS, PLACES, TYPED, Typist, build_golden
from tests.journeys.thread_world import noon, plain
from tests.market import market_world, referral_world
from tests.past import write_past_the_trail
from tests.registry.registry_world import Statements
from tests.web_fixtures import Browser, make_app

FOURTH, FIFTH = date(2025, 7, 4), date(2025, 7, 5)
MONTH = "/portfolios/city/periods/2025-06"


@pytest.fixture
def typist(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Typist]:
    """The people of case 4 in February 2025, and a second person of the office."""
    for module in (market_world, referral_world):
        monkeypatch.setattr(module, "TODAY", OPENS)
        monkeypatch.setattr(module, "NOON", noon(OPENS))
    first, *later = matching.policies()
    # the case is older than the first policy of matching, which decides nothing in it
    monkeypatch.setattr(matching, "policies", lambda: (replace(first, since=OPENS), *later))
    settings = Settings(environment="test", instance=tmp_path / "instance", database_url=database, secret_key="t" * 40)
    app = make_app(settings)
    case = next(one for one in golden_cases() if one.number == "4")
    with time_machine.travel(noon(OPENS), tick=True) as travel:
        made = build_golden(app, settings, travel, case)
        second = ("second", Role.FINANCE_OFFICE_CITY, "*", None)
        write_past_the_trail(market_world._person, market_world.World(), *second)
        storage.remove_session()
        yield made


def go_to(typist: Typist, day: date) -> None:
    typist.today = day
    typist.travel.move_to(noon(day))


def type_until(typist: Typist, day: date, before: date = date.min) -> None:
    for fact in sorted(typist.case.facts, key=lambda one: (one.recorded_on, PLACES[type(one)], one.key)):
        if before < fact.recorded_on <= day:
            go_to(typist, fact.recorded_on)
            TYPED[type(fact)](typist, fact)


def night(typist: Typist) -> None:
    jobs.run(JobContext(typist.today, clock.now(), typist.settings))
    storage.remove_session()


def page(typist: Typist, login: str, path: str) -> str:
    return plain(typist.browser(login).get(path))


def links(browser: Browser, path: str) -> list[str]:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return [unescape(each) for each in re.findall(r'href="(/[^"#]*)', answer.get_data(as_text=True))]


def test_june_stays_nought_and_the_verdict_stands_beside_it(typist: Typist) -> None:
    type_until(typist, FOURTH)
    go_to(typist, FOURTH)
    typist.post("office", "/portfolios/city/periods", month="2025-06")
    own = page(typist, "office", MONTH)
    assert "要由另一个有结账权限的人结账" in own
    proposal = typist.browser("second").get(MONTH).get_data(as_text=True)
    key = proposal.split('name="proposal"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    typist.post("second", f"{MONTH}/close", proposal=key)
    night(typist)
    assert "结账以来没有更正" in page(typist, "office", MONTH)

    type_until(typist, FIFTH, before=FOURTH)
    night(typist)
    night(typist)
    told = page(typist, "office", MONTH)
    assert "第 1 次更正：按 2025-07-05 所知" in told and "第 2 次更正" not in told
    assert "A4 争议 300.00 — −300.00 0.00 —" in told
    assert "A1 新增已核实 0.00 — +300.00 300.00 +300.00 300.00" in told
    assert "合计 = 签约额 300.00 0.00 300.00 +300.00 300.00" in told
    assert "裁定" in told and typist.typed[next(x.key for x in typist.case.facts if isinstance(x, f.Signing))] in told
    reader = typist.browser("office")
    figure = next(each for each in links(reader, MONTH) if "bucket=A4" in each)
    assert "known_at=2025-07-03" in figure, "as frozen, not as known now"
    paper = next(each for each in links(reader, figure) if "/agreements/" in each)
    assert "新增" in page(typist, "office", paper), "two clicks from a closed figure to its paper"
    cause = next(each for each in links(reader, MONTH) if "/agreements/" in each)
    assert "裁定" in page(typist, "office", cause), "one click from a restatement to the paper it is about"
    with Statements() as sent:
        months = page(typist, "office", "/portfolios/city/periods")
    assert len(sent.sent) <= 3
    assert "0.00 +300.00 → 300.00" in months

    book = openpyxl.load_workbook(BytesIO(typist.browser("office").get(f"{MONTH}/figures.xlsx").data))
    rows = list(book.worksheets[1].iter_rows(min_row=2, values_only=True))
    assert sorted((row[3].split()[0], row[4], row[5]) for row in rows) == [
        ("A1", 3_000_000, 3_000_000), ("A4", -3_000_000, 0),
    ]  # fmt: skip
    reader.submit("/language", {"language": "en", "next": MONTH})
    english = reader.get(MONTH).get_data(as_text=True)
    assert "Restatement 1, as known on 2025-07-05" in english


def test_refusals_are_said_where_they_were_asked(typist: Typist) -> None:
    type_until(typist, FOURTH)
    go_to(typist, date(2025, 7, 2))
    browser = typist.browser("office")
    for month, words in (("2025-06", "最早 2025-07-04 可以提出结账"), ("June", "不是月份")):
        answer = browser.submit("/portfolios/city/periods", {"key": uuid.uuid4().hex, "month": month})
        assert answer.status_code in (409, 422)
        assert words in plain(answer)
    assert browser.get(MONTH).status_code == 404
    assert browser.submit(f"{MONTH}/close", {"key": uuid.uuid4().hex, "proposal": "x"}).status_code == 404

"""What came of a meeting: the frozen cohort by instrument, after thirty and ninety days; the rest apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
import time_machine
from flask import Flask

from matchmaking.desks.gatherings.queries import attended_and_signed, latest_told
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.storage import run_in_unit_of_work, session
from matchmaking.registry.organisations.models import Organisation
from tests.delivery.cases_world import MARCH, MILLION, counted
from tests.desks.gatherings.gathering_world import MEETING, Gathering, gather
from tests.market.market_world import NOON, World, _person, build_world, enter
from tests.web_fixtures import Browser

ON_ONE_ENGINE = pytest.mark.parametrize("engine_name", ["sqlite"])
PAGE = f"/portfolios/fair/events/{MEETING}"


@pytest.fixture
def market(app: Flask) -> Iterator[World]:
    """A market behind an application, at noon of the frozen day."""
    with time_machine.travel(NOON, tick=True):
        yield build_world()


@pytest.fixture
def gathering(market: World) -> Gathering:
    """One meeting and its papers."""
    return gather(market)


@pytest.fixture
def office(app: Flask, gathering: Gathering, market: World) -> Browser:
    """A browser of the city's finance office."""
    run_in_unit_of_work(_person, market, "office", Role.FINANCE_OFFICE_CITY, "*", None)
    browser: Browser = app.test_client()  # type: ignore[assignment]
    enter(browser, "office")
    return browser


def text_of(browser: Browser, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.status
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))))


@ON_ONE_ENGINE
def test_money_is_counted_as_of_each_day_and_what_stands_apart_is_in_no_sum(gathering: Gathering) -> None:
    assert gathering.reckon() > 0
    kept = latest_told(session(), gathering.cases.portfolio.id)
    contracts = {
        horizon: [(one.signed_minor, one.verified_minor) for one in rows
                  if (one.instrument, one.standing) == ("loan_contract", "member")]
        for (_, horizon), rows in kept.items()
    }  # fmt: skip
    assert contracts == {30: [(3 * MILLION, MILLION)], 90: [(3 * MILLION, MILLION + MILLION // 2)]}
    apart = {(one.standing, one.signed_minor) for one in kept[MEETING, 90] if one.standing != "member"}
    assert apart == {("pre_event", MILLION), ("late", 2 * MILLION)}


@ON_ONE_ENGINE
def test_an_evening_without_news_adds_nothing_and_late_news_is_kept_beside(gathering: Gathering) -> None:
    assert gathering.reckon() > 0
    assert gathering.reckon() == 0
    paper = gathering.cases.sign("P9", firm="别家企业有限公司", event_key=MEETING, event_on=MARCH)
    assert gathering.reckon() > 0
    kept = latest_told(session(), gathering.cases.portfolio.id)
    found = [one for one in kept[MEETING, 30] if (one.instrument, one.standing) == ("loan_contract", "member")]
    assert [one.papers for one in found] == [2]
    assert paper.public_key == "P9"


def test_the_page_shows_each_instrument_and_never_their_sum(gathering: Gathering, office: Browser) -> None:
    gathering.reckon()
    page = text_of(office, PAGE)
    assert "当场签约 2 件" in page
    assert "100.00 33.33 %" in page and "150.00 50.00 %" in page
    assert "未到 2025-09-16" in page, "180 days are not over by the end of June"
    assert "会前存量" in page and "补录" in page
    assert "800.00" not in page, "three and five million are never added"
    with counted() as statements:
        office.get(PAGE)
    assert len(statements) <= 7
    with counted() as statements:
        listed = office.get("/portfolios/fair/events").text
    assert len(statements) <= 4
    assert "春季对接会" in listed and "50.00 %" in listed
    assert office.get(f"/events/{MEETING}/outcome").headers["Location"].endswith(PAGE)
    assert office.get("/portfolios/fair/events/nothing").status_code == 404


@ON_ONE_ENGINE
def test_a_firm_reads_what_became_of_each_meeting_it_attended(gathering: Gathering, market: World) -> None:
    firm = session().get_one(Organisation, market.firm)
    with counted() as statements:
        (found,) = attended_and_signed(session(), firm)
    assert len(statements) <= 2
    assert found.attended.event.public_key == MEETING
    assert [(one.instrument, one.verified_minor) for one in found.papers if one.standing == "member"] == [
        ("loan_contract", MILLION + MILLION // 2), ("intent_letter", 0)
    ]  # fmt: skip
    assert attended_and_signed(session(), session().get_one(Organisation, market.far)) == []

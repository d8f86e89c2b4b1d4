"""What came of a meeting: the frozen cohort by instrument, after thirty and ninety days; the rest apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from html import unescape

import pytest
import time_machine
from flask import Flask

from matchmaking.desks.gatherings.queries import attended_and_signed, latest_told
from matchmaking.desks.gatherings.returns import horizons_of, per_thousand
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.storage import session
from matchmaking.market.events.queries import all_events
from matchmaking.registry.organisations.models import Organisation
from tests.delivery.cases_world import MARCH, MILLION, counted
from tests.desks.gatherings.gathering_world import MEETING, Gathering, gather
from tests.market.market_world import NOON, World, _person, build_world, enter
from tests.past import write_past_the_trail
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
    write_past_the_trail(_person, market, "office", Role.FINANCE_OFFICE_CITY, "*", None)
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
    assert len(statements) <= 8
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


def test_cost_per_net_new_yuan_by_horizon_and_the_last_entry_holds(gathering: Gathering, office: Browser) -> None:
    gathering.reckon()
    kept = latest_told(session(), gathering.cases.portfolio.id)
    event = all_events(session())[0]
    money = {one.days: one.net_new_minor for one in horizons_of(event, kept, None, date(2025, 6, 30))}
    assert money == {30: MILLION, 90: MILLION + MILLION // 2, 180: None, 360: None}, "nothing apart counts, nor to come"
    for amount in ("9", "3"):
        page = office.get(PAGE).get_data(as_text=True)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]*)"', page)
        sent = {"csrf_token": token.group(1) if token else "", "key": amount * 32, "words": "场地费，凭证 7 号"}
        answer = office.post(f"{PAGE}/cost", data=sent | {"amount": amount, "amount-unit": "wan", "amount_unit": "wan"})
        assert answer.status_code == 303, answer.get_data(as_text=True)
    shown = text_of(office, PAGE)
    assert "花了 3.00 万元" in shown and "凭证 7 号" in shown
    assert "150.00 20.00" in shown, "30,000 yuan for 1.5 million: 20 yuan each thousand"
    assert "其中 0 户来过两次以上" in shown, "the firm has had money"


def test_cost_per_thousand_rounds_half_up_and_knows_nothing_of_nothing() -> None:
    assert [per_thousand(*pair) for pair in ((1, 100_000), (1, 200_000), (1, 200_001), (5, 0), (None, 5))] == [
        1, 1, 0, None, None,
    ]  # fmt: skip

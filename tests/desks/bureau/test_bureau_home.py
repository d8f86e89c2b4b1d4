"""The bureau's first page: what waits in its own jurisdiction and nowhere else, at any number of rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from matchmaking.desks.bureau.queries import firms_by_area, late_referrals
from matchmaking.domain.identifiers import uscc_from
from matchmaking.foundation import storage
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.market.referrals.models import Referral
from matchmaking.registry.enterprises.commands import FirmTold, open_firm
from tests.desks.thread.test_thread_page import counted
from tests.market.market_world import HANBIN, NOON, TODAY, World, build_world, enter
from tests.market.referral_world import refer, sell, verified
from tests.past import write_past_the_trail
from tests.web_fixtures import Browser

LATER = TODAY + timedelta(days=30)


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    """The market at noon of the frozen day, one need sent to a bank."""
    with time_machine.travel(NOON, tick=True):
        yield build_world()


def page_of(app: Flask, login: str) -> str:
    """The page as that person reads it."""
    browser: Browser = app.test_client()  # type: ignore[assignment]
    answer = enter(browser, login).get("/bureau")
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_each_bureau_sees_what_waits_in_its_own_area(app: Flask, world: World) -> None:
    county, far, city = (page_of(app, login) for login in ("county", "elsewhere", "city"))
    assert "汉江毛绒玩具有限公司" in county and "汉江毛绒玩具有限公司" in city
    assert "汉江毛绒玩具有限公司" not in far and "紫阳" in far
    assert "待核实的企业：0 户" in far and "没有等您处理的" in far
    assert "汉滨" not in far, "not even the name of another county's row"
    assert "enterprises/new" in county and county.count('class="b b-main"') == 1


def _set(key: str, **values: object) -> None:
    def work(inside: Session) -> None:
        from matchmaking.market.referrals.queries import referral_named

        one = referral_named(inside, key)
        assert isinstance(one, Referral)
        for name, value in values.items():
            setattr(one, name, value)

    write_past_the_trail(work)


def late(world: World, login: str, on: object = LATER) -> int:
    """How many referrals are late for that bureau."""
    storage.remove_session()
    return late_referrals(storage.session(), world.people[login], on=on, limit=5)[1]  # type: ignore[arg-type]


def test_a_referral_is_late_from_the_day_after_it_was_due_and_not_while_others_have_the_turn(
    app: Flask, world: World
) -> None:
    product = sell(world.bank, "收茶贷")
    (key,) = refer(world, verified(world), product)
    due = TODAY + timedelta(days=9)
    _set(key, due_on=due)
    assert (late(world, "county", due), late(world, "county", due + timedelta(days=1))) == (0, 1)
    assert (late(world, "city"), late(world, "elsewhere")) == (1, 0)
    _set(key, turn="with_firm")
    assert late(world, "county") == 0
    _set(key, turn="with_bank", state="accepted", decide_by=due, answered_on=TODAY)
    assert (late(world, "county", due), late(world, "county")) == (0, 1)
    _set(key, turn="stopped")
    assert late(world, "county") == 0, "nobody's turn"
    _set(key, turn="with_bank", state="declined")
    assert late(world, "county") == 0


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_late_bank_is_on_the_page_with_its_clock(app: Flask, world: World) -> None:
    (key,) = refer(world, verified(world), sell(world.bank, "收茶贷"))
    _set(key, due_on=TODAY - timedelta(days=1), sent_on=TODAY - timedelta(days=9))
    page = page_of(app, "county")
    assert "逾期未答复的推送单：1 件" in page and "安康硒语茶业有限公司" in page
    assert "应于 2026-09-29 回复" in page and "2 件等您处理" not in page
    assert "3 件等您处理" in page, "two firms to verify and one bank"


def test_firms_are_counted_by_area_and_state(app: Flask, world: World) -> None:
    def counts(login: str) -> dict[str, dict[str, int]]:
        return {row.area_code: row.counts for row in firms_by_area(storage.session(), world.people[login])}

    assert counts("city").keys() == {HANBIN, "610924"}
    assert counts("county") == {HANBIN: {"waiting": 2, "verified": 1, "returned": 0, "closed": 0}}
    assert sum(counts("elsewhere")["610924"].values()) == 1


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_the_page_costs_the_same_at_any_size(app: Flask, world: World) -> None:
    browser: Browser = app.test_client()  # type: ignore[assignment]
    enter(browser, "city").get("/bureau")
    seen = []
    for prepare in (None, _many):
        if prepare is not None:
            run_in_unit_of_work(prepare)
        with counted() as statements:
            page = browser.get("/bureau").text
        seen.append(len(statements))
    assert seen[0] == seen[1] <= 7, statements
    assert "待核实的企业：42 户" in page and "还有 36 件，看全部" in page


def _many(session: Session) -> None:
    for number in range(40):
        told = FirmTold(uscc_from("91", HANBIN, 100 + number), f"多多{number}有限公司", "limited", HANBIN)
        open_firm(session, actor="user:self", told=told, entered_by="firm", on=TODAY, at=NOON)

"""Portfolios: codes, the wall between readers, and the counter of facts."""

from __future__ import annotations

from datetime import date

import pytest

from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import storage
from matchmaking.registry.portfolios.commands import open_on, touch
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import visible_portfolio, visible_portfolios
from matchmaking.rulebook import explain
from tests.delivery.cases_world import JUNE, MARCH, morning, open_world, viewer


@pytest.mark.parametrize("code", ["", "Ab", "a b", "a--b", "-a", "a-", "甲", "a" * 61, "a\n"])
def test_codes_that_cannot_stand_in_an_address(database: str, code: str):
    with pytest.raises(Refusal) as found:
        open_world(code)
    assert found.value.reason.code == "portfolio_code_bad"
    assert "{" not in explain(found.value.reason)


def test_a_code_is_used_once(database: str):
    open_world("city")
    with pytest.raises(Refusal) as found:
        open_world("city")
    assert found.value.reason.code == "portfolio_taken"


def test_a_county_sees_its_own_and_never_the_whole_city(database: str):
    open_world("city")
    open_world("hanbin", jurisdiction="610902")
    open_world("demo", demo=True, jurisdiction="610902")
    session = storage.session()
    seen = {who: [p.code for p in visible_portfolios(session, viewer(who))] for who in ("*", "610902", "610921")}
    assert seen == {"*": ["city", "hanbin", "demo"], "610902": ["hanbin", "demo"], "610921": []}
    assert visible_portfolio(session, viewer("610902"), "city") is None
    assert visible_portfolio(session, viewer("*"), "city") is not None


def test_the_counter_rises_in_every_unit_of_work_and_the_latest_instant_never_falls(database: str):
    world = open_world()
    for day in (JUNE, MARCH):
        world.do(lambda session, actor, at: touch(session, world.portfolio.id, at=at), told=False, at=morning(day))
    found = storage.session().get_one(Portfolio, world.portfolio.id)
    assert (found.facts_seq, found.facts_until) == (2, morning(JUNE))


def test_pages_open_on_the_latest_day(database: str):
    world = open_world()
    for day in (JUNE, MARCH):
        world.do(
            lambda session, actor, day: open_on(session, session.get_one(Portfolio, world.portfolio.id), day=day),
            told=False,
            day=day,
        )
    assert storage.session().get_one(Portfolio, world.portfolio.id).default_as_of == date(2025, 6, 30)

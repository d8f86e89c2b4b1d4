"""Every list takes at most three statements, at ten rows and at ten thousand; no page with a list is forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask

from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.seeds.city import ensure_city
from tests.databases import crowd as as_many
from tests.house.crowds import FIRST, crowd, ensure_audited
from tests.house.lists import BUDGET, ELSEWHERE, LISTS, NOT_LISTS, WITHIN, paging_routes, places
from tests.house.tree import ROOT
from tests.market.market_world import NOON, World, _person, build_world, enter
from tests.past import write_past_the_trail
from tests.registry.registry_world import Statements
from tests.web_fixtures import Browser

FEW, MANY = 10, 10_000
ON_SQLITE = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


@pytest.fixture
def market(app: Flask) -> Iterator[World]:
    """The market with an office and an operator, a portfolio of cases and an audited one."""
    with time_machine.travel(NOON, tick=True):
        world = build_world()
        for login, role in (("office", Role.FINANCE_OFFICE_CITY), ("runner", Role.OPERATOR)):
            write_past_the_trail(_person, world, login, role, "*", None)
        run_in_unit_of_work(ensure_city, actor="seed", at=NOON)
        write_past_the_trail(ensure_audited)
        yield world


def seen(visitor: Browser, login: str, path: str) -> tuple[list[str], str]:
    """The statements a person's page takes, the session's own included, and the page."""
    enter(visitor, login)
    with Statements() as counted:
        answer = visitor.get(path)
    assert answer.status_code == 200, (path, answer.status_code, answer.headers.get("Location"))
    return counted.sent, answer.text


def of_lists() -> Iterator[tuple[str, str, int]]:
    """(who, address, statements at most) of everything that is measured."""
    yield from ((login, path, BUDGET) for login, paths in LISTS.values() for path in paths)
    yield from WITHIN.values()


def test_no_list_takes_more_statements_however_long_it_is(app: Flask, market: World) -> None:
    many = as_many(MANY, served=200)
    visitor: Browser = app.test_client()  # type: ignore[assignment]
    crowd(market, FIRST, FEW)
    at_few = {
        path: len(seen(visitor, login, path.format(firm=market.firm_key))[0])
        for login, path, _ in of_lists()
        if "page=" not in path
    }
    crowd(market, FIRST + FEW, many - FEW)
    wrong, shown = [], 0
    for login, path, budget in of_lists():
        sent, page = seen(visitor, login, path.format(firm=market.firm_key))
        if len(sent) > budget or len(sent) != at_few.get(path, len(sent)):
            wrong.append((path, len(sent), budget, at_few.get(path)))
        total = re.search(r"共 ([\d,]+) 条", page)
        if any(path in paths for _, paths in LISTS.values()):
            assert total and int(total[1].replace(",", "")) >= many, (path, "the list holds all of them")
            shown += 1
        assert page.count("<tr>") + page.count("<tr class") + page.count('<li class="panel need') <= 170, path
    assert wrong == [], "\n".join(map(str, wrong))
    assert shown == sum(len(paths) for _, paths in LISTS.values())


@ON_SQLITE
def test_every_page_says_whether_it_is_a_list(app: Flask) -> None:
    stand = places(app)
    assert {rule: where for rule, where in stand.items() if len(where) != 1} == {}
    told = {*LISTS, *WITHIN, *ELSEWHERE, *(rule for rules in NOT_LISTS.values() for rule in rules)}
    assert told - set(stand) == set(), "routes that are no more"


@ON_SQLITE
def test_every_page_that_pages_is_measured(app: Flask) -> None:
    paging = paging_routes(app)
    assert paging - {*LISTS, *WITHIN, *ELSEWHERE} == set()
    # seen to see: what pages through an include, through a helper of its view, and by itself
    assert {"/batches", "/inbox", "/events/<key:key>", "/my", "/enterprises/<key:key>/consents"} <= paging
    assert set(LISTS) <= paging, "a list of ten thousand rows pages"


def test_the_tests_of_other_slices_are_there() -> None:
    for route, test in ELSEWHERE.items():
        file, name = test.split("::")
        text = (ROOT / file).read_text("utf-8")
        assert f"def {name}(" in text, test
        assert re.sub(r"<[^>]*>.*", "", route) in text, (route, "is not asked for there")


@ON_SQLITE
def test_a_list_that_nobody_declared_is_told(app: Flask) -> None:
    from flask import render_template

    def careless() -> str:
        return render_template("batches/index.html")

    careless.__module__ = "matchmaking.market.careless"
    app.add_url_rule("/careless", "careless", careless)
    assert places(app)["/careless"] == []
    assert "/careless" in paging_routes(app)

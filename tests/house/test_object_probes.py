"""One object, everybody who may knock: its own people get in, all others get the very page of an absent one.

Own, colleague of the same organisation, another firm, another bank, another county, absent: for every route that names
an object. What is asked for on the way changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask

from matchmaking.foundation import storage
from matchmaking.foundation.access.permissions import Permission
from tests.fingerprints import fingerprints
from tests.house.objects import City, build_city, place_of, unplaced
from tests.house.routes import pairs
from tests.house.test_authorisation import TABLE
from tests.journeys.thread_world import build_thread
from tests.market.market_world import NOON
from tests.web_fixtures import Browser

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
VARYING = re.compile(r'name="csrf[_-]token" (?:value|content)="[^"]*"|nonce-[^\'"]+|[0-9a-f]{32}')
NOT_MADE = re.compile(r"<id:|\.xlsx$")
"""Files and exports that the city has none of: a workbook needs a figure reckoned before."""


@pytest.fixture
def city(app: Flask) -> Iterator[City]:
    """A city with one of everything."""
    with time_machine.travel(NOON, tick=True) as travel:
        thread = build_thread(app)
        thread.travel = travel
        yield build_city(thread)


def test_every_route_that_names_an_object_is_probed(app: Flask, engine_name: str) -> None:
    assert unplaced(app) == [], f"tests/house/objects.py has to say whose these are: {unplaced(app)}"


def test_strangers_get_the_page_of_an_absent_object(city: City, engine_name: str) -> None:
    app, browsers = city.thread.app, {}
    routes = [(rule, method) for rule, method in pairs(app) if rule._converters and place_of(rule)]
    for login in city.thread.world.people:
        browsers[login] = city.thread.at(login)
    city.thread.browsers = {}
    before = fingerprints(storage.engine(), but_for_reading=True)
    wrong, asked, none = [], 0, {"absent"}
    for rule, method in routes:
        line, (own, parts) = TABLE[method, rule.rule], place_of(rule) or ((), {})
        assert isinstance(line, Permission)
        here = city.address(rule)
        named = {city.keys.get(parts[part], parts[part]) for part in parts if part in rule._converters} | none
        absent = city.address(rule, **dict.fromkeys([part for part in parts if part in rule._converters], "absent"))
        for login in city.knockers(line):
            if login in own:
                if method == "GET" and not NOT_MADE.search(rule.rule) and browsers[login].get(here).status_code == 404:
                    wrong.append((method, rule.rule, login, "own, and not found"))
                continue
            answer, other = (
                _ask(browsers[login], method, path, keys) for path, keys in ((here, named), (absent, none))
            )
            asked += 1
            if answer != other:
                wrong.append((method, rule.rule, login, f"{answer[0]}, absent {other[0]}"))
    assert wrong == [], "\n".join(map(str, wrong))
    assert asked > 100
    assert fingerprints(storage.engine(), but_for_reading=True) == before, "asking changed something"


def _ask(browser: Browser, method: str, path: str, keys: set[str]) -> tuple[int, str]:
    """Status and page; what was typed into the address may stand in the page's own links."""
    if method == "GET":
        answer = browser.get(path)
    else:
        answer = browser.submit(path, {"key": "a-key-of-a-stranger", "version": "1", "reason": "x", "action": "sign"})
    page = VARYING.sub("", answer.get_data(as_text=True))
    for key in keys:
        page = re.sub(rf"(?<=[/=]){re.escape(key)}(?=[\"/?&.])", "KEY", page)
    return answer.status_code, page

"""Each person does a chief piece of work with the keyboard alone and without scripts, and the page says it was done."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import City
from tests.browser.driving import Watched, watch

FARTHEST = 150
"""Stops of the keyboard on one page, at most."""
HERE = "sought => !!document.activeElement && document.activeElement.matches(sought)"

Sit = Callable[..., "Hands"]


class Hands:
    """Tab, space, enter and letters; no mouse."""

    def __init__(self, watched: Watched) -> None:
        self.watched, self.page = watched, watched.page

    def to(self, sought: str) -> Hands:
        """On to what ``sought`` selects, the way the page orders it."""
        for _ in range(FARTHEST):
            if self.page.evaluate(HERE, sought):
                return self
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{self.page.url}: the keyboard does not come to {sought}")

    def press(self, sought: str, key: str = "Enter") -> Page:
        """A choice, or a link or a button that leads on."""
        self.to(sought)
        if key != "Enter":
            self.page.keyboard.press(key)
            return self.page
        with self.page.expect_navigation():
            self.page.keyboard.press(key)
        return self.page

    def type(self, sought: str, text: str) -> None:
        """Into a field, over what stands there."""
        self.to(sought).page.keyboard.press("Control+a")
        self.page.keyboard.type(text)


@pytest.fixture
def sit(chrome: Browser, city: City) -> Iterator[Sit]:
    """``sit(login, path)`` → the hands of somebody who is signed in, on that page, at a desk without scripts."""
    contexts = []

    def down(login: str, path: str) -> Hands:
        context = chrome.new_context(
            viewport={"width": 1366, "height": 900}, locale="zh-CN", java_script_enabled=False, reduced_motion="reduce"
        )
        context.add_cookies([{"name": "session", "value": city.cookies[login], "url": city.address}])
        contexts.append(context)
        watched = watch(context, city.address)
        watched.go(path)
        return Hands(watched)

    yield down
    for context in contexts:
        context.close()


def test_a_firm_writes_a_need(sit: Sit) -> None:
    hands = sit("tea", "/needs/new")
    hands.type("#amount", "266")
    hands.press("#amount_unit-wan", "Space")
    hands.type("#term_months", "9")
    hands.press("[name=loan_kind]", "Space")
    hands.press("[name=purpose]", "Space")
    hands.press("[name=guarantees]", "Space")
    page = hands.press("button[value=check]")
    expect(page.locator("main")).to_contain_text("266.00")
    hands.watched.assert_clean()


def test_an_officer_says_that_nothing_was_paid_in_a_month(sit: Sit) -> None:
    hands = sit("officer", "/bank/reports")
    month = hands.page.locator("main form button", has_text="无放款").first.inner_text().split()[1]
    page = hands.press("main form button[name=zero]")
    expect(page.locator("main [role=status]")).to_be_visible()
    expect(page.locator("main form button", has_text=f"{month} 无放款")).to_have_count(0)
    hands.watched.assert_clean()


def test_the_bureau_records_a_meeting(sit: Sit) -> None:
    hands = sit("county", "/events/new")
    hands.press("[name=kind]", "Space")
    hands.type("#number", "2026-D77")
    hands.type("#name", "键盘专场（演示）")
    hands.to("#held_on").page.keyboard.type("09302026")
    hands.type("#place", "汉滨区")
    page = hands.press("main button[type=submit]")
    expect(page.locator("h1")).to_contain_text("键盘专场")
    hands.watched.assert_clean()


def test_the_office_answers_what_was_found(sit: Sit, city: City) -> None:
    sheet = next(one.path for one in city.pages if one.endpoint == "findings.sheet" and one.login == "office.city")
    hands = sit("office.city", sheet)
    hands.type("main form [name=words]", "已与银行和企业核过借据，金额无误。")
    page = hands.press("main form button[value=explained]")
    expect(page.locator("main")).to_contain_text("已与银行和企业核过借据")
    hands.watched.assert_clean()


def test_the_operator_makes_an_account(sit: Sit) -> None:
    hands = sit("operator", "/operator/accounts/new")
    hands.type("#login", "hands.only")
    hands.type("#name", "只用键盘（演示）")
    hands.to("#role").page.keyboard.press("End")
    hands.type("#organisation", "市工信局（演示）")
    page = hands.press("main button[type=submit]")
    assert page.locator("main").inner_text()
    page.goto(page.url.split("/operator")[0] + "/operator/accounts?q=hands.only")
    expect(page.locator("main")).to_contain_text("hands.only")

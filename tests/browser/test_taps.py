"""Taps counted on real pages: what a firm, a bank and an office do most often takes few of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import City
from tests.browser.driving import follow, watch

MOST_TO_CONFIRM, MOST_TO_DECLINE, MOST_TO_VOUCHER = 2, 2, 3


class Thumb:
    """Counts what a person taps; scrolling is none."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def tap(self, what: Locator) -> None:
        """One tap on the first of them, which leads on."""
        follow(what)
        self.taps += 1


@pytest.fixture
def thumb(chrome: Browser, city: City, request: pytest.FixtureRequest) -> Iterator[Thumb]:
    """The thumb of the login in ``request.param`` on a phone."""
    context = chrome.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-CN", has_touch=True, reduced_motion="reduce"
    )
    context.add_cookies([{"name": "session", "value": city.cookies[request.param], "url": city.address}])
    watched = watch(context, city.address)
    yield Thumb(watched.page)
    watched.assert_clean()
    context.close()


@pytest.mark.parametrize("thumb", ["tea"], indirect=True)
def test_money_is_confirmed_in_at_most_two_taps(thumb: Thumb, city: City) -> None:
    page = thumb.page
    page.goto(f"{city.address}/my/loans")
    asked = page.locator("section[aria-labelledby^='ask-'] button[name=answer][value=right]")
    before = asked.count()
    assert before > 0, "a payment waits for its answer"
    thumb.tap(asked)
    page.goto(f"{city.address}/my/loans")
    assert asked.count() == before - 1, "one question less"
    assert thumb.taps <= MOST_TO_CONFIRM


@pytest.mark.parametrize("thumb", ["officer"], indirect=True)
def test_a_bank_declines_in_at_most_two_taps(thumb: Thumb, city: City) -> None:
    """From the list of the day: the item, and its reason; nothing has to be typed."""
    page = thumb.page
    page.goto(f"{city.address}/inbox")
    thumb.tap(page.locator("main a[href*='/inbox/referral-']"))
    key = re.search(r"/inbox/([^?/#]+)", page.url)
    assert key
    thumb.tap(page.locator("form[action$='/decline'] button[name=reason]"))
    assert thumb.taps <= MOST_TO_DECLINE
    page.goto(f"{city.address}/inbox/{key[1]}")
    expect(page.locator("main")).to_contain_text("银行的理由")


@pytest.mark.parametrize("thumb", ["office.city"], indirect=True)
def test_from_a_figure_to_its_voucher_in_at_most_three_taps(thumb: Thumb, city: City) -> None:
    page = thumb.page
    page.goto(f"{city.address}/portfolios/golden")
    thumb.tap(page.locator("#b-A1 td.money a"))
    thumb.tap(page.locator("tbody th a"))
    with page.expect_download() as waiting:
        page.locator("#evidence a").first.click()
    thumb.taps += 1
    assert Path(waiting.value.path()).stat().st_size > 0
    assert thumb.taps <= MOST_TO_VOUCHER

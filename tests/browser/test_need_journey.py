"""A firm's owner posts a need on a phone, with and without scripts; a bureau verifies it; a bank drafts a product."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.driving import Watched, follow, watch
from tests.web_fixtures import PASSWORD

MOST_TAPS = 12
Enter = Callable[..., Watched]


@pytest.fixture
def enter(chrome: Browser, address: str) -> Iterator[Enter]:
    """``enter(login, width, language, scripts)`` → a watched page of somebody signed in; closed afterwards."""
    contexts = []

    def opened(login: str, width: int = 390, language: str = "zh", scripts: bool = True) -> Watched:
        context = chrome.new_context(
            viewport={"width": width, "height": 844}, locale={"zh": "zh-CN", "en": "en-GB"}[language],
            java_script_enabled=scripts, has_touch=width < 500, reduced_motion="reduce",
        )  # fmt: skip
        contexts.append(context)
        watched = watch(context, address)
        watched.go(f"/sign-in?lang={language}")
        watched.page.fill("#login", login)
        watched.page.fill("#password", PASSWORD)
        watched.page.press("#password", "Enter")
        watched.page.wait_for_url(lambda url: "/sign-in" not in url)
        watched.said.clear()
        return watched

    yield opened
    for context in contexts:
        context.close()


class Thumb:
    """Counts taps; typing is not one, going to a field is."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def tap(self, selector: str) -> None:
        """One tap."""
        self.page.locator(selector).first.click()
        self.taps += 1

    def type(self, selector: str, text: str) -> None:
        """A tap on the field, then typing."""
        self.tap(selector)
        self.page.locator(selector).first.fill(text)


def post(page: Page, amount: str = "300") -> Thumb:
    """From the list of needs to a posted one."""
    thumb = Thumb(page)
    thumb.tap("main a[href$='/needs/new']")
    thumb.type("#amount", amount)
    thumb.tap("label[for=amount_unit-wan]")
    thumb.type("#term_months", "12")
    thumb.tap("label:has-text('流动资金贷款')")
    thumb.tap("label:has-text('季节性收购')")
    thumb.tap("label:has-text('凭信用')")
    thumb.tap("button[value=check]")
    page.wait_for_url(re.compile(r"/needs/[^/]+/check$"))
    thumb.tap("main form button[type=submit]")
    page.wait_for_url(re.compile(r"/needs/need-[^/]+$"))
    return thumb


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_need_is_posted_in_at_most_twelve_taps(enter: Enter, scripts: bool) -> None:
    watched = enter("tea", scripts=scripts)
    watched.go("/needs")
    thumb = post(watched.page)
    assert thumb.taps <= MOST_TAPS, thumb.taps
    assert "等工信局在" in watched.page.locator(".next").inner_text()
    watched.assert_clean()


def test_the_whole_way_to_verified(enter: Enter) -> None:
    firm = enter("tea")
    firm.go("/needs")
    post(firm.page)
    key = firm.page.url.rsplit("/", 1)[1]
    bureau = enter("county", width=1366)
    bureau.go("/bureau/needs")
    follow(bureau.page.locator(f"a[href$='{key}']"))
    follow(bureau.page.get_by_role("button", name="核实无误"))
    bureau.page.wait_for_url("**/bureau/needs")
    firm.page.reload()
    assert "已经核实" in firm.page.locator(".next").inner_text()
    bureau.assert_clean()


def test_the_units_slip_is_seen_before_it_is_sent(enter: Enter) -> None:
    watched = enter("tea")
    watched.go("/needs/new")
    page = watched.page
    page.fill("#amount", "300")
    page.locator("label[for=amount_unit-yuan]").click()
    page.fill("#term_months", "12")
    for words in ("流动资金贷款", "季节性收购", "凭信用"):
        page.locator(f"label:has-text('{words}')").first.click()
    follow(page.locator("button[value=check]"))
    assert "300.00 万元" in page.locator(".guard").inner_text()
    follow(page.locator(".guard a"))
    page.locator("label[for=amount_unit-wan]").click()
    follow(page.locator("button[value=check]"))
    page.wait_for_url(re.compile(r"/check$"))
    assert page.locator(".guard").count() == 0


def test_what_is_missing_leads_to_its_field(enter: Enter) -> None:
    watched = enter("tea")
    watched.go("/needs/new")
    watched.page.fill("#amount", "300")
    watched.page.locator("label[for=amount_unit-wan]").click()
    follow(watched.page.locator("button[value=check]"))
    watched.page.locator("#errors a[href='#loan_kind']").click()
    expect(watched.page.locator("#loan_kind")).to_be_in_viewport()
    assert watched.page.locator("#amount").input_value() == "300"


def test_everything_to_tap_is_large_enough_for_a_thumb(enter: Enter) -> None:
    watched = enter("tea")
    watched.go("/needs/new")
    small = watched.page.evaluate(
        "[...document.querySelectorAll('main button, main .opt, main input.field, main a.b')]"
        ".filter(e => e.getBoundingClientRect().height < 40).map(e => e.outerHTML.slice(0, 80))"
    )
    assert small == []

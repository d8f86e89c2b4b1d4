"""The office's pages in a real browser: two widths, two languages, without scripts, by keyboard, on paper."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.driving import WIDTHS, Watched, follow

HOME = "/portfolios/golden"
LIST = "/portfolios/golden/agreements"

Open = Callable[..., Watched]


@pytest.mark.parametrize("width", WIDTHS)
def test_figure_agreements_evidence_in_three_clicks(visit: Open, width: int) -> None:
    page = visit(width=width).page
    page.goto(page.url.split("/portfolios")[0] + HOME)
    follow(page.locator("#b-A1 td.money a"))
    assert "A1 新增已核实：9 件" in page.locator("h1").inner_text()
    follow(page.locator("tbody th a"))
    assert page.locator("#timeline-t").is_visible()
    with page.expect_download() as waiting:
        page.locator("#evidence a").first.click()
    assert Path(waiting.value.path()).stat().st_size > 0


def test_the_bar_adds_up_on_the_screen(visit: Open) -> None:
    page = visit().page
    box = page.locator("svg.wide-bar").bounding_box()
    assert box is not None
    parts = page.locator("svg.wide-bar g > rect:first-child")
    widths = [parts.nth(n).evaluate("node => Number(node.getAttribute('width'))") for n in range(parts.count())]
    gaps = 1.5 * len(widths)
    assert abs(sum(widths) + gaps - 1276) < 2
    shares = page.locator(".ledger .fam .share").all_inner_texts()
    assert abs(sum(float(share) for share in shares) - 100) < 0.03


@pytest.mark.parametrize("width", WIDTHS)
def test_the_bar_has_one_shape_for_each_width(visit: Open, width: int) -> None:
    page = visit(width=width).page
    seen = [page.locator(f"svg.{kind}").is_visible() for kind in ("wide-bar", "narrow-bar")]
    assert seen == [width > 720, width <= 720]


@pytest.mark.parametrize("width", WIDTHS)
def test_everything_works_without_scripts(visit: Open, width: int) -> None:
    watched = visit(width=width, scripts=False)
    page = watched.page
    if width <= 720:  # on a telephone days and unit are folded away
        page.locator(".when-more summary").click()
    page.locator("#as_of").fill("2025-06-30")
    page.locator("#known_at").fill("2025-06-30")
    follow(page.get_by_role("button", name="查看"))
    assert "更正：现在所知与当时不同" in page.content()
    if width <= 720:
        page.locator(".when-more summary").click()
    follow(page.get_by_role("link", name="亿元", exact=True))
    assert "亿元" in page.locator("#claim").inner_text()
    if width <= 720:
        page.locator("details.menu > summary").click()
    follow(page.get_by_role("link", name="台账", exact=True))
    page.locator("[name=q]").fill("G03")
    follow(page.get_by_role("button", name="筛选"))
    assert page.locator("tbody tr").count() == 1
    if width <= 720:
        page.locator("details.menu > summary").click()
    follow(page.get_by_role("button", name="退出"))
    page.wait_for_url("**/sign-in")


def test_an_unreckoned_pair_of_days_is_reckoned_by_one_button(visit: Open) -> None:
    watched = visit(f"{HOME}?as_of=2025-05-31&known_at=2026-09-30")
    follow(watched.page.get_by_role("button", name="计算"))
    assert "核实到账" in watched.page.locator("#claim").inner_text()
    watched.assert_clean()


def test_the_language_switch_keeps_the_page(visit: Open) -> None:
    watched = visit(f"{LIST}?bucket=A1&unit=yuan")
    follow(watched.page.get_by_role("link", name="English"))
    assert "New money, verified" in watched.page.locator("h1").inner_text()
    assert "unit=yuan" in watched.page.url
    watched.go(HOME)
    assert "Where signed money went" in watched.page.locator("h1").inner_text()


def test_the_keyboard_reaches_everything(visit: Open) -> None:
    watched = visit(HOME)
    page = watched.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.getElementById('main').contains(document.activeElement)")
    reached = set()
    for _ in range(80):
        reached.add(page.evaluate("document.activeElement.getAttribute('href') || ''"))
        ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        if page.evaluate("document.activeElement !== document.body && !document.activeElement.closest('svg')"):
            assert ring != "none", page.evaluate("document.activeElement.outerHTML")
        page.keyboard.press("Tab")
    assert any("bucket=A1" in href for href in reached)
    assert any("#measure-contract_disbursement_rate" in href for href in reached)


def test_the_phone_menu_opens_by_keyboard_and_closes_on_escape(visit: Open) -> None:
    page = visit(width=390, moving=True).page
    summary = page.locator("details.menu > summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".menu-in nav")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".menu-in nav")).to_be_hidden()


def test_buttons_on_a_phone_are_large_enough(visit: Open) -> None:
    watched = visit(width=390)
    for path in (HOME, LIST):
        watched.go(path)
        for button in watched.page.locator(".b:visible, .menu > summary, .seg a:visible").all():
            box = button.bounding_box()
            assert box is not None
            assert box["height"] >= 40, button.inner_text()


@pytest.mark.parametrize("path", [HOME, f"{LIST}/G03-S", LIST])
def test_paper_holds_the_figures_and_no_navigation(visit: Open, path: str, tmp_path: Path) -> None:
    watched = visit(path)
    target = tmp_path / "page.pdf"
    watched.page.pdf(path=str(target), prefer_css_page_size=True)
    body = target.read_bytes()
    assert body.startswith(b"%PDF-")
    assert len(body) > 20_000
    assert len(re.findall(rb"/Type\s*/Page[^s]", body)) >= 1
    watched.page.emulate_media(media="print")
    assert not watched.page.locator(".topnav").is_visible()
    assert watched.page.locator("h1").is_visible()


def test_the_workbook_downloads_from_the_list(visit: Open) -> None:
    watched = visit(LIST)
    with watched.page.expect_download() as waiting:
        watched.page.get_by_role("link", name="导出 Excel").click()
    assert waiting.value.suggested_filename == "golden-2025-06-30.xlsx"
    assert Path(waiting.value.path()).read_bytes()[:2] == b"PK"


def test_a_page_weighs_little(visit: Open) -> None:
    watched = visit()
    sizes = json.loads(
        watched.page.evaluate(
            "JSON.stringify(performance.getEntriesByType('resource').map(e => [e.name, e.decodedBodySize]))"
        )
    )
    # the charting library comes once, deferred, and only where a page has a chart (test_charts.py)
    drawing = sum(size for name, size in sizes if "/chart.js" in name)
    assert sum(size for _, size in sizes) - drawing < 400_000, sizes
    assert drawing < 600_000, sizes

"""Charts stand above their tables: drawn from them, silent on the console, absent without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.driving import WIDTHS, Watched

HOME, OPEN = "/portfolios/golden/months", "/public"
POLICY = "script-src 'self'; style-src 'self'; img-src 'self' data:"

Open = Callable[..., Watched]


def figures(page: Page, table: str, series: str) -> list[float]:
    """The amounts of one column, in yuan, as the table has them."""
    column = page.locator(f"#{table} thead th[data-series={series}]").evaluate("head => head.cellIndex")
    cells = page.locator(f"#{table} tbody tr td:nth-child({column + 1}) data")
    return [float(cells.nth(n).get_attribute("value") or "nan") for n in range(cells.count())]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("path", "table"), [(HOME, "months")])
def test_a_chart_is_drawn_from_its_table(visit: Open, path: str, table: str, width: int) -> None:
    watched = visit(width=width, moving=True)
    answer = watched.page.goto(watched.base + path)
    assert answer is not None and POLICY in answer.headers["content-security-policy"]
    page, place = watched.page, watched.page.locator(f"[data-table={table}]")
    page.wait_for_function("table => document.querySelector(`[data-table=${table}] svg path`)", arg=table)
    box = place.bounding_box()
    assert box is not None and box["width"] <= width and box["height"] > 100
    assert place.locator("svg text", has_text=page.locator(f"#{table} th[data-series=verified]").inner_text()).count()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    watched.assert_clean()


def test_no_empty_chart_is_drawn_where_every_public_cell_is_withheld(visit: Open) -> None:
    watched = visit(OPEN)
    assert watched.page.locator("#open-figures tbody tr").count() > 0
    assert watched.page.locator("#open-figures tbody data").count() == 0, "too few in this market to be public"
    assert not watched.page.locator("[data-plot]").is_visible()
    watched.assert_clean()


def test_signed_reported_and_verified_never_share_a_colour(visit: Open) -> None:
    watched = visit(HOME)
    page = watched.page
    page.wait_for_function("() => document.querySelector('[data-table=months] svg path')")
    token = "name => getComputedStyle(document.documentElement).getPropertyValue(name).trim()"
    looks = [page.evaluate(token, name) for name in ("--surface", "--a2", "--a1")]
    assert len(set(looks)) == 3
    for look in looks:
        assert page.locator(f"[data-table=months] svg path[fill='{look}']").count(), look


@pytest.mark.parametrize("path", [HOME, OPEN])
def test_without_scripts_the_table_says_it_all(visit: Open, path: str) -> None:
    watched = visit(path, scripts=False)
    table = "months" if path == HOME else "open-figures"
    assert not watched.page.locator("[data-plot]").is_visible()
    assert watched.page.locator(f"#{table}").is_visible()
    assert watched.page.locator(f"#{table} tbody tr").count() > 0


def test_the_months_add_up_to_the_ledger(visit: Open) -> None:
    watched = visit(HOME)
    page = watched.page
    by_month = sum(figures(page, "months", "signed"))
    watched.go("/portfolios/golden")
    whole = page.locator(".ledger .sum .money data").get_attribute("value")
    assert by_month == pytest.approx(float(whole or "nan"))


def test_pages_without_a_chart_do_not_load_it(visit: Open) -> None:
    watched = visit()
    asked: list[str] = []
    watched.page.on("request", lambda request: asked.append(request.url))
    watched.go("/definitions")
    assert not [url for url in asked if "chart.js" in url]
    watched.go(HOME)
    assert [url for url in asked if "chart.js" in url]


def test_a_chart_prints_inside_the_paper(visit: Open) -> None:
    watched = visit(HOME)
    page = watched.page
    page.wait_for_function("() => document.querySelector('[data-table=months] svg path')")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 1000})
    box = page.locator("[data-table=months] svg").bounding_box()
    assert box is not None and box["x"] + box["width"] <= 700
    assert page.locator("#months").is_visible()

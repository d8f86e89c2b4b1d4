"""What a chart draws is what its table says: every bar's length, every point's height against the figure beside it."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.driving import WIDTHS, Watched, built, served, watch

WORLD = Path(__file__).with_name("open_world.py")
TOKENS = {"signed": "--surface", "reported": "--a2", "verified": "--a1"}
"""Column → the colour its bars are drawn in."""
BOXES = """([table, colour]) => [...document.querySelectorAll(`[data-table=${table}] svg path[fill="${colour}"]`)]
  .map(path => path.getBBox()).map(box => [box.x, box.y, box.width, box.height])"""
NEAR = 1.5
"""Pixels: half a line's width on each side, and rounding."""

Charts = Callable[[int], Watched]


@pytest.fixture(scope="module")
def drawn_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Where the world of charts is served, and the finance office's cookie."""
    base = tmp_path_factory.getbasetemp()
    shared = base if "PYTEST_XDIST_WORKER" not in os.environ else base.parent
    instance = base / "charts-served"
    shutil.copytree(built(shared / "charts", WORLD, "open.json"), instance)
    with served(instance, WORLD) as address:
        yield address, json.loads((instance / "open.json").read_text("utf-8"))["cookie"]


@pytest.fixture
def charts(chrome: Browser, drawn_at: tuple[str, str]) -> Iterator[Charts]:
    """A watched page of the finance office at a width; nothing on its console."""
    opened: list[Watched] = []

    def at(width: int) -> Watched:
        context = chrome.new_context(viewport={"width": width, "height": 900}, locale="zh-CN", reduced_motion="reduce")
        context.add_cookies([{"name": "session", "value": drawn_at[1], "url": drawn_at[0]}])
        opened.append(watch(context, drawn_at[0]))
        return opened[-1]

    yield at
    for watched in opened:
        watched.assert_clean()
        watched.page.context.close()


def column(page: Page, table: str, series: str) -> list[float]:
    """The figures of one column, row by row."""
    at = page.locator(f"#{table} thead th[data-series={series}]").evaluate("head => head.cellIndex")
    told = page.locator(f"#{table} tbody tr td:nth-child({at + 1}) data").evaluate_all(
        "all => all.map(one => one.value)"
    )
    return [float(value) for value in told]


def bars(page: Page, table: str, series: str) -> list[tuple[float, ...]]:
    """x, y, width and height of what is drawn in the colour of ``series``, the legend's square left out."""
    token = "name => getComputedStyle(document.documentElement).getPropertyValue(name).trim()"
    found = page.evaluate(BOXES, [table, page.evaluate(token, TOKENS[series])])
    top = page.locator(f"[data-table={table}] svg text").first.evaluate("text => text.getBBox().y + 30")
    return [tuple(box) for box in found if box[1] > top or box[3] > 30]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("path", "table", "along"), [("/public", "open-figures", 2), ("/portfolios/all/months", "months", 3)]
)
def test_every_bar_is_as_long_as_its_figure_says(charts: Charts, path: str, table: str, along: int, width: int) -> None:
    watched = charts(width)
    watched.go(path)
    page = watched.page
    page.wait_for_function("table => document.querySelector(`[data-table=${table}] svg path`)", arg=table)
    scale = None
    for series in TOKENS:
        said = column(page, table, series)
        assert len(said) >= 2 and any(said), "a table with something in it"
        shown = sorted(bars(page, table, series), key=lambda box: box[1] if along == 2 else box[0])
        lengths = [box[along] for box in shown]
        there = [figure for figure in said if figure]
        lengths = [length for length in lengths if length > NEAR] if len(lengths) != len(said) else lengths
        assert len(lengths) in (len(there), len(said)), f"{series}: {len(lengths)} bars for {len(there)} figures"
        figures = there if len(lengths) == len(there) else said
        scale = scale or max(lengths) / max(figures)
        for length, figure in zip(lengths, figures, strict=True):
            assert length == pytest.approx(figure * scale, abs=NEAR), f"{series}: {figure}"


@pytest.mark.parametrize("width", WIDTHS)
def test_every_point_of_an_outcome_stands_as_high_as_its_share(charts: Charts, width: int) -> None:
    watched = charts(width)
    watched.go("/portfolios/fair/events/spring")
    page = watched.page
    page.wait_for_function("() => document.querySelector('[data-table=outcome] svg path')")
    said = page.locator("#outcome tr[data-series] small data").evaluate_all("all => all.map(one => one.value / 10000)")
    assert len(said) >= 3
    heights = {
        text: page.locator("[data-table=outcome] svg text", has_text=re.compile(rf"^{text}$")).first.evaluate(
            "text => text.getBoundingClientRect().y + text.getBoundingClientRect().height / 2"
        )
        for text in ("0 %", "100 %")
    }
    points = page.locator("[data-table=outcome] svg path").evaluate_all(
        "all => all.map(one => [one.getBoundingClientRect(), one.getAttribute('d')])"
        ".filter(([box]) => Math.abs(box.width - box.height) < 1 && box.width > 5 && box.width < 14)"
        ".map(([box]) => [box.x, box.y + box.height / 2]).sort((one, other) => one[0] - other[0])"
    )
    whole = heights["0 %"] - heights["100 %"]
    shown = [(heights["0 %"] - y) / whole * 100 for _, y in points][-len(said) :]
    assert len(shown) == len(said)
    for drawn, figure in zip(shown, said, strict=True):
        assert drawn == pytest.approx(figure, abs=100 * 2 / whole + 0.5)

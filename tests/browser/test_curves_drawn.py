"""Curves of waiting are drawn as high as their table says, and reckoned by a button where an evening has not been."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.driving import WIDTHS, Watched, follow

Open = Callable[..., Watched]
PAGE = "/portfolios/golden/curves?wait=sign_first_told"
DRAWN = """() => {
  const place = document.querySelector("[data-table=outcomes]");
  const colour = getComputedStyle(document.documentElement).getPropertyValue("--a1").trim();
  const area = [...place.querySelectorAll(`svg path[fill="${colour}"]`)].map(one => one.getBBox());
  const words = [...place.querySelectorAll("svg text")];
  const top = word => words.find(one => one.textContent === word).getBoundingClientRect().top;
  return [Math.max(...area.map(box => box.height)), top("0 %") - top("100 %")];
}"""


@pytest.mark.parametrize("width", WIDTHS)
def test_the_paid_area_is_as_high_as_its_share(visit: Open, width: int) -> None:
    watched = visit(PAGE, width=width)
    page = watched.page
    button = page.locator("form[action$='/curves'] button")
    if button.count():
        follow(button)
    page.wait_for_function("() => document.querySelector('[data-table=outcomes] svg path')")
    steps = page.locator("#outcomes th[data-colour=main]").get_attribute("data-steps") or ""
    share = int(steps.split(" ")[-1].split(":")[1]) / 1_000_000
    height, whole = page.evaluate(DRAWN)
    assert share > 0
    assert height == pytest.approx(share * whole, abs=3)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    told = page.locator("#outcomes tbody tr").count()
    assert told >= 1, "the table twin stands below the picture"
    watched.assert_clean()

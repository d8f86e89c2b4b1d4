"""Every page by keyboard alone: each thing that can be used is reached by Tab, in order, visibly, and let go again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import City
from tests.browser.driving import WIDTHS, Watched
from tests.browser.pages import Page
from tests.browser.test_every_page import LOGINS, faults

NUMBERED = """() => {
  const kinds = 'a[href],button,input,select,textarea,summary,[tabindex="0"]';
  const usable = [...document.querySelectorAll(kinds)].filter(one =>
    !one.disabled && one.type !== 'hidden' && one.tabIndex >= 0 && one.checkVisibility({visibilityProperty: true}));
  // one Tab for a group of radio buttons: the chosen one, or whichever the browser offers
  const forms = [...document.forms];
  const group = one => one.type === 'radio' ? `${forms.indexOf(one.form)} ${one.name}` : null;
  const places = new Map();
  let next = 0;
  window.numbers = new Map();
  window.sayings = [];
  for (const one of usable) {
    const name = group(one);
    if (name && places.has(name)) { window.numbers.set(one, places.get(name)); continue; }
    if (name) places.set(name, next);
    window.numbers.set(one, next++);
    window.sayings.push(one.outerHTML.slice(0, 120));
  }
  return next;
}"""
WATCHING = """() => {
  window.stops = [];
  window.stop = () => {
    const one = document.activeElement;
    if (!one || one === document.body || one === document.documentElement) return null;
    // a scrolling box takes the keyboard by itself: it has to be seen, but stands in no list
    const box = one.getBoundingClientRect();
    const marked = one => {
      const look = getComputedStyle(one);
      return look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) > 0 || look.boxShadow !== 'none';
    };
    // a box that is tapped through its label shows it there
    const label = one.closest('label');
    const ring = marked(one) || !!label && marked(label);
    const seen = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    return {number: window.numbers.get(one) ?? -1, ring, seen, html: one.outerHTML.slice(0, 120)};
  };
  // where the key before led to: by now the browser has scrolled there
  let moved = false;
  addEventListener('keydown', () => { if (moved) window.stops.push(window.stop()); moved = true; }, true);
}"""
TOLD = "[...window.stops.splice(0), window.stop()]"
SKIPPED = "document.getElementById('main').contains(document.activeElement)"


def by_keyboard(watched: Watched, page: Page) -> list[str]:
    """Tab from the first thing to the last, then the way past the navigation."""
    driven = watched.page
    driven.set_viewport_size({"width": WIDTHS[1], "height": 900})
    count = driven.evaluate(NUMBERED)
    found, reached = _walk(watched, count)
    missed = [number for number in range(count) if number not in reached]
    said = driven.evaluate("window.sayings")
    found += [f"not reached: {said[number]}" for number in missed]
    found += ["not in the order of the page"] * (reached != sorted(reached))
    return found + _skip(watched)


def _walk(watched: Watched, count: int) -> tuple[list[str], list[int]]:
    driven = watched.page
    driven.evaluate(WATCHING)
    found: list[str] = []
    reached: list[int] = []
    # a date has a stop for year, month and day each; nothing has more than five
    left = 5 * count + 20
    together = count + 1
    while left > 0:
        for _ in range(together):
            # Tab held down: as good as pressed again and again, and half the way
            driven.keyboard.down("Tab")
        driven.keyboard.up("Tab")
        left, together = left - together, 3
        for at in driven.evaluate(TOLD):
            if at is None or (at["number"] == 0 and len(reached) > 1):
                return found, reached
            if at["number"] >= 0 and at["number"] not in reached:
                reached.append(at["number"])
                found += [f"focus is not seen: {at['html']}"] * (not at["ring"])
                found += [f"focus is out of sight: {at['html']}"] * (not at["seen"])
    return [*found, "the keyboard does not come out again"], reached


def _skip(watched: Watched) -> list[str]:
    page = watched.page
    page.evaluate("scrollTo(0, 0)")
    page.locator("a.skip").focus()
    box = page.locator("a.skip").bounding_box()
    found = ["the way past the navigation is not seen"] * (box is None or box["x"] < 0 or box["y"] < 0)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    outside = page.locator("main :is(a[href],button,select,textarea,summary,input:not([type=hidden]))").count()
    return found + ["the way past the navigation leads elsewhere"] * (outside > 0 and not page.evaluate(SKIPPED))


@pytest.mark.parametrize("login", LOGINS)
def test_every_page_is_used_by_keyboard_alone(chrome: Browser, city: City, login: str) -> None:
    assert faults(chrome, city, login, "zh", by_keyboard) == []

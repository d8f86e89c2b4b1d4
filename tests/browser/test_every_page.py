"""Every page of the catalogue: two widths, two languages, with scripts and without, on paper.

Axe looks at each page twice for every commit: once in each language and once at each width, half of the pages narrow in
Chinese and wide in English, the other half the other way round. All four for everybody's own view of every page, and
every shape of it, before a release (``make release-test``). By keyboard: ``test_keyboard``.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser

from tests.browser.city import MARKET as MARKET_LOGINS
from tests.browser.city import ONE_OF_EACH
from tests.browser.conftest import City
from tests.browser.driving import AXE, WIDTHS, Watched, watch
from tests.browser.pages import NOBODY, Page

LOGINS = (NOBODY, *MARKET_LOGINS, *ONE_OF_EACH)
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
GRAVE = ("serious", "critical")
SEEN = """() => {
  const main = document.querySelector('main');
  return {
    wide: document.documentElement.scrollWidth - window.innerWidth,
    heads: document.querySelectorAll('h1').length,
    forms: main ? main.querySelectorAll('form').length : 0,
    stuck: [...document.forms].filter(form => ![...form.elements].some(one =>
      one.type === 'submit' && !one.disabled)).length,
    words: main ? main.innerText.trim().length : 0,
    ahead: document.querySelectorAll('[tabindex]:not([tabindex="0"]):not([tabindex="-1"])').length,
    language: document.documentElement.lang,
  };
}"""
WIDE = "document.documentElement.scrollWidth - window.innerWidth"
PRINTED = """() => ['h1', '.topnav'].map(sought => {
  const one = document.querySelector(sought);
  return !!one && one.getClientRects().length > 0 && one.checkVisibility({visibilityProperty: true});
})"""
AXE_RUN = """grave => axe.run(document, {
  resultTypes: ['violations'], elementRef: false,
  runOnly: axe._audit.rules.filter(rule => rule.enabled &&
    !rule.tags.includes('experimental') && grave.includes(rule.impact)).map(rule => rule.id),
})"""
LEAST = 20
"""Characters: a page that says less says nothing."""

Look = Callable[[Watched, Page], list[str]]


@contextmanager
def looking(
    chrome: Browser, city: City, login: str, language: str, scripts: bool = True, judged: bool = False
) -> Iterator[Watched]:
    """A browser in which ``login`` is signed in; ``judged``: axe stands ready on every page."""
    context = chrome.new_context(
        viewport={"width": WIDTHS[0], "height": 900},
        locale=LOCALES[language],
        java_script_enabled=scripts,
        reduced_motion="reduce",
    )
    if judged:
        context.add_init_script(path=AXE)
    if city.cookies[login]:
        context.add_cookies([{"name": "session", "value": city.cookies[login], "url": city.address}])
    try:
        yield watch(context, city.address)
    finally:
        context.close()


def faults(
    chrome: Browser, city: City, login: str, language: str, look: Look, *, every: bool = False, **how: bool
) -> list[str]:
    """What is wrong with the pages of ``login``: all of them, or those that are the first of their route."""
    pages = [page for page in city.pages if page.login == login and (every or page.chief)]
    found: list[str] = []
    with looking(chrome, city, login, language, **how) as watched:
        for page in pages:
            watched.page.set_viewport_size({"width": WIDTHS[0], "height": 900})
            answer = watched.page.goto(city.address + page.path)
            if answer is None or answer.status != page.status:
                found.append(f"{page.path}: {answer and answer.status}")
                continue
            found += [f"{page.path}: {fault}" for fault in look(watched, page)]
            # a page that is not there is an error on the console of every browser
            found += [f"{page.path}: {said}" for said in watched.said if page.status == 200]
            watched.said.clear()
        if not watched.hosts <= {city.address}:
            found.append(f"asked elsewhere: {watched.hosts}")
    return found


def seen(watched: Watched, language: str) -> list[str]:
    """What a page shows at the narrow width, then how wide it is at the other."""
    told = watched.page.evaluate(SEEN)
    found = [f"{told['wide']} px too wide at {WIDTHS[0]}"] * (told["wide"] > 0)
    found += [f"{told['heads']} main headings"] * (told["heads"] != 1)
    found += ["says next to nothing"] * (told["words"] < LEAST)
    found += ["a tab order of its own"] * (told["ahead"] > 0)
    found += [f"is in {told['language']}"] * (not told["language"].startswith(language))
    return found


def axe(watched: Watched, where: str) -> list[str]:
    """What axe finds serious or critical; rules that find nothing so grave are not asked."""
    told = watched.page.evaluate(AXE_RUN, list(GRAVE))
    return [
        f"{where}: {one['id']} {node['target']}"
        for one in told["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


def widths(watched: Watched) -> list[str]:
    """Nothing scrolls sideways at the wide width or on paper, and paper has no navigation."""
    page = watched.page
    page.set_viewport_size({"width": WIDTHS[1], "height": 900})
    wide = page.evaluate(WIDE)
    found = [f"{wide} px too wide at {WIDTHS[1]}"] * (wide > 0)
    page.emulate_media(media="print")
    heading, navigation = page.evaluate(PRINTED)
    found += ["the heading is not printed"] * (not heading)
    found += ["navigation is printed"] * navigation
    page.emulate_media(media="screen")
    return found


def turn(page: Page) -> int:
    """0 or 1, the same for every page of a route: at which width axe looks at it in Chinese."""
    return zlib.crc32(page.endpoint.encode()) % 2


def held(watched: Watched, page: Page, language: str) -> list[str]:
    """Widths, headings and paper; axe at one of the widths, at the other in the other language."""
    found = seen(watched, language)
    at = turn(page) if language == "zh" else 1 - turn(page)
    if at == 0:
        return found + axe(watched, f"{WIDTHS[0]} px") + widths(watched)
    found += widths(watched)
    return found + axe(watched, f"{WIDTHS[1]} px")


def whole(watched: Watched, page: Page) -> list[str]:
    """In Chinese."""
    return held(watched, page, "zh")


def english(watched: Watched, page: Page) -> list[str]:
    """In English, whose words are longer."""
    return held(watched, page, "en")


def plain(watched: Watched, page: Page) -> list[str]:
    """Without scripts: what is said and every form are there."""
    told = watched.page.evaluate(SEEN)
    found = [f"{told['forms']} forms of {page.forms}"] * (told["forms"] != page.forms)
    found += [f"{told['stuck']} forms without a button to send them"] * (told["stuck"] > 0)
    return (
        found
        + ["says next to nothing"] * (told["words"] < LEAST)
        + [f"{told['wide']} px too wide"] * (told["wide"] > 0)
    )


@pytest.mark.parametrize("login", LOGINS)
def test_every_page_holds_in_chinese(chrome: Browser, city: City, login: str) -> None:
    assert faults(chrome, city, login, "zh", whole, judged=True) == []


@pytest.mark.parametrize("login", LOGINS)
def test_every_page_holds_in_english(chrome: Browser, city: City, login: str) -> None:
    assert faults(chrome, city, login, "en", english, judged=True) == []


@pytest.mark.parametrize("login", LOGINS)
def test_every_page_says_the_same_without_scripts(chrome: Browser, city: City, login: str) -> None:
    assert faults(chrome, city, login, "zh", plain, scripts=False) == []


@pytest.mark.release
@pytest.mark.parametrize("login", LOGINS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_everybodys_own_view_of_every_page(chrome: Browser, city: City, login: str, language: str) -> None:
    """Every person × route × shape, axe in both languages at both widths."""

    def look(watched: Watched, page: Page) -> list[str]:
        found = seen(watched, language)
        return found + axe(watched, "narrow") + widths(watched) + axe(watched, "wide")

    assert faults(chrome, city, login, language, look, every=True, judged=True) == []


def test_every_route_is_in_the_catalogue(city: City) -> None:
    """A new page comes in by a link; one that nobody reaches, or an exception that speaks of nothing, is told here."""
    assert city.missing == {}
    assert city.idle == []


def test_no_link_leads_to_an_error(city: City) -> None:
    assert [(page.login, page.path, page.status) for page in city.pages if page.wrong] == []

"""A served demo and a browser. Skips, saying why, where there is no Chromium or no built front end."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, StorageState, sync_playwright

from config import ROOT
from tests.browser.driving import HOME, Watched, built, chromium, launch, served, sign_in, watch
from tests.browser.pages import Page


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser."""
    for item in items:
        if Path(str(item.fspath)).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver."""
    if chromium() is None:
        pytest.skip("no Chromium here (Debian: apt-get install chromium fonts-noto-cjk)")
    if not (ROOT / "static" / "vendor" / "manifest.json").exists():
        pytest.skip("the front end is not built: make setup-dev")
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chrome(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium."""
    found = launch(playwright)
    yield found
    found.close()


@dataclass(frozen=True, slots=True)
class City:
    """The served city: its address, what everybody reaches in it, and their cookies."""

    address: str
    pages: tuple[Page, ...]
    cookies: Mapping[str, str]
    missing: Mapping[str, str]
    idle: Sequence[str]


@pytest.fixture(scope="session")
def city(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """The demo and the market, built once for all workers and served to each from a copy of its own."""
    alone = "PYTEST_XDIST_WORKER" not in os.environ
    base = tmp_path_factory.getbasetemp()
    instance = base / "served"
    shutil.copytree(built((base if alone else base.parent) / "city"), instance)
    with served(instance) as address:
        told = json.loads((instance / "pages.json").read_text("utf-8"))
        yield City(address, tuple(Page(**page) for page in told.pop("pages")), **told)


@pytest.fixture(scope="session")
def address(city: City) -> str:
    """Where the city is served."""
    return city.address


Open = Callable[..., Watched]


@pytest.fixture(scope="session")
def entered() -> dict[str, StorageState]:
    """Language → the cookies of who signed in once."""
    return {}


@pytest.fixture
def visit(chrome: Browser, address: str, entered: dict[str, StorageState]) -> Iterator[Open]:
    """``visit(at=HOME, width=1366, language="zh", scripts=True, moving=False)`` → a watched page; closed afterwards.

    Signed in: through the page without scripts and the first time, later with the cookies of that time. ``moving``:
    for somebody who did not ask for less motion.
    """
    contexts = []

    def opened(
        at: str = HOME, width: int = 1366, language: str = "zh", scripts: bool = True, moving: bool = False
    ) -> Watched:
        context = chrome.new_context(
            viewport={"width": width, "height": 900},
            locale={"zh": "zh-CN", "en": "en-GB"}[language],
            java_script_enabled=scripts,
            accept_downloads=True,
            reduced_motion="no-preference" if moving else "reduce",
            storage_state=entered.get(language) if scripts else None,
        )
        contexts.append(context)
        watched = watch(context, address)
        if not scripts or language not in entered:
            sign_in(watched, language)
            if scripts:
                entered[language] = context.storage_state()
        watched.go(at)
        return watched

    yield opened
    for context in contexts:
        context.close()

"""``python -m tests.browser.shots [FOLDER]``: a picture of every page at two widths in two languages."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.driving import WIDTHS, chromium, launch, served, sign_in, watch

PAGES = {
    "home": "/portfolios/golden",
    "known-then": "/portfolios/golden?as_of=2025-06-30&known_at=2025-06-30",
    "intents": "/portfolios/golden?grade=intent_letter",
    "unreckoned": "/portfolios/golden?as_of=2025-05-02",
    "agreements": "/portfolios/golden/agreements",
    "agreement": "/portfolios/golden/agreements/G03-S",
    "disputed": "/portfolios/golden/agreements/G04-S?as_of=2025-06-30&known_at=2025-06-30",
    "divide": "/portfolios/golden/divide?top=loan_contract.signed&bottom=need.needed",
    "definitions": "/definitions",
    "findings": "/findings",
    "statements": "/statements",
    "statement-new": "/statements/new",
    "account": "/account",
    "missing": "/no-such-page",
}


def main(folder: Path) -> int:
    """Write ``<page>-<width>-<language>.png`` into ``folder``; 1 where there is no browser."""
    if chromium() is None:
        sys.stderr.write("no Chromium here (Debian: apt-get install chromium fonts-noto-cjk)\n")
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as instance, served(Path(instance)) as address, sync_playwright() as driver:
        browser = launch(driver)
        for width in WIDTHS:
            for language in ("zh", "en"):
                _take(browser, address, folder, width, language)
        browser.close()
    return 0


def _take(browser: Browser, address: str, folder: Path, width: int, language: str) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, locale={"zh": "zh-CN", "en": "en-GB"}[language]
    )
    watched = watch(context, address)
    watched.go(f"/sign-in?lang={language}")
    watched.page.screenshot(path=folder / f"sign-in-{width}-{language}.png", full_page=True)
    sign_in(watched, language)
    for name, path in PAGES.items():
        watched.page.goto(address + path)
        watched.page.screenshot(path=folder / f"{name}-{width}-{language}.png", full_page=True)
    context.close()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "shots")))

"""Take pictures: ``make shots``. Those of the README from the demo; every page of the catalogue into ``shots/``.

The demo is served on a free port of its own. With ``../shared/data`` beside the project the World Bank's statement is
taken in too, for one more picture. ``shots/<width>-<language>/<who>.<route>.<address>.png`` shows each page at 390 and
1366 px, in Chinese and English; ``--readme`` and ``--pages`` take only one of the two.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser.driving import WIDTHS, built, launch, served  # noqa: E402
from tests.browser.pages import Page as Listed  # noqa: E402

OUT = ROOT / "docs" / "img"
FLASK = [sys.executable, "-m", "flask", "--app", "wsgi:app"]
STATEMENT = ROOT.parent / "shared" / "data" / "ibrd" / "ibrd_2020-11-30.csv.gz"
DESK, PHONE = {"width": 1366, "height": 900}, {"width": 390, "height": 844}
DAY = "2026-09-30"
"""The demo's day, as ``make run`` sets it."""
README = (
    ("office.city", "/portfolios/city", "office", DESK),
    ("office.city", "/letter", "letter", DESK),
    ("office.city", "/threads/city-contract-035-need", "thread", DESK),
    ("firm.tea", "/my", "firm", PHONE),
    ("bank.officer", "/inbox", "bank", DESK),
    ("bureau.officer", "/bureau", "bureau", DESK),
)
"""Login, address, name of the picture, size."""
LANGUAGES = (("zh-CN", ""), ("en-GB", "-en"))
"""What the browser asks for, and what the picture's name ends in."""


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def chromium() -> str | None:
    """Debian's Chromium; None lets Playwright look for its own."""
    return next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), None)


def wait_for(url: str) -> None:
    """Until the server answers; ``TimeoutError`` after a minute."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=2)
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise TimeoutError(url)


def sign_in(page: Page, base: str, login: str) -> None:
    """By the demo card of ``login``."""
    page.goto(f"{base}/sign-in")
    page.locator(f"form:has(input[name=login][value='{login}']) button").click()
    page.wait_for_load_state()


def shoot(browser: Browser, base: str, login: str, path: str, name: str, size: dict[str, int]) -> None:
    """Pictures of ``path`` in both languages, as ``login`` sees it."""
    for locale, ending in LANGUAGES:
        context = browser.new_context(viewport=size, locale=locale, device_scale_factor=1)
        page = context.new_page()
        sign_in(page, base, login)
        answer = page.goto(f"{base}{path}")
        if answer is None or not answer.ok:
            raise SystemExit(f"{login} cannot open {path}: no picture is taken of an error")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=OUT / f"{name}{ending}.png")
        context.close()
        print(f"docs/img/{name}{ending}.png")


def every_page(folder: Path) -> None:
    """A picture of every page of the catalogue, the first of its route, at both widths in both languages."""
    with tempfile.TemporaryDirectory() as place, sync_playwright() as driver:
        city = built(Path(place) / "city")
        told = json.loads((city / "pages.json").read_text("utf-8"))
        pages = [Listed(**page) for page in told["pages"]]
        with served(city) as base:
            browser = launch(driver)
            for width in WIDTHS:
                for language, locale in (("zh", "zh-CN"), ("en", "en-GB")):
                    target = folder / f"{width}-{language}"
                    target.mkdir(parents=True, exist_ok=True)
                    for login, cookie in told["cookies"].items():
                        context = browser.new_context(viewport={"width": width, "height": 900}, locale=locale)
                        if cookie:
                            context.add_cookies([{"name": "session", "value": cookie, "url": base}])
                        page = context.new_page()
                        for one in (each for each in pages if each.login == login and each.chief):
                            page.goto(base + one.path)
                            page.screenshot(path=target / f"{one.name}.png", full_page=True)
                        context.close()
                    print(f"{target}: {len(list(target.iterdir()))} pictures")
            browser.close()


def readme() -> None:
    """Prepare the demo, serve it, look, stop."""
    OUT.mkdir(parents=True, exist_ok=True)
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as instance:
        env = {**os.environ, "INSTANCE": instance, "PORT": str(port), "DATABASE_URL": "", "FROZEN_DAY": DAY}
        env["ENVIRONMENT"] = "development"
        for arguments in (["db", "upgrade"], ["seed"]):
            subprocess.run([*FLASK, *arguments], env=env, cwd=ROOT, check=True)
        pages = list(README)
        if STATEMENT.exists():
            taken = ["--mapping", "ibrd", "--portfolio", "ibrd", "--as-of", "2020-11-30"]
            subprocess.run([*FLASK, "statement", "import", str(STATEMENT), *taken], env=env, cwd=ROOT, check=True)
            pages.append(("office.city", "/portfolios/ibrd", "ibrd", DESK))
        server = subprocess.Popen([*FLASK, "serve"], env=env, cwd=ROOT)
        try:
            wait_for(f"{base}/healthz")
            with sync_playwright() as driver:
                browser = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
                for login, path, name, size in pages:
                    shoot(browser, base, login, path, name, size)
                browser.close()
        finally:
            server.terminate()
            server.wait(40)


def main() -> None:
    """Both, or the one that is named."""
    if "--pages" not in sys.argv:
        readme()
    if "--readme" not in sys.argv:
        every_page(ROOT / "shots")


if __name__ == "__main__":
    main()

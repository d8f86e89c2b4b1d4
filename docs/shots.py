"""Take the README's pictures from the demo: ``make shots``. Serves a demo of its own on a free port, signs in, looks.

With ``../shared/data`` beside the project the World Bank's statement is taken in too, for one more picture.
"""

from __future__ import annotations

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
OUT = ROOT / "docs" / "img"
FLASK = [sys.executable, "-m", "flask", "--app", "wsgi:app"]
STATEMENT = ROOT.parent / "shared" / "data" / "ibrd" / "ibrd_2020-11-30.csv.gz"
DEMO = "golden"
DESK, PHONE = {"width": 1366, "height": 900}, {"width": 390, "height": 844}


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


def sign_in(page: Page, base: str) -> None:
    """By the finance office's card."""
    page.goto(f"{base}/sign-in")
    page.locator("form:has(input[value*='office']) button, .cards form button").first.click()
    page.wait_for_load_state()


def shoot(browser: Browser, base: str, path: str, name: str, size: dict[str, int]) -> None:
    """One picture of ``path``."""
    context = browser.new_context(viewport=size, locale="zh-CN", device_scale_factor=1)
    page = context.new_page()
    sign_in(page, base)
    page.goto(f"{base}{path}")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=OUT / f"{name}.png")
    context.close()
    print(f"docs/img/{name}.png")


def main() -> None:
    """Prepare, serve, look, stop."""
    OUT.mkdir(parents=True, exist_ok=True)
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as instance:
        env = {**os.environ, "INSTANCE": instance, "PORT": str(port), "DATABASE_URL": "", "ENVIRONMENT": "development"}
        for arguments in (["db", "upgrade"], ["seed"]):
            subprocess.run([*FLASK, *arguments], env=env, cwd=ROOT, check=True)
        pages = [(f"/portfolios/{DEMO}", "office", DESK), (f"/portfolios/{DEMO}", "phone", PHONE)]
        if STATEMENT.exists():
            taken = ["--mapping", "ibrd", "--portfolio", "ibrd", "--as-of", "2020-11-30"]
            subprocess.run([*FLASK, "statement", "import", str(STATEMENT), *taken], env=env, cwd=ROOT, check=True)
            pages.append(("/portfolios/ibrd", "ibrd", DESK))
        server = subprocess.Popen([*FLASK, "serve"], env=env, cwd=ROOT)
        try:
            wait_for(f"{base}/healthz")
            with sync_playwright() as driver:
                browser = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
                for path, name, size in pages:
                    shoot(browser, base, path, name, size)
                browser.close()
        finally:
            server.terminate()
            server.wait(40)


if __name__ == "__main__":
    main()

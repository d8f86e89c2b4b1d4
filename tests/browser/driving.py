"""Driving Debian's Chromium: how it is started, and a page that remembers what it said and whom it asked."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
)
WIDTHS = (390, 1366)
HOME = "/portfolios/golden"
"""Where the city's finance office looks first."""
LONGEST_BUILD = 240
"""Seconds to wait for another worker's city."""
SERVE = Path(__file__).with_name("serve_city.py")
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"


def chromium() -> str | None:
    """Path of an installed Chromium, or None."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def launch(driver: Playwright) -> Browser:
    """Chromium, kept from talking to anybody."""
    return driver.chromium.launch(executable_path=chromium(), args=list(QUIET))


def built(folder: Path, script: Path = SERVE, told: str = "pages.json") -> Path:
    """The city of the catalogue in ``folder``; made by whoever of several workers comes first, the others wait.

    Another ``script`` makes another world there; ``told`` is the last file it writes.
    """
    done = folder / told
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        deadline = time.monotonic() + LONGEST_BUILD
        while not done.exists():
            assert time.monotonic() < deadline, f"no city in {folder}"
            time.sleep(0.2)
        return folder
    with (folder / "build.log").open("w") as log:
        made = subprocess.run([sys.executable, str(script), "build", str(folder)], stdout=log, stderr=log, check=False)
    assert made.returncode == 0, (folder / "build.log").read_text("utf-8")[-3000:]
    return folder


@contextmanager
def served(instance: Path, script: Path = SERVE) -> Iterator[str]:
    """The city built in ``instance``, or another world of ``script``, at an address of its own."""
    with (instance / "server.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, str(script), "serve", str(instance)], stdout=subprocess.PIPE, stderr=log, text=True
        )
        try:
            assert process.stdout is not None
            # the log may go to standard output too; the address is the line that looks like one
            address = next((line.strip() for line in process.stdout if line.startswith("http://127.0.0.1:")), "")
            assert address, (instance / "server.log").read_text("utf-8")[-2000:]
            yield address
        finally:
            process.terminate()
            process.wait(timeout=20)


def follow(what: Locator) -> None:
    """Click the first of what can be seen of a link or a button, and wait until the page it leads to has loaded."""
    with what.page.expect_navigation():
        what.locator("visible=true").first.click()


@dataclass
class Watched:
    """A page with everything it said on the console and every host it asked."""

    page: Page
    base: str
    said: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def go(self, path: str) -> None:
        """Open a path of the served site."""
        answer = self.page.goto(self.base + path)
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"

    def assert_clean(self) -> None:
        """Nothing on the console, nobody else asked."""
        assert self.said == []
        assert self.hosts <= {self.base}, self.hosts


def watch(context: BrowserContext, base: str) -> Watched:
    """A new page that remembers."""
    watched = Watched(context.new_page(), base)
    page = watched.page
    page.on("console", lambda said: watched.said.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: watched.said.append(str(error)))
    page.on("request", lambda request: watched.hosts.add("/".join(request.url.split("/")[:3])))
    return watched


def sign_in(watched: Watched, language: str = "zh") -> Watched:
    """Through the demo card of the city's finance office, as a visitor would."""
    watched.go(f"/sign-in?lang={language}")
    follow(watched.page.locator("ul.cards button"))
    watched.page.wait_for_url("**/portfolios/**")
    return watched

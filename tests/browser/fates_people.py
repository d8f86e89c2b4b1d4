"""Those who make the fates of :mod:`tests.browser.test_fates`, each in a browser of one's own; what they click."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.driving import Watched, follow, watch
from tests.market.market_world import TODAY
from tests.web_fixtures import PASSWORD

WORLD = Path(__file__).with_name("fates_world.py")
NOW = TODAY.isoformat()
"""The day of the pages."""


@dataclass
class Fates:
    """The served market and whoever looked at it. Amounts are whole yuan."""

    chrome: Browser
    instance: Path
    address: str
    told: dict[str, Any]
    contexts: list[BrowserContext] = field(default_factory=list)
    seen: dict[str, Watched] = field(default_factory=dict)

    def at(self, login: str, path: str) -> Page:
        """The page at ``path`` in the browser of ``login``, who signed in with a password."""
        if login not in self.seen:
            self.seen[login] = self._sign_in(login)
        self.seen[login].go(path)
        return self.seen[login].page

    def _sign_in(self, login: str) -> Watched:
        phone = login == "tea"
        # a device of one's own: a firm that answers from its banker's is not believed
        context = self.chrome.new_context(
            viewport={"width": 390 if phone else 1366, "height": 844}, locale="zh-CN", has_touch=phone,
            user_agent=f"Browser of {login}", reduced_motion="reduce",
        )  # fmt: skip
        self.contexts.append(context)
        watched = watch(context, self.address)
        watched.go("/sign-in?lang=zh")
        watched.page.fill("#login", login)
        watched.page.fill("#password", PASSWORD)
        watched.page.press("#password", "Enter")
        watched.page.wait_for_url(lambda url: "/sign-in" not in url)
        return watched

    # --- the steps

    def signed(self, fate: str) -> str:
        """The firm signs, the branch countersigns; the agreement's key."""
        paper = self.told["papers"][fate]
        follow(self.at("tea", f"/my/papers/{paper}").get_by_role("button", name="同意并签署"))
        page = self.at("branch", f"/bank/papers/{paper}")
        follow(page.locator("button[value=countersign]"))
        page.get_by_role("link", name="报送放款").click()
        return page.url.rsplit("/", 1)[1]

    def report(self, agreement: str, iou: str, wan: str) -> None:
        """The officer reports one 借据 of today."""
        page = self.at("officer", f"/bank/agreements/{agreement}")
        page.fill("#amount", wan)
        page.locator("label[for=amount_unit-wan]").click()
        page.fill("#value_on", NOW)
        page.fill("#iou_no", iou)
        follow(page.get_by_role("button", name="报送放款", exact=True))
        assert f"借据 {iou}" in page.locator("main").inner_text()

    def answer(self, iou: str, said: str) -> None:
        """The firm taps its answer under the question about a 借据."""
        page = self.at("tea", "/my/loans")
        asked = page.locator("section.need", has=page.locator(f"dd:text-is('{iou}')"))
        follow(asked.locator(f"button[name=answer][value={said}]"))

    def ledger(self, day: str = NOW) -> dict[str, int]:
        """Bucket → yuan, ``signed`` and ``verified``, off the office's page, after its button if there is one."""
        page = self.at("office", f"/portfolios/city?as_of={day}&known_at={day}&unit=yuan&grade=loan_contract")
        button = page.get_by_role("button", name=re.compile("^(重算|计算)$"))
        if button.count():
            follow(button)
        return read_ledger(page)

    def evening(self, day: str) -> None:
        """The evening's audit of ``day``, run from the shell; the pages' own day stands still."""
        job = [sys.executable, str(WORLD), "job", str(self.instance), "audit", day]
        ran = subprocess.run(job, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr

    def sheet(self, agreement: str, day: str = NOW) -> dict[str, int]:
        """Bucket → yuan of one agreement, and ``verified``, off its page; nothing is reckoned on the way."""
        page = self.at("office", f"/portfolios/city/agreements/{agreement}?as_of={day}&known_at={day}&unit=yuan")
        assert page.locator(".stale").count() == 0
        told = page.eval_on_selector_all(
            "ul.lines li", "rows => rows.map(row => ['b', '.nw'].map(part => row.querySelector(part).innerText))"
        )
        verified = page.locator(".tri tr.sum td[data-head=其中核实]").inner_text()
        return {name.split()[0]: yuan(text) for name, text in told} | {"verified": yuan(verified)}


def yuan(text: str) -> int:
    """Whole yuan of what a page says; cents would be an error."""
    whole, cents = re.findall(r"([\d,]+)\.(\d\d)", text)[-1]
    assert cents == "00", text
    return int(whole.replace(",", ""))


def read_ledger(page: Page) -> dict[str, int]:
    """Buckets that hold money, the sum and what of it is verified."""
    told = page.eval_on_selector_all(
        ".ledger tr.ln:not(.nil)", "rows => rows.map(row => [row.id, row.querySelector('.money').innerText])"
    )
    found = {name.removeprefix("b-"): yuan(text) for name, text in told}
    total = page.locator(".ledger tr.sum")
    signed, verified = yuan(total.locator("td.money").inner_text()), yuan(total.locator("td.ver").inner_text())
    assert sum(found.values()) == signed, "every yuan is in one bucket"
    return found | {"signed": signed, "verified": verified}

"""From a figure to its papers and to the facts of one of them, in three clicks at most, on every page of the office."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.driving import WIDTHS, Watched, follow

Open = Callable[..., Watched]
LISTED, BEHIND = "tbody th a", "#members tbody th a"
WALKS = (
    # where the figure stands, and what is clicked from it to the page of one paper
    ("/portfolios/golden/periods/2025-06", ("tbody td.num a", LISTED)),
    ("/portfolios/golden/splits?by=chain", ("#split tbody th a", BEHIND)),
    ("/portfolios/golden/splits?by=area", ("#split tbody th a", BEHIND)),
    ("/portfolios/golden/splits?by=park", ("#split tbody th a", BEHIND)),
    ("/portfolios/golden/splits?by=sector", ("#split tbody th a", BEHIND)),
    ("/portfolios/golden/banks", ("#standings tbody th a", LISTED)),
    ("/portfolios/golden/curves", (".panel-sub a", LISTED)),
    ("/portfolios/golden/areas", (LISTED, LISTED)),
    ("/portfolios/golden/splits?by=size", ("#split tbody th a", BEHIND)),
    ("/flags", (LISTED, "[aria-labelledby=papers-t] tbody th a")),
    # the sample's list leads to its sheet, where the figures stand
    ("/samples > tbody th a", ("[aria-labelledby=items-t] tbody th a", "main > p:last-child a")),
)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("start", "clicks"), WALKS, ids=[start for start, _ in WALKS])
def test_a_figure_leads_to_the_facts_of_a_paper(visit: Open, start: str, clicks: tuple[str, ...], width: int) -> None:
    address, _, before = start.partition(" > ")
    watched = visit(address, width=width)
    page = watched.page
    for selector in (before, *clicks) if before else clicks:
        follow(page.locator(selector))
    assert len(clicks) < 3
    assert page.locator("#timeline-t").is_visible(), page.url
    watched.assert_clean()


def test_a_closed_months_figure_leads_to_a_voucher(visit: Open) -> None:
    watched = visit("/portfolios/golden/periods/2025-06")
    page = watched.page
    follow(page.locator('tbody td.num a[href*="bucket=A1"]'))
    follow(page.locator(LISTED))
    with page.expect_download() as waiting:
        page.locator("#evidence a").first.click()
    assert Path(waiting.value.path()).stat().st_size > 0

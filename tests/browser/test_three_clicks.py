"""From a figure to its papers and to the facts of one of them, in three clicks at most."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.driving import WIDTHS, Watched

Open = Callable[..., Watched]
LISTED = "tbody th a"
WALKS = (
    # where the figure stands, and what is clicked from it to the page of one paper
    ("/portfolios/golden/periods/2025-06", ("tbody td.num a", LISTED)),
)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("start", "clicks"), WALKS, ids=[start for start, _ in WALKS])
def test_a_figure_leads_to_the_facts_of_a_paper(visit: Open, start: str, clicks: tuple[str, ...], width: int) -> None:
    watched = visit(width=width)
    watched.go(start)
    page = watched.page
    for selector in clicks:
        page.locator(selector).locator("visible=true").first.click()
    assert len(clicks) < 3
    assert page.locator("#timeline-t").is_visible(), page.url
    watched.assert_clean()

"""Attacks on the desks: pages that lead away, costly buttons held down, private pages left in a browser's store."""

from __future__ import annotations

import pytest
from flask import Flask

from matchmaking.foundation.access.roles import Role
from tests.web_fixtures import Browser, sign_in

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


def test_an_audit_is_not_asked_for_without_end(app: Flask, client: Browser) -> None:
    app.config["COSTLY_LIMIT"] = "2/minute"
    sign_in(client, Role.FINANCE_OFFICE_CITY)
    asked = [client.submit(f"/portfolios/{code}/audit", {"as_of": "2026-09-30"}) for code in ("a", "b", "a", "c")]
    assert [answer.status_code for answer in asked] == [404, 404, 429, 429]
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize("role", list(Role))
def test_no_private_page_is_kept_by_the_browser(client: Browser, role: Role) -> None:
    sign_in(client, role)
    for path in ("/", "/account", "/account/factor", "/sessions", "/threads/nobodys", "/public/figures.csv"):
        assert client.get(path, follow_redirects=True).headers["Cache-Control"] == "no-store", path


@pytest.mark.parametrize(
    "away", ["//evil.example", "https://evil.example", "/\\evil.example", "/%5C%5Cevil.example", "/%2F/evil.example"]
)
def test_the_language_and_the_sign_in_lead_nowhere_else(client: Browser, away: str) -> None:
    told = client.submit("/language", {"language": "en", "next": away})
    assert told.headers["Location"] == "/"
    sign_in(client, Role.FINANCE_OFFICE_CITY)
    assert client.get("/sign-in", query_string={"next": away}).headers["Location"] == "/"

"""``/`` leads each role to its own home, and a stranger to a page that names nobody."""

from __future__ import annotations

import pytest

from matchmaking.desks.front.homes import HOMES
from matchmaking.foundation.access.roles import Role
from tests.web_fixtures import Browser, sign_in

BEGINNINGS = {
    Role.ENTERPRISE: ("/my", "/needs"),
    Role.BANK_OFFICER: ("/inbox",),
    Role.BANK_MANAGER: ("/inbox",),
    Role.BUREAU_OFFICER: ("/bureau", "/bureau/needs"),
    Role.FINANCE_OFFICE_CITY: ("/office",),
    Role.FINANCE_OFFICE_COUNTY: ("/office",),
    Role.OPERATOR: ("/operator", "/statements"),
}


@pytest.fixture(params=["sqlite"])
def engine_name(request: pytest.FixtureRequest) -> str:
    """Where a role's home is does not depend on the database."""
    return str(request.param)


def test_every_role_has_a_home() -> None:
    assert set(HOMES) == set(Role) == set(BEGINNINGS)


def test_each_role_comes_home_to_a_page_it_may_open(client: Browser) -> None:
    for role in Role:
        sign_in(client, role)
        answer = client.get("/")
        assert answer.status_code == 303
        assert answer.headers["Location"] in BEGINNINGS[role], role
        assert client.get(answer.headers["Location"]).status_code in (200, 303), role


def test_a_stranger_sees_the_public_page_and_both_ways_in(client: Browser) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert 'href="/sign-in"' in page.text and 'href="/register"' in page.text

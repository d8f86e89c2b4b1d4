"""A password that somebody else chose opens one's own account and nothing else, until it is changed."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from matchmaking.foundation.access.guard import Requires, mark_of
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.access.roles import Role
from tests.house.routes import address_of, pairs
from tests.registry.accounts.test_people_pages import FRESH, HOME, another, told_password
from tests.web_fixtures import PASSWORD, Browser, sign_in

OWN = "rain on the east bridge"
SAYS = {"zh": "您的密码是别人设的", "en": "Somebody else chose your password"}


@pytest.fixture
def given(client: Browser) -> str:
    """The password that the operator gave to a new officer of a bank."""
    sign_in(client, Role.OPERATOR)
    return told_password(client.submit(f"{HOME}/new", FRESH).text)


def entered(app: Flask, password: str, login: str = "liying") -> Browser:
    """A browser signed in by name and password."""
    browser = another(app)
    assert browser.submit("/sign-in", {"login": login, "password": password}).status_code == 303
    return browser


def change(browser: Browser, current: str, new: str = OWN) -> int:
    """The status of changing one's own password."""
    return browser.submit("/account/password", {"current": current, "new": new, "again": new}).status_code


def test_nothing_opens_before_the_password_is_one_s_own(app: Flask, client: Browser, given: str) -> None:
    browser = entered(app, given)
    tried = 0
    for rule, method in pairs(app):
        mark = mark_of(app, rule.endpoint)
        if not isinstance(mark, Requires) or mark.permission is Permission.OWN_ACCOUNT:
            continue
        address = address_of(app, rule)
        answer = browser.get(address) if method == "GET" else browser.submit(address, {})
        # what the role may open leads to one's account; what it may not is absent as ever
        assert answer.status_code == 404 or answer.headers.get("Location") == "/account", (method, address)
        tried += answer.status_code == 303
    assert tried > 20
    for language, words in SAYS.items():
        assert words in browser.get(f"/account?lang={language}").text
    assert change(browser, given) == 303
    assert browser.get("/inbox").status_code == 200
    assert all(words not in browser.get(f"/account?lang={one}").text for one, words in SAYS.items())
    assert entered(app, OWN).get("/inbox").status_code == 200, "asked once"


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_one_can_leave_and_the_same_password_does_not_do(app: Flask, given: str) -> None:
    browser = entered(app, given)
    assert change(browser, given, given) == 422
    assert browser.get("/inbox").headers["Location"] == "/account"
    assert browser.submit("/sign-out", {}).headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_password_given_later_is_asked_for_again_and_one_s_own_never(app: Flask, client: Browser) -> None:
    assert entered(app, PASSWORD, "bank_officer").get("/inbox").status_code == 200, "chosen by its owner"
    sign_in(client, Role.OPERATOR)
    page = client.submit(f"{HOME}/bank_officer/password", {}).text
    assert entered(app, told_password(page), "bank_officer").get("/inbox").headers["Location"] == "/account"


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_the_shell_gives_passwords_too_and_locks_itself_out_of_nothing(app: Flask, people: dict[Role, int]) -> None:
    runner = app.test_cli_runner()
    told = ["user", "password", "bank_officer", "--password-stdin"]
    for _ in range(2):
        assert runner.invoke(args=told, input=f"{OWN}\n").exit_code == 0
    browser = entered(app, OWN, "bank_officer")
    assert browser.get("/inbox").headers["Location"] == "/account"
    assert re.search("别人设的", browser.get("/account").text)

"""The second factor through HTTP: what a half-way sign-in can open, and every page of setting it up.

What depends on the engine (races, locks) is in ``test_second_factors.py``; these run on one.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from config import Settings
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import Public, mark_of
from matchmaking.foundation.access.roles import Role
from matchmaking.registry.accounts.commands import codes
from tests.conftest import NOON
from tests.house.routes import address_of, pairs
from tests.web_fixtures import PASSWORD, PERSONAS, Browser, make_app, sign_in

OPERATOR, FIRM = Role.OPERATOR, Role.ENTERPRISE
pytestmark = [pytest.mark.usefixtures("people"), pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)]


@pytest.fixture
def app(settings: Settings) -> Flask:
    """The application of an installation that asks staff for a second factor."""
    return make_app(settings.model_copy(update={"require_second_factor": True}))


@pytest.fixture
def clocks() -> Iterator[time_machine.Coordinates]:
    """A clock that stands still until it is moved."""
    with time_machine.travel(NOON, tick=False) as coordinates:
        yield coordinates


def another(app: Flask) -> Browser:
    """A second browser."""
    browser: Browser = app.test_client()  # type: ignore[assignment]
    return browser


def enter(client: Browser, login: str = "operator", **more: str) -> str:
    """Name and password; where that leads."""
    answer = client.submit("/sign-in", {"login": login, "password": PASSWORD, **more})
    assert answer.status_code == 303
    return answer.headers["Location"]


def shown_secret(client: Browser) -> str:
    """The key the page offers as text."""
    (secret,) = re.findall(r'<code class="secret">([A-Z2-7 ]+)</code>', client.get("/sign-in/enrol").text)
    return secret.replace(" ", "")


def code_now(secret: str, seconds: int = 0) -> str:
    """What a phone shows."""
    return codes.code_of(secret, codes.step_of(clock.now() + timedelta(seconds=seconds)))


def enrolled(client: Browser, login: str = "operator") -> tuple[str, list[str]]:
    """Set the factor up; the secret and the recovery codes. The browser is signed in."""
    enter(client, login)
    secret = shown_secret(client)
    page = client.submit("/sign-in/enrol", {"code": code_now(secret)})
    assert page.status_code == 200
    return secret, re.findall(r"<li><code>([A-Z2-7-]{19})</code></li>", page.text)


def test_the_first_sign_in_of_staff_sets_a_factor_up(client: Browser, clocks: time_machine.Coordinates) -> None:
    assert enter(client, next="/sessions") == "/sign-in/enrol?next=/sessions"
    page = client.get("/sign-in/enrol?next=/sessions").text
    assert 'src="data:image/svg+xml' in page and "密钥" in page and 'value="/sessions"' in page
    assert "data:" in client.get("/sign-in/enrol").headers["Content-Security-Policy"]
    answer = client.submit("/sign-in/enrol", {"code": code_now(shown_secret(client)), "next": "/sessions"})
    assert len(set(re.findall(r"<li><code>([A-Z2-7-]{19})</code></li>", answer.text))) == 10
    assert 'href="/sessions"' in answer.text
    token = re.findall(r'action="/sign-out"><input type="hidden" name="csrf_token" value="([^"]+)"', answer.text)[0]
    assert client.get("/sessions").status_code == 200
    # the page that shows the codes belongs to the new session already: its own buttons work
    assert client.post("/sign-out", data={"csrf_token": html.unescape(token)}).status_code == 303


def test_a_phone_counts_real_time_where_a_demo_stands_still(client: Browser, clocks: time_machine.Coordinates) -> None:
    clock.freeze(NOON.date() - timedelta(days=40))
    try:
        enter(client)
        code = codes.code_of(shown_secret(client), codes.step_of(NOON))
        assert client.submit("/sign-in/enrol", {"code": code}).status_code == 200
    finally:
        clock.freeze(None)


def test_every_later_sign_in_asks_for_the_code(app: Flask, client: Browser, clocks: time_machine.Coordinates) -> None:
    secret, _ = enrolled(client)
    clocks.shift(60)
    other = another(app)
    assert enter(other, next="/account") == "/sign-in/code?next=/account"
    wrong = other.submit("/sign-in/code", {"code": "000000", "next": "/account"})
    assert wrong.status_code == 422 and "口令不对，或已经用过" in wrong.text and 'value="/account"' in wrong.text
    assert other.submit("/sign-in/code", {"code": ""}).status_code == 422
    right = other.submit("/sign-in/code", {"code": code_now(secret), "next": "/account"})
    assert (right.status_code, right.headers["Location"]) == (303, "/account")
    assert other.get("/account").status_code == 200
    third = another(app)
    enter(third)
    assert third.submit("/sign-in/code", {"code": code_now(secret)}).status_code == 422, "it was used before"


def test_half_a_sign_in_opens_nothing_but_its_own_page(app: Flask, client: Browser) -> None:
    enrolled(client)
    half = another(app)
    enter(half)
    token = half.csrf_token()
    for rule, method in pairs(app):
        if isinstance(mark_of(app, rule.endpoint), Public):
            continue
        path = address_of(app, rule)
        answer = half.open(path, method=method, data={"csrf_token": token} if method != "GET" else None)
        assert answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in"), (method, path)
    assert PERSONAS[OPERATOR][1] not in half.get("/").text, "open pages know nobody"
    assert half.get("/sign-in").headers["Location"] == "/sign-in/code", "it still waits"
    assert half.submit("/sign-in/leave").headers["Location"] == "/sign-in"
    assert half.get("/sign-in/code").headers["Location"] == "/sign-in"
    assert half.get("/sign-in").status_code == 200


def test_enrolling_opens_nothing_either_and_cannot_be_skipped(client: Browser) -> None:
    enter(client)
    for path in ("/account", "/account/factor", "/sessions", "/sign-in/code"):
        answer = client.get(path)
        assert answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in"), path
    assert client.submit("/sign-in/code", {"code": "000000"}).status_code == 303


def test_a_copied_waiting_cookie_dies_with_the_sign_in(
    app: Flask, client: Browser, clocks: time_machine.Coordinates
) -> None:
    secret, _ = enrolled(client)
    clocks.shift(60)
    victim, thief = another(app), another(app)
    enter(victim)
    copied = victim.get_cookie("session")
    assert copied is not None
    thief.set_cookie("session", copied.value)
    victim.submit("/sign-in/code", {"code": code_now(secret)})
    assert thief.get("/account").status_code == 303
    clocks.shift(60)
    assert thief.submit("/sign-in/code", {"code": code_now(secret)}).status_code == 303
    assert thief.get("/account").status_code == 303


@pytest.mark.parametrize("path", ["/sign-in/code", "/sign-in/enrol", "/sign-in/leave"])
def test_a_form_without_its_token_is_refused(client: Browser, path: str) -> None:
    enter(client)
    assert client.post(path, data={"code": "123456"}).status_code == 400


def test_a_recovery_code_signs_in_once(app: Flask, client: Browser) -> None:
    _, spare = enrolled(client)
    for expected in (303, 422):
        other = another(app)
        enter(other)
        assert "恢复码" in other.get("/sign-in/code?way=recovery").text
        assert other.submit("/sign-in/code?way=recovery", {"code": spare[0]}).status_code == expected
    assert "恢复码还剩 9 个" in client.get("/account/factor").text


@pytest.mark.parametrize("code", ["9" * 70, "１２３", "1e999999", "Infinity", "'; --", "<b>", "0" * 6])
def test_hostile_codes_are_wrong_codes(client: Browser, code: str) -> None:
    enter(client)
    page = client.submit("/sign-in/enrol", {"code": code})
    assert page.status_code == 422 and "<b>" not in page.text.split("<form", 2)[-1].split("</form>")[0]


def test_a_firm_may_switch_it_on_and_off(client: Browser, clocks: time_machine.Coordinates) -> None:
    assert enter(client, "firm") == "/"
    assert client.submit("/account/factor", {"password": "not the password"}).status_code == 422
    assert client.get("/sign-in/enrol").status_code == 303, "without the password nothing is offered"
    assert client.submit("/account/factor", {"password": PASSWORD}).headers["Location"].startswith("/sign-in/enrol")
    secret = shown_secret(client)
    assert client.submit("/sign-in/enrol", {"code": code_now(secret), "next": "/account/factor"}).status_code == 200
    assert "恢复码还剩 10 个" in client.get("/account/factor").text
    clocks.shift(30)
    renewed = client.submit("/account/factor/codes", {"code": code_now(secret)})
    assert renewed.status_code == 200 and len(re.findall(r"<li><code>", renewed.text)) == 10
    assert client.submit("/account/factor/remove", {"code": code_now(secret)}).status_code == 422, "it was used before"
    clocks.shift(30)
    assert client.submit("/account/factor/remove", {"code": code_now(secret)}).status_code == 303
    assert "未绑定" in client.get("/account/factor").text


def test_setting_up_can_be_left_without_being_signed_out(client: Browser) -> None:
    sign_in(client, FIRM)
    client.submit("/account/factor", {"password": PASSWORD})
    assert "先不绑定" in client.get("/sign-in/enrol").text
    assert client.submit("/sign-in/leave").headers["Location"] == "/account"
    assert client.get("/account").status_code == 200


def test_staff_cannot_switch_it_off(client: Browser, clocks: time_machine.Coordinates) -> None:
    secret, _ = enrolled(client)
    clocks.shift(60)
    assert "关闭动态口令" not in client.get("/account/factor").text
    page = client.submit("/account/factor/remove", {"code": code_now(secret)})
    assert page.status_code == 422 and "不能关闭" in page.text


def test_a_wrong_password_never_speaks_of_codes(app: Flask, client: Browser) -> None:
    enrolled(client)
    pages = []
    for login in ("operator", "office_city", "firm", "nobody"):
        answer = another(app).submit("/sign-in", {"login": login, "password": "a wrong password"})
        assert answer.status_code == 422
        pages.append(re.sub(r'value="[^"]*"', "", answer.text))
    assert len(set(pages)) == 1, "with or without a factor, known or unknown: one answer"


def test_cards_ask_for_no_code_and_production_asks_by_itself(settings: Settings) -> None:
    strict = {"environment": "production", "secret_key": "k" * 40, "demo": False}
    assert Settings(**{**settings.model_dump(), **strict}).second_factor_required
    assert not settings.second_factor_required


def test_reset_in_the_shell(app: Flask, client: Browser) -> None:
    enrolled(client)
    shell = app.test_cli_runner()
    assert "reset" in shell.invoke(args=["user", "reset-factor", "Operator"]).output
    assert client.get("/account").status_code == 303
    assert "had none" in shell.invoke(args=["user", "reset-factor", "operator"]).output
    assert shell.invoke(args=["user", "reset-factor", "nobody"]).exit_code == 1
    assert enter(another(app)).startswith("/sign-in/enrol")
    assert "rewrapped: 0" in shell.invoke(args=["user", "rewrap-factors"]).output

"""No form is taken without a token of its own session: absent, stale, forged, or another browser's."""

from __future__ import annotations

import pytest
import time_machine
from flask import Flask
from itsdangerous import URLSafeTimedSerializer

from config import DEFAULT_SECRET
from matchmaking.foundation import storage
from tests.conftest import NOON
from tests.fingerprints import fingerprints
from tests.house.routes import address_of, pairs
from tests.web_fixtures import PASSWORD, Browser, sign_in


@pytest.fixture
def engine_name() -> str:
    """What is sent back does not depend on the engine behind it."""
    return "sqlite"


WRITING = ("POST", "PUT", "PATCH", "DELETE")


def writing(app: Flask) -> list[tuple[str, str]]:
    """(method, address) of every route that may change something."""
    return [(method, address_of(app, rule)) for rule, method in pairs(app) if method in WRITING]


def bad_tokens(app: Flask, client: Browser) -> dict[str, str | None]:
    """Every kind of token that must not be taken."""
    other = sign_in(app.test_client(), "operator")  # type: ignore[arg-type]
    other.get("/account")
    forged = URLSafeTimedSerializer(DEFAULT_SECRET, salt="wtf-csrf-token").dumps("0" * 40)
    with client.session_transaction() as cookie:
        mine = str(cookie["csrf_token"])
    stale = client.csrf_token()
    client.get("/account")
    return {
        "absent": None,
        "empty": "",
        "another session's": other.csrf_token(),  # type: ignore[attr-defined]
        "forged": forged,
        "the bare secret": mine,
        "cut short": stale[:-3],
        "nonsense": "\u202e令牌",
    }


def test_every_form_refuses_every_bad_token(app: Flask, client: Browser) -> None:
    routes = writing(app)
    assert len(routes) >= 6
    sign_in(client, "operator")
    client.get("/account")
    tokens = bad_tokens(app, client)
    before = fingerprints(storage.engine(), but_for_reading=True)
    for method, path in routes:
        for kind, token in tokens.items():
            answer = client.open(path, method=method, data={} if token is None else {"csrf_token": token})
            assert answer.status_code in (400, 404), (method, path, kind)
    assert fingerprints(storage.engine(), but_for_reading=True) == before
    assert client.get("/account").status_code == 200, "still signed in"


def test_the_token_of_the_session_before_is_stale(client: Browser) -> None:
    client.get("/sign-in")
    stale = client.csrf_token()
    client.submit("/sign-in", {"login": "operator", "password": PASSWORD})
    answer = client.post("/sign-out", data={"csrf_token": stale})
    assert answer.status_code == 400
    assert "这张表单已失效" in answer.text
    assert client.get("/account").status_code == 200


def test_a_token_in_the_address_does_not_count(client: Browser) -> None:
    sign_in(client, "operator")
    client.get("/account")
    assert client.post(f"/sign-out?csrf_token={client.csrf_token()}").status_code == 400


def test_a_long_form_is_not_lost(client: Browser) -> None:
    with time_machine.travel(NOON, tick=False) as clocks:
        client.get("/sign-in")
        token = client.csrf_token()
        clocks.shift(2 * 3600)
        data = {"login": "operator", "password": PASSWORD, "csrf_token": token}
        assert client.post("/sign-in", data=data).status_code == 303

"""Headers on every answer, cookies' flags, hosts and proxies."""

from __future__ import annotations

import pytest
from flask import Flask

from config import Settings
from matchmaking.foundation.web.security import CONTENT_POLICY, HEADERS
from tests.house.routes import addresses
from tests.web_fixtures import Browser, make_app, sign_in


@pytest.fixture
def engine_name() -> str:
    """What is sent back does not depend on the engine behind it."""
    return "sqlite"


def test_the_content_policy_word_for_word() -> None:
    assert CONTENT_POLICY == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert "unsafe" not in CONTENT_POLICY


def test_every_answer_carries_the_headers(app: Flask, client: Browser) -> None:
    sign_in(client, "operator")
    for method, path in [*addresses(app), ("GET", "/nowhere"), ("DELETE", "/sign-in"), ("GET", "/static/nothing.css")]:
        answer = client.open(path, method=method)
        for name, value in HEADERS.items():
            assert answer.headers.getlist(name) == [value], (method, path, name)
        assert answer.headers["X-Request-ID"]
        assert "Strict-Transport-Security" not in answer.headers
        if not path.startswith("/static"):
            assert answer.headers["Cache-Control"] == "no-store", path


def test_a_signed_in_page_is_told_apart_by_its_cookie(client: Browser) -> None:
    assert "Cookie" in sign_in(client, "operator").get("/account").headers["Vary"]


def test_every_answer_has_a_number_of_its_own(client: Browser) -> None:
    numbers = {client.get("/sign-in", headers={"X-Request-ID": "forged"}).headers["X-Request-ID"] for _ in range(3)}
    assert len(numbers) == 3 and "forged" not in numbers


def test_cookies_over_http(client: Browser) -> None:
    flags = client.get("/sign-in").headers["Set-Cookie"]
    assert flags.startswith("session=") and "HttpOnly" in flags and "SameSite=Lax" in flags and "Path=/" in flags
    assert "Secure" not in flags and "Domain" not in flags


def test_cookies_and_headers_over_https(settings: Settings, people: object) -> None:
    app = make_app(settings.model_copy(update={"https": True}))
    answer = app.test_client().get("/sign-in", base_url="https://localhost")
    flags = answer.headers["Set-Cookie"]
    assert flags.startswith("__Host-session=")
    assert all(flag in flags for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert "Domain" not in flags
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")
    chosen = app.test_client().get("/sign-in?lang=en", base_url="https://localhost").headers.getlist("Set-Cookie")
    assert all("Secure" in cookie and "HttpOnly" in cookie for cookie in chosen)


FORGED = [
    "evil.example",
    "evil.example:5000",
    "127.0.0.1.evil.example",
    "evil.example@127.0.0.1",
    "127.0.0.1@evil.example",
    "localhost.evil.example",
    "localhost, evil.example",
    "127.0.0.2",
    "[::1]",
    "",
    " ",
    "local host",
    "localhost:port",
    "localhost/evil",
    "ｌｏｃａｌｈｏｓｔ",
    "a" * 5000,
    "\x00localhost",
]


def test_a_forged_host_is_refused(client: Browser) -> None:
    for host in FORGED:
        for path in ("/sign-in", "/account", "/healthz", "/nowhere"):
            answer = client.get(path, headers={"Host": host})
            assert answer.status_code == 400, (host, path)
            assert "evil" not in answer.text and "Location" not in answer.headers


def test_our_own_hosts_are_answered(client: Browser) -> None:
    for host in ("127.0.0.1", "localhost", "localhost:5000", "127.0.0.1:8080", "LOCALHOST"):
        assert client.get("/sign-in", headers={"Host": host}).status_code == 200, host


def test_a_deployments_own_hosts(settings: Settings, people: object) -> None:
    hosts = "rz.ankang.example, .city.example"
    app = make_app(settings.model_copy(update={"allowed_hosts": hosts}))
    answers = {
        host: app.test_client().get("/sign-in", headers={"Host": host}).status_code
        for host in ("rz.ankang.example", "a.city.example", "localhost", "xcity.example")
    }
    assert answers == {"rz.ankang.example": 200, "a.city.example": 200, "localhost": 400, "xcity.example": 400}


def test_no_redirect_repeats_a_host(client: Browser) -> None:
    forwarded = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"}
    assert client.get("/account", headers=forwarded).headers["Location"] == "/sign-in?next=/account"


@pytest.mark.parametrize(
    ("hops", "forwarded", "address"),
    [(0, "6.6.6.6", "127.0.0.1"), (1, "6.6.6.6, 10.0.0.9", "10.0.0.9"), (2, "6.6.6.6, 7.7.7.7, 10.0.0.9", "7.7.7.7")],
)
def test_the_visitors_address_is_as_many_hops_back_as_declared(
    settings: Settings, people: object, hops: int, forwarded: str, address: str
) -> None:
    app = make_app(settings.model_copy(update={"proxy_hops": hops}))
    app.config["SIGN_IN_LIMIT"] = "1/minute"
    seen: list[str | None] = []
    from flask import request

    app.before_request(lambda: seen.append(request.remote_addr))
    app.test_client().get("/sign-in", headers={"X-Forwarded-For": forwarded, "X-Forwarded-Host": "evil.example"})
    assert seen == [address]

"""Limits hold with Redis, without it, and after it died."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from flask import Flask

from config import Settings
from tests.web_fixtures import Browser, make_app, sign_in

pytestmark = pytest.mark.usefixtures("people")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A Redis of this test's own: its address and process."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server here")
    port = free_port()
    arguments = [program, "--port", str(port), "--save", "", "--dir", str(tmp_path), "--bind", "127.0.0.1"]
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)
    asker = redis.Redis(port=port, socket_connect_timeout=1, retry=None)
    for _ in range(2000):
        try:
            asker.ping()
            break
        except redis.ConnectionError:
            continue
    yield f"redis://127.0.0.1:{port}/0", process
    process.kill()
    process.wait()


def guess(app: Flask, times: int) -> list[int]:
    """Status of each of so many failed sign-ins, each from a fresh browser."""
    return [
        app.test_client().submit("/sign-in", {"login": f"nobody{n}", "password": "x"}).status_code  # type: ignore[attr-defined]
        for n in range(times)
    ]


def limited(settings: Settings, redis_url: str = "", limit: str = "3/minute") -> Flask:
    """The application with a low limit on sign-ins."""
    app = make_app(settings.model_copy(update={"redis_url": redis_url}))
    app.config["SIGN_IN_LIMIT"] = limit
    return app


def test_without_redis_sign_ins_are_limited(settings: Settings) -> None:
    assert guess(limited(settings), 5) == [422, 422, 422, 429, 429]


def test_too_often_is_said_in_words(settings: Settings) -> None:
    app = limited(settings)
    guess(app, 3)
    page = app.test_client().submit("/sign-in", {"login": "x", "password": "x"})  # type: ignore[attr-defined]
    assert page.status_code == 429 and "操作太频繁" in page.text
    assert app.test_client().get("/sign-in").status_code == 200, "reading the page is not limited with it"


def test_a_redis_that_never_was_does_not_lift_the_limit(settings: Settings) -> None:
    app = limited(settings, f"redis://127.0.0.1:{free_port()}/0")
    assert guess(app, 5) == [422, 422, 422, 429, 429]


def test_a_redis_that_dies_does_not_lift_the_limit(
    settings: Settings, redis_server: tuple[str, subprocess.Popen[bytes]]
) -> None:
    url, process = redis_server
    app = limited(settings, url)
    assert guess(app, 5) == [422, 422, 422, 429, 429]
    process.kill()
    process.wait()
    # counted afresh in this process: three more at most, and never an error
    assert guess(app, 5) == [422, 422, 422, 429, 429]
    assert app.test_client().get("/sign-in").status_code == 200


def test_two_processes_share_one_redis(settings: Settings, redis_server: tuple[str, subprocess.Popen[bytes]]) -> None:
    first = limited(settings, redis_server[0])
    assert guess(first, 2) == [422, 422]
    second = limited(settings, redis_server[0])
    assert guess(second, 3) == [422, 429, 429]


def test_a_forged_forwarded_address_does_not_count_afresh(settings: Settings) -> None:
    app = limited(settings)
    codes = []
    for number in range(5):
        browser: Browser = app.test_client()  # type: ignore[assignment]
        headers = {"X-Forwarded-For": f"10.0.0.{number}"}
        codes.append(browser.submit("/sign-in", {"login": "x", "password": "x"}, headers=headers).status_code)
    assert codes == [422, 422, 422, 429, 429]


def test_pages_are_limited_by_person_and_address(settings: Settings) -> None:
    app = limited(settings)
    app.config["PAGE_LIMIT"] = "3/minute"
    one: Browser = sign_in(app.test_client(), "operator")  # type: ignore[assignment]
    two: Browser = sign_in(app.test_client(), "finance_office_city")  # type: ignore[assignment]
    assert [one.get("/account").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert two.get("/account").status_code == 200
    assert [one.get("/healthz").status_code for _ in range(5)] == [200] * 5, "a monitor is not counted"

"""What goes wrong is said in words, in both languages, and nothing inner shows."""

from __future__ import annotations

import pytest
from flask import Flask, abort
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from config import Settings
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation import storage
from matchmaking.foundation.access.guard import public
from tests.web_fixtures import Browser, make_app, sign_in

PAGES = {
    400: ("请求无法识别", 400),
    401: ("没有这个页面", 404),
    403: ("没有这个页面", 404),
    404: ("没有这个页面", 404),
    405: ("不能这样打开", 405),
    406: ("请求无法识别", 400),
    409: ("内容已被更新", 409),
    413: ("内容太大", 413),
    415: ("格式不对", 415),
    418: ("请求无法识别", 400),
    422: ("这一步没有办成", 422),
    429: ("操作太频繁", 429),
    500: ("系统出了差错", 500),
    502: ("系统出了差错", 500),
    503: ("系统暂时不可用", 503),
}


def breaking(app: Flask, error: Exception) -> None:
    """A page at /broken that raises ``error``."""

    @public("a page of a test")
    def broken() -> str:
        raise error

    app.add_url_rule("/broken", "broken", broken)


def test_every_error_has_its_words_and_a_way_on(app: Flask, client: Browser) -> None:
    @public("a page of a test")
    def broken(code: int) -> str:
        abort(code)

    app.add_url_rule("/broken/<int:code>", "broken", broken)
    for code, (words, shown) in PAGES.items():
        page = client.get(f"/broken/{code}")
        assert page.status_code == shown, code
        assert f"<h1>{words}</h1>" in page.text, code
        assert 'href="/"' in page.text and "<html lang" in page.text
        assert client.get(f"/broken/{code}?lang=en").text.count('<html lang="en">') == 1
        client.get("/sign-in?lang=zh")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OperationalError("SELECT secret_column", {}, Exception("connection to 10.1.2.3 refused")), 503),
        (InterfaceError("SELECT secret_column", {}, Exception("closed")), 503),
        (PoolExhausted("QueuePool limit of size 10"), 503),
        (RuntimeError("secret_column"), 500),
        (KeyError("secret_column"), 500),
    ],
)
def test_the_inside_of_an_error_stays_inside(app: Flask, client: Browser, error: Exception, code: int) -> None:
    breaking(app, error)
    page = sign_in(client, "operator").get("/broken")
    assert page.status_code == code
    assert page.headers["X-Request-ID"] in page.text, "the number to tell the operator"
    for inside in ("secret", "SELECT", "10.1.2.3", "Traceback", "sqlalchemy"):
        assert inside not in page.text


def test_a_refusal_nobody_caught_is_said_in_words(app: Flask, client: Browser) -> None:
    breaking(app, Refusal(Reason("amount_zero", {}), Reason("password_short", {"length": 1, "shortest": 12})))
    page = client.get("/broken")
    assert page.status_code == 422
    assert "金额是零" in page.text and "至少要 12 个" in page.text


def test_a_broken_layout_still_leaves_words(app: Flask, client: Browser) -> None:
    def broken() -> str:
        raise RuntimeError("no asset")

    app.jinja_env.globals["asset_url"] = lambda name: broken()
    page = client.get("/nowhere")
    assert page.status_code == 404 and "没有这个页面" in page.text
    assert page.headers["Content-Security-Policy"]


def test_a_database_that_is_away_is_a_503_for_the_signed_in_too(
    settings: Settings, client: Browser, engine_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client, "operator")
    assert client.get("/account").status_code == 200
    away = {
        "sqlite": "sqlite:////nowhere/at/all.sqlite3",
        "postgresql": "postgresql+psycopg://postgres@127.0.0.1:1/none",
    }[engine_name]
    before = settings.database
    storage.bind_engine(away)
    try:
        for path in ("/account", "/sessions"):
            page = client.get(path)
            assert page.status_code == 503 and "系统暂时不可用" in page.text
        assert client.submit("/sign-out").status_code == 503
        assert client.get("/healthz").status_code == 503
        assert client.get("/healthz").json == {
            "status": "down",
            "database": False,
            "migrations": None,
            "worker_seconds": None,
        }
    finally:
        storage.bind_engine(before)
    assert client.get("/account").status_code == 200


def test_a_wrong_method_names_the_right_ones(client: Browser) -> None:
    answer = client.delete("/sign-in")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_the_log_line_has_no_query_and_no_forged_lines(
    settings: Settings, client: Browser, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    make_app(settings)
    caplog.clear()
    client.get("/sign-in?secret=1&x=%0aFORGED")
    client.get("/no%0a%0dFORGED")
    told = caplog.text + capsys.readouterr().err + capsys.readouterr().out
    assert "/sign-in" in told
    assert "secret" not in told and "FORGED" not in told

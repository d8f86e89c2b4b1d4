"""``next`` never leads off the site: every trick known from published open redirects, and what must still work."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.utils import redirect

from matchmaking.foundation.access.next_page import safe_next
from tests.web_fixtures import PASSWORD, Browser

OFF_SITE = [
    "//evil.example",
    "///evil.example",
    "////evil.example/x",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/%5Cevil.example",
    "/%5cevil.example",
    "/%255Cevil.example",
    "/%2Fevil.example",
    "/%2f%2fevil.example",
    "/%252Fevil.example",
    "%2F%2Fevil.example",
    "http://evil.example",
    "https://evil.example/",
    "HTTPS://evil.example/",
    "http:evil.example",
    "http:/evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "ftp://evil.example",
    "mailto:a@evil.example",
    "evil.example",
    "www.evil.example/x",
    "@evil.example",
    "/@evil.example",
    "user:pass@evil.example",
    "//user@evil.example",
    "http://127.0.0.1@evil.example",
    "http://evil.example\\@127.0.0.1",
    "/x//evil.example",
    " //evil.example",
    " /account",
    "\t//evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\nLocation: http://evil.example",
    "/%0d%0aLocation:%20http://evil.example",
    "/%09/evil.example",
    "/%00//evil.example",
    "/\x00/evil.example",
    "/\x7f/evil.example",
    "/。/evil.example",
    "//evil。example",
    "/／evil.example",
    "／／evil.example",
    "/\u202e/evil.example",
    "/\u2028/evil.example",
    "?next=//evil.example",
    "#//evil.example",
    "../evil",
    "./evil",
    "//[::1]",
    "http://[::1",
    "//127.0.0.1.evil.example",
    "/" + "a" * 3000,
    "",
    None,
]
AT_HOME = [
    "/",
    "/account",
    "/portfolios/ibrd",
    "/a/b?as_of=2020-11-30&known_at=2021-01-01",
    "/x?q=%E6%B1%89%E6%BB%A8",
    "/x?u=a//b",
]


@pytest.mark.parametrize("target", OFF_SITE)
def test_a_way_out_is_refused(target: str | None) -> None:
    assert safe_next(target) == "/"
    assert safe_next(target, default="") == ""


@pytest.mark.parametrize("target", AT_HOME)
def test_a_page_of_ours_is_kept(target: str) -> None:
    assert safe_next(target) == target


@given(st.text(max_size=60))
def test_whatever_is_typed_stays_on_the_site(tail: str) -> None:
    kept = safe_next("/" + tail)
    assert kept.startswith("/") and not kept.startswith(("//", "/\\"))
    assert redirect(kept).headers["Location"].startswith("/")


def test_signing_in_never_redirects_off_the_site(app: Flask, client: Browser) -> None:
    for target in OFF_SITE:
        if target is None or "\x00" in target:
            continue
        data = {"login": "operator", "password": PASSWORD, "next": target}
        answer = app.test_client().submit("/sign-in", data)  # type: ignore[attr-defined]
        assert (answer.status_code, answer.headers["Location"]) == (303, "/"), target


def test_the_page_asked_for_comes_after_signing_in(client: Browser) -> None:
    sent = client.get("/sessions?x=1")
    assert sent.status_code == 303
    assert sent.headers["Location"] == "/sign-in?next=/sessions?x%3D1"
    page = client.get(sent.headers["Location"])
    assert 'value="/sessions?x=1"' in page.text
    answer = client.submit("/sign-in", {"login": "operator", "password": PASSWORD, "next": "/sessions?x=1"})
    assert answer.headers["Location"] == "/sessions?x=1"


def test_a_refused_submission_is_not_returned_to(client: Browser) -> None:
    assert client.submit("/account/password").headers["Location"] == "/sign-in"

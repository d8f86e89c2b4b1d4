"""Hostile bytes, sizes and numbers: an answer in words, never an error of ours, the same on both engines."""

from __future__ import annotations

import io
import json

import pytest
from flask import Flask, jsonify, request

from matchmaking.foundation.access.guard import public
from matchmaking.foundation.web.security import csrf
from tests.house.routes import pairs
from tests.web_fixtures import PASSWORD, Browser, sign_in

TEXTS = [
    "\x00",
    "a\x00b",
    "\ud800",
    "a\udfffb",
    "\ufffe",
    "\u202egnp.exe",
    "\u200b",
    "㈱ﬁ①",
    "𠮷野家",
    "👩‍👩‍👧‍👦" * 20,
    "e\u0301" * 500,
    "' OR '1'='1' --",
    '"; DROP TABLE user_account; --',
    "{{7*7}}{% raw %}",
    "${7*7}",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "../../../../etc/passwd",
    "%00%s%n%x",
    "\r\nSet-Cookie: x=1",
    "=cmd|'/c calc'!A1",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e999999",
    "9" * 5000,
    "１２３",
    "−0",
    "1_000",
    "x" * 10_000,
    "汉" * 300_000,
    "x" * 1_000_000,
]
IDS = ["0", "-1", "+1", "1.0", "1e3", "0x10", "１", "٣", "01", str(2**31), str(2**63 - 1), str(2**63), str(2**64)]
IDS += [
    "1" + "0" * 20,
    "9" * 400,
    "Infinity",
    "NaN",
    "null",
    "%00",
    "1%00",
    "%ED%A0%80",
    "%FF",
    "1;2",
    "' OR 1=1",
    "%2e%2e",
]
FORMS = {
    "/sign-in": ("login", "password", "next", "key"),
    "/sign-in/demo": ("login", "next"),
    "/account/password": ("current", "new", "again", "key"),
    "/language": ("language", "next"),
}


def test_every_field_takes_every_text(client: Browser) -> None:
    for path, fields in FORMS.items():
        if path == "/account/password":
            sign_in(client, "operator")
        for field in fields:
            for text in TEXTS:
                data = {"login": "nobody", "password": "x", "language": "zh", field: text}
                body = _encoded({**data, "csrf_token": client.csrf_token()})
                answer = client.post(path, data=body, content_type="application/x-www-form-urlencoded")
                assert answer.status_code < 500, (path, field, text[:20])
                assert "<script>alert" not in answer.text and "<img src=x" not in answer.text
                if "\x00" in text:
                    assert answer.status_code == 400 and "无法保存的字符" in answer.text


def _encoded(data: dict[str, str]) -> bytes:
    from urllib.parse import quote_from_bytes

    return "&".join(
        f"{name}={quote_from_bytes(value.encode('utf-8', 'surrogatepass'))}" for name, value in data.items()
    ).encode()


def test_every_query_and_path_takes_every_text(client: Browser) -> None:
    sign_in(client, "operator")
    for text in TEXTS:
        if len(text) > 20_000:
            continue
        for path in ("/account", "/sign-in", "/sessions", "/nowhere"):
            answer = client.get(f"{path}?" + _encoded({"next": text, "lang": text, "as_of": text}).decode())
            assert answer.status_code < 500, (path, text[:20])
        assert client.get("/" + _encoded({"x": text}).decode()[2:]).status_code in (308, 400, 404)


def test_every_number_in_an_address(app: Flask, client: Browser) -> None:
    sign_in(client, "operator")
    ids = [rule for rule, _ in pairs(app) if any(type(c).__name__ == "IdConverter" for c in rule._converters.values())]
    assert ids
    for number in IDS:
        answer = client.submit(f"/sessions/{number}/end")
        assert answer.status_code in (400, 404), number


def test_a_nul_anywhere_is_refused_with_words(client: Browser) -> None:
    sign_in(client, "operator")
    for answer in (
        client.get("/account%00"),
        client.get("/account?x=%00"),
        client.get("/account?%00=x"),
        client.post("/language", data=b"language=%00", content_type="application/x-www-form-urlencoded"),
        client.post("/language", data=b"%00=zh", content_type="application/x-www-form-urlencoded"),
        client.post("/language", json={"a": [{"b": "x\x00"}]}),
        client.post("/language", json={"\x00": 1}),
        client.post("/language", data=b'{"a": "\\ud800"}', content_type="application/json"),
        client.post("/language", data={"file": (io.BytesIO(b"x"), "a\x00b.csv")}),
    ):
        assert answer.status_code == 400, answer.request.path
        assert "无法保存的字符" in answer.text


BROKEN = [b"{", b"[1,", b"\xff\xfe", b"NaN", b'{"a": Infinity}', b"[" * 100_000, b'{"a":1e999999999}', b"\x00"]


def test_broken_json_is_a_400(client: Browser) -> None:
    for body in BROKEN:
        answer = client.post("/language", data=body, content_type="application/json")
        assert answer.status_code == 400, body[:20]


def test_sizes_are_bounded_for_every_kind_of_body(app: Flask, client: Browser) -> None:
    two_million = b"x" * 2_000_000
    for kind in ("application/x-www-form-urlencoded", "application/json", "text/plain", ""):
        assert client.post("/language", data=b"language=" + two_million, content_type=kind).status_code == 413, kind
    part = {"language": "x" * 600_000, "file": (io.BytesIO(b""), "a.csv")}
    assert client.post("/language", data=part, content_type="multipart/form-data").status_code == 413
    many = {f"f{n}": "x" for n in range(600)} | {"file": (io.BytesIO(b""), "a.csv")}
    assert client.post("/language", data=many, content_type="multipart/form-data").status_code == 413
    whole = {"file": (io.BytesIO(b"x" * (21 * 1024 * 1024)), "a.csv")}
    assert client.post("/language", data=whole, content_type="multipart/form-data").status_code == 413
    assert client.get("/sign-in?x=" + "x" * 9_000).status_code == 400


def test_an_upload_within_bounds_reaches_its_view(app: Flask, client: Browser) -> None:
    @public("a page of a test")
    @csrf.exempt
    def take() -> object:
        return jsonify(size=len(request.files["file"].read()))

    app.add_url_rule("/take", "take", take, methods=["POST"])
    file = {"file": (io.BytesIO(b"x" * 5_000_000), "汉滨.csv")}
    assert client.post("/take", data=file, content_type="multipart/form-data").json == {"size": 5_000_000}


@pytest.mark.parametrize("agent", ["x" * 5000, "\x01\x02", "é\xff", "<script>alert(1)</script>"])
def test_a_strange_browser_signs_in_all_the_same(client: Browser, agent: str) -> None:
    headers = {"User-Agent": agent, "X-Forwarded-For": "x" * 500, "Accept-Language": "xx;q=9,,;", "Referer": "\x02"}
    answer = client.submit("/sign-in", {"login": "operator", "password": PASSWORD}, headers=headers)
    assert answer.status_code == 303
    assert "<script>alert" not in client.get("/sessions").text


@pytest.mark.parametrize("cookie", ["", "x", "a.b.c", "." * 3000, "eyJfdXNlcl9pZCI6MX0.x.y", "\x02", "汉"])
def test_a_made_up_cookie_is_nobody(client: Browser, cookie: str) -> None:
    for name in ("session", "remember_token", "language"):
        answer = client.get("/account", headers={"Cookie": f"{name}={cookie}"})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=/account")


@pytest.mark.parametrize("held", [None, 1, True, ["x"], {"a": 1}, "x" * 5000, "\x00", "1"])
def test_a_signed_cookie_with_strange_contents_is_nobody(client: Browser, held: object) -> None:
    with client.session_transaction() as cookie:
        cookie["_user_id"] = held
        cookie["_id"] = held
    assert client.get("/account").status_code == 303


def test_json_of_a_good_request_is_left_alone(app: Flask, client: Browser) -> None:
    @public("a page of a test")
    @csrf.exempt
    def echo() -> object:
        return jsonify(request.get_json())

    app.add_url_rule("/echo", "echo", echo, methods=["POST"])
    body = {"名": ["汉滨", 1, None, {"x": "👍"}]}
    assert client.post("/echo", data=json.dumps(body), content_type="application/json").json == body

"""Registering over HTTP: one page, errors at their fields, a taken code that names nobody."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from matchmaking.foundation import storage
from matchmaking.registry.enterprises.models import Enterprise
from tests.registry.enterprises.pages_world import CODE, TYPED, fresh
from tests.registry.enterprises.pages_world import noon as noon  # a fixture
from tests.web_fixtures import Browser


def test_a_firm_registers_on_one_page_and_lands_on_its_profile(client: Browser) -> None:
    page = client.get("/register")
    assert page.status_code == 200
    for name in TYPED:
        assert f'name="{name}"' in page.text
    assert "旬阳市" in page.text and "旬阳县" not in page.text and "恒口" in page.text
    answer = client.submit("/register", {**TYPED, "uscc": f" {CODE.lower()[:8]} {CODE.lower()[8:]}"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/my/enterprise")
    own = client.get("/my/enterprise")
    assert "旬阳富硒食品有限公司" in own.text and CODE in own.text and "待核实" in own.text and "登记成功" in own.text
    assert client.get("/register").headers["Location"] == "/"
    assert client.get("/").status_code == 303, "somewhere a firm may go"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"uscc": ""}, "uscc", "此项必填"),
        ({"uscc": CODE[:17]}, "uscc", "18"),
        ({"uscc": CODE[:4] + "O" + CODE[5:]}, "uscc", "“O”"),
        ({"uscc": CODE[:17] + ("1" if CODE[17] != "1" else "2")}, "uscc", "第 18 位"),
        ({"name": "a\u202eb"}, "name", "控制字符"),
        ({"legal_form": ""}, "legal_form", "此项必填"),
        ({"legal_form": "club"}, "legal_form", "不在列表中"),
        ({"area": "110101"}, "area", "不在列表中"),
        ({"zone": "moon"}, "zone", "不在列表中"),
        ({"zone": "gaoxin"}, "zone", "不在"),
        ({"login": "王"}, "login", "不合规"),
        ({"password": "short", "again": "short"}, "password", "至少"),
        ({"again": "another"}, "again", "不一样"),
        ({"agreed": ""}, "agreed", "此项必填"),
    ],
)
def test_an_error_stands_at_its_field_and_nothing_typed_is_lost(
    client: Browser, changes: dict[str, str], field: str, words: str
) -> None:
    answer = client.submit("/register", {**TYPED, **changes})
    assert answer.status_code == 422
    told = re.search(rf'<a href="#{field}">([^<]*)</a>', answer.text)
    assert told and words in told[1], answer.text[:3000]
    if field != "name":
        assert 'value="旬阳富硒食品有限公司"' in answer.text
    assert "rain on the east bridge" not in answer.text
    assert storage.session().scalars(select(Enterprise).where(Enterprise.uscc == CODE)).first() is None


def test_a_taken_code_says_what_to_do_and_not_whose_it_is(client: Browser) -> None:
    taken = fresh().uscc
    answer = client.submit("/register", {**TYPED, "uscc": taken})
    assert answer.status_code == 422
    assert "直接登录" in answer.text and "带营业执照" in answer.text
    assert "陈记" not in answer.text and "陈红" not in answer.text


def test_registering_is_limited_by_address(app: Flask, client: Browser) -> None:
    app.config["REGISTER_LIMIT"] = "3/minute"
    codes = [client.submit("/register", {}).status_code for _ in range(5)]
    assert codes == [422, 422, 422, 429, 429]
    assert client.get("/register").status_code == 200

"""Which language a page speaks."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import get_locale, gettext

from matchmaking.domain.reasons import Reason
from matchmaking.foundation.web.locale import LANGUAGES, LOCALES, in_words, language, words_of
from tests.web_fixtures import Browser


@pytest.fixture
def engine_name() -> str:
    """What is sent back does not depend on the engine behind it."""
    return "sqlite"


@pytest.mark.parametrize(
    ("accepts", "cookie", "query", "spoken"),
    [
        ("", "", "", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "", "", "zh"),
        ("en-US,en;q=0.9", "", "", "en"),
        ("en;q=0.3,zh;q=0.2", "", "", "en"),
        ("fr-FR,fr", "", "", "zh"),
        ("*", "", "", "zh"),
        ("en", "zh", "", "zh"),
        ("zh", "en", "", "en"),
        ("zh", "zh", "?lang=en", "en"),
        ("zh", "fr", "", "zh"),
        ("en", "../../x", "", "en"),
        ("zh", "", "?lang=../../../etc", "zh"),
        ("zh", "", "?lang=EN", "zh"),
    ],
)
def test_the_choice_goes_before_the_browser(app: Flask, accepts: str, cookie: str, query: str, spoken: str) -> None:
    headers = {"Accept-Language": accepts, "Cookie": f"language={cookie}"}
    with app.test_request_context(f"/{query}", headers=headers):
        assert language() == spoken
        assert str(get_locale()) == LOCALES[spoken]


def test_a_choice_in_the_address_is_remembered(client: Browser) -> None:
    client.get("/sign-in?lang=en")
    assert '<html lang="en">' in client.get("/sign-in").text
    client.get("/sign-in?lang=fr")
    assert '<html lang="en">' in client.get("/sign-in").text
    client.get("/sign-in?lang=zh")
    assert '<html lang="zh-CN">' in client.get("/sign-in").text


def test_reasons_speak_the_pages_language(app: Flask) -> None:
    for spoken, words in (("zh", "金额是零"), ("en", "The amount is zero")):
        with app.test_request_context(f"/?lang={spoken}"):
            assert words in in_words(Reason("amount_zero"))
            assert words in words_of("amount_zero")


def test_outside_a_request_it_is_chinese(app: Flask) -> None:
    with app.app_context():
        assert language() == "zh"
        assert gettext("登录") == "登录"


def test_languages_name_themselves() -> None:
    assert LANGUAGES == {"zh": "中文", "en": "English"} and set(LANGUAGES) == set(LOCALES)

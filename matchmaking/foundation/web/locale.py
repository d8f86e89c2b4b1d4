"""Which language a page speaks: what the person chose, else what the browser asks for, else Chinese."""

from __future__ import annotations

from functools import lru_cache
from gettext import NullTranslations
from typing import Any, TypeVar

from flask import Flask, Response, current_app, has_request_context, request
from flask_babel import Babel, get_locale, get_translations
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from config import ROOT
from matchmaking.domain.reasons import Reason
from matchmaking.foundation.access.login import viewer_or_none
from matchmaking.foundation.web.page import this_page
from matchmaking.rulebook import explain, say

R = TypeVar("R", bound=AnyResponse)

LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
"""What a person chooses, a cookie carries and an account keeps → Babel's name for it."""
LANGUAGES = {"zh": "中文", "en": "English"}
"""Each language's own name for itself, for the switch."""
COOKIE = "language"
ONE_YEAR = 365 * 24 * 3600


def setup_locale(app: Flask) -> None:
    """Attach Flask-Babel. Chinese is the source text; English comes from ``matchmaking/translations/en``."""
    app.config.update(
        BABEL_DEFAULT_LOCALE=LOCALES["zh"],
        BABEL_DEFAULT_TIMEZONE="Asia/Shanghai",
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "matchmaking" / "translations"),
    )
    Babel(app, locale_selector=lambda: LOCALES[choose_language() if has_request_context() else "zh"])
    app.context_processor(lambda: {"explain": in_words, "languages": LANGUAGES})
    # a list's page asks for hundreds of words: Babel's own way to each of them costs more than the row it stands in
    app.jinja_env.globals.update(_=page_words, gettext=page_words)
    app.after_request(_keep_choice_in_address)


def choose_language() -> str:
    """The address's ``lang``, the cookie, the account, the browser's best offer, or Chinese; never an unknown name."""
    for chosen in (request.args.get("lang", ""), request.cookies.get(COOKIE, "")):
        if chosen in LOCALES:
            return chosen
    viewer = viewer_or_none()
    if viewer is not None and viewer.language in LOCALES:
        return viewer.language
    return request.accept_languages.best_match(["zh", "en"], default="zh")


def language() -> str:
    """``zh`` or ``en``: the key of the rulebook's words for this page."""
    page = this_page()
    if page.language is None:
        page.language = _language_now()
    return page.language


def _language_now() -> str:
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh"


def page_words(text: str, /, **values: Any) -> Markup:
    """A template's ``_()``: its own words in the page's language; ``values`` are escaped where they go in.

    The same as Flask-Babel's, with the catalogue looked up once a page.
    """
    page = this_page()
    if page.catalogue is None:
        page.catalogue = get_translations()
    said, plain = _words_in(page.catalogue, text)
    return said if plain and not values else said % values


@lru_cache(maxsize=8_192)
def _words_in(catalogue: NullTranslations, text: str) -> tuple[Markup, bool]:
    """As the catalogue has them, and whether they may stand as they are."""
    said = Markup(catalogue.gettext(text))  # noqa: S704  # a template's own words
    return said, "%" not in said


def in_words(reason: Reason) -> str:
    """A reason in the page's language."""
    return explain(reason, language())


def words_of(code: str, /, **params: object) -> str:
    """The words of ``code`` in the page's language."""
    return say(code, language(), **params)


def remember_language(response: R, chosen: str) -> R:
    """Keep the choice in this browser."""
    response.set_cookie(
        COOKIE,
        chosen,
        max_age=ONE_YEAR,
        httponly=True,
        samesite="Lax",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
    )
    return response


def _keep_choice_in_address(response: Response) -> Response:
    # a switch that is a plain link: the choice lives in the browser, no table is touched
    chosen = request.args.get("lang", "")
    return remember_language(response, chosen) if chosen in LOCALES else response

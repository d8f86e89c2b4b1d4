"""What templates may call: words of codes in the reader's language, figures, addresses of this very page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, request, url_for
from werkzeug.routing import BuildError

from matchmaking.domain.reasons import Reason
from matchmaking.foundation.access.login import viewer_or_none
from matchmaking.foundation.access.viewer import EVERYWHERE
from matchmaking.foundation.web import charts, figures
from matchmaking.foundation.web.locale import language
from matchmaking.foundation.web.looks import in_order, look_of
from matchmaking.foundation.web.navigation import entries, tabs
from matchmaking.rulebook import explain, say, words
from matchmaking.rulebook.reference import divisions

LANGUAGE_NAMES = {"zh": ("zh-CN", "中文"), "en": ("en", "English")}


def w(code: str, /, **params: Any) -> str:
    """The rulebook's words of ``code`` in this answer's language; ``KeyError`` for an unknown code."""
    return say(code, language(), **params)


def w_or(code: str, otherwise: str, /, **params: Any) -> str:
    """As :func:`w`, or ``otherwise`` for codes that come from outside (a statement's own status words)."""
    return say(code, language(), **params) if code in words() else otherwise


def bucket_name(bucket: str) -> str:
    """The bucket's name: of the ageing ledger, or of a statement's."""
    return w(f"bucket_{bucket}")


def bucket_rule(bucket: str) -> str:
    """The rule by which yuan come into the bucket."""
    return w(f"bucket_{bucket}_rule")


def family_name(family: str, *, statement: bool = False) -> str:
    """A family's name; what a statement alone says has names of its own."""
    own = f"statement_family_{family}"
    return w(own if statement and own in words() else f"bucket_family_{family}")


def reason_words(reason: Reason | dict[str, Any] | None) -> str:
    """A reason, or one kept as ``{"code", "params"}``, in words; empty for none."""
    if reason is None:
        return ""
    if isinstance(reason, dict):
        reason = Reason(str(reason.get("code", "")), reason.get("params") or {})
    return explain(reason, language()) if reason.code in words() else reason.code


def area_name(code: str) -> str:
    """The city or county of a GB/T 2260 code in this answer's language; ``*`` is the whole city; others as they are."""
    table = divisions()
    found = next((one for one in (table.city, *table.counties) if one.code == code), None)
    if code == EVERYWHERE:
        found = table.city
    return code if found is None else found.en if language() == "en" else found.zh


def zone_name(code: str) -> str:
    """The functional zone's name in this answer's language; an unknown code as it is."""
    found = next((zone for zone in divisions().zones if zone.code == code), None)
    return code if found is None else found.en if language() == "en" else found.zh


def link(endpoint: str, /, **values: Any) -> str | None:
    """The address of ``endpoint``, or None where this installation does not have that page."""
    try:
        return url_for(endpoint, **values)
    except BuildError:
        return None


def here(**changes: str | None) -> str:
    """This page's address with some query values changed; None takes one away. Never leaves the site."""
    query = {key: value for key, value in request.args.items() if key != "lang"}
    query.update({key: value for key, value in changes.items() if value is not None})
    kept = {key: value for key, value in query.items() if not (key in changes and changes[key] is None)}
    return request.path + (f"?{urlencode(kept)}" if kept else "")


@dataclass(frozen=True, slots=True)
class OtherLanguage:
    """A language the page can be read in instead."""

    code: str
    tag: str
    label: str
    url: str


def other_languages() -> list[OtherLanguage]:
    """The languages that this page is not in."""
    now = language()
    return [
        OtherLanguage(code, tag, label, here(lang=code)) for code, (tag, label) in LANGUAGE_NAMES.items() if code != now
    ]


def is_demo() -> bool:
    """Whether this installation shows invented data."""
    return bool(current_app.config["SETTINGS"].demo)


def frozen_day() -> str:
    """The demo's fixed day, or empty."""
    return str(current_app.config["SETTINGS"].frozen_day or "")


def setup_words(app: Flask) -> None:
    """Give every template these names."""
    app.jinja_env.globals.update(
        w=w,
        w_or=w_or,
        bucket_name=bucket_name,
        bucket_rule=bucket_rule,
        family_name=family_name,
        reason_words=reason_words,
        language=language,
        area_name=area_name,
        zone_name=zone_name,
        link=link,
        here=here,
        navigation=entries,
        bottom_tabs=tabs,
        bucket_look=look_of,
        in_order=in_order,
        signed_in=viewer_or_none,
        other_languages=other_languages,
        is_demo=is_demo,
        frozen_day=frozen_day,
        unit_words=lambda unit, currency: figures.unit_words(unit, currency, language()),
    )
    app.jinja_env.filters.update(
        amount=figures.amount_html,
        amount_text=figures.amount_text,
        signed_text=figures.signed_text,
        px=charts.px,
        instant=figures.instant,
        pct=figures.pct,
        thousands=figures.thousands,
        day=figures.day,
        short_hash=figures.short_hash,
    )

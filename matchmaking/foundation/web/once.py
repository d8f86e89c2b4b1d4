"""Markup that is written once: a macro of plain values makes the same of the same values, on every page.

Only for macros that read nothing but their arguments and the page's language. Addresses are such arguments: a card's
:func:`addresses` are built once a page, and each key is put in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any

from flask import Flask, url_for
from markupsafe import Markup, escape

from matchmaking.foundation.web.locale import language
from matchmaking.foundation.web.page import this_page

MOST = 32_768
"""Pieces in a process; the one kept longest goes."""
PLACE = "one-of-many"


def setup_once(app: Flask) -> None:
    """Give templates ``once`` and ``mark``."""
    pieces: dict[tuple[Any, ...], Markup] = {}

    def once(name: str, macro: Callable[..., Markup], /, *values: Hashable) -> Markup:
        """``macro(*values)``, written once for these values and this language. ``name`` is the macro's in the house."""
        key = (name, language(), values)
        found = pieces.get(key)
        if found is None or app.debug:
            found = macro(*values)
            while len(pieces) >= MOST:
                pieces.pop(next(iter(pieces)), None)
            pieces[key] = found
        return found

    app.jinja_env.globals.update(once=once, mark=mark)


def addresses(endpoint: str, name: str = "key", /, **values: str) -> Callable[[str], str]:
    """``url_for`` of many of one kind: built once, each public key put in the place of ``name``."""
    given: dict[str, Any] = {name: PLACE, **values}
    before, _, after = url_for(endpoint, **given).rpartition(PLACE)
    return lambda key: before + key + after


def mark(name: str, css: str = "") -> Markup:
    """One icon of ``static/img/icons.svg``."""
    page = this_page()
    if page.icons is None:
        page.icons = url_for("static", filename="img/icons.svg")
    return _mark(page.icons, name, css)


@lru_cache(maxsize=2_048)
def _mark(sprite: str, name: str, css: str) -> Markup:
    classes = escape(f"ico {css}" if css else "ico")
    use = f'<use href="{escape(sprite)}#i-{escape(name)}"/>'
    return Markup(  # noqa: S704  every part is escaped
        f'<svg class="{classes}" viewBox="0 0 16 16" aria-hidden="true" focusable="false">{use}</svg>'
    )

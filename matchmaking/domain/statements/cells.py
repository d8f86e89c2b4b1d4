"""Text cells made safe to store and show, and the marks a spreadsheet's own types leave on a cell.

NUL is stored by one database and refused by another, and a lone surrogate cannot be encoded at all: both are refused
here, in words, with the place, long before either engine sees them.
"""

from __future__ import annotations

import html
import re

from matchmaking.domain.reasons import Reason, Refusal

MAX_TEXT = 500
"""Longest text kept from one cell, in characters."""

MAX_KEY = 200
"""Longest agreement key, in characters."""

EXACT_DIGITS = 15
"""Whole digits a spreadsheet keeps of a number; a longer identifier typed as a number has lost its tail."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPACE = re.compile(r"\s+")


class NumberText(str):
    """A number cell of a spreadsheet, written out. Beyond :data:`EXACT_DIGITS` digits it is not what was typed."""

    __slots__ = ()


def read_text(raw: str, *, entities: bool = False, limit: int = MAX_TEXT) -> str:
    """``raw`` in one line, trimmed, with HTML entities decoded once if declared; empty for a blank cell.

    Zero-width and direction-changing characters are dropped: they make two names look alike. Raises :class:`Refusal`
    with ``cell_text_control`` (NUL, control characters, lone surrogates), ``cell_text_too_long`` or
    ``cell_digits_lost``.
    """
    text = html.unescape(raw) if entities and "&" in raw else raw
    if not text.isascii() or not text.isprintable():
        found = _CONTROL.search(text)
        if found:
            raise Refusal(Reason("cell_text_control", {"code": f"U+{ord(found[0]):04X}", "at": found.start() + 1}))
        text = _SPACE.sub(" ", _UNSEEN.sub("", text))
    text = text.strip()
    if len(text) > limit:
        raise Refusal(Reason("cell_text_too_long", {"length": len(text), "limit": limit}))
    if isinstance(raw, NumberText) and len(text.lstrip("-").partition(".")[0]) > EXACT_DIGITS:
        raise Refusal(Reason("cell_digits_lost", {"text": text, "digits": EXACT_DIGITS}))
    return text

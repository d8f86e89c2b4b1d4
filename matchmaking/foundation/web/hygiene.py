"""What no request may carry, checked before anything reads it: it would be stored by one engine and break the other."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from flask import Flask, abort, request
from werkzeug.exceptions import RequestEntityTooLarge

LARGEST_BODY = 1024 * 1024
"""Bytes of a body that is not a file upload. Werkzeug bounds multipart fields only, not urlencoded ones."""
LARGEST_FIELD = 500_000
LONGEST_QUERY = 8_000


class UnfitCharacters(ValueError):
    """A NUL or half of a surrogate pair."""


def bound_request(app: Flask) -> None:
    """Limits of fields and parts for multipart bodies; the whole upload has ``MAX_CONTENT_LENGTH``."""
    app.config.update(MAX_FORM_MEMORY_SIZE=LARGEST_FIELD, MAX_FORM_PARTS=500)


def refuse_unfit_request() -> None:
    """Before each request: 413 for a body too large for its kind, 400 for NUL or lone surrogates anywhere in it."""
    if request.mimetype != "multipart/form-data":
        request.max_content_length = LARGEST_BODY
        if (request.content_length or 0) > LARGEST_BODY:
            raise RequestEntityTooLarge
    if len(request.query_string) > LONGEST_QUERY:
        abort(400)
    try:
        for text in _texts():
            check_text(text)
    except (UnfitCharacters, UnicodeError):
        abort(400, description="unfit_characters")


def check_text(text: str) -> None:
    """Raise :class:`UnfitCharacters` for a text that PostgreSQL cannot hold."""
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise UnfitCharacters(text[:20])


def _texts() -> Iterator[str]:
    yield request.path
    yield from _pairs(request.args.items(multi=True))
    if request.mimetype == "application/json":
        yield from _json_texts()
        return
    yield from _pairs(request.form.items(multi=True))
    for name, upload in request.files.items(multi=True):
        yield name
        yield upload.filename or ""


def _pairs(items: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, value in items:
        yield name
        yield value


def _json_texts() -> Iterator[str]:
    try:
        body = json.loads(request.get_data(cache=True) or b"null", parse_constant=_no_constant)
    except (ValueError, RecursionError):
        abort(400)
    yield from _leaves(body)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _leaves(body: Any) -> Iterator[str]:
    waiting = [body]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict):
            waiting.extend(part.keys())
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)

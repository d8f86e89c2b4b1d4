"""Sealed JSON is parsed once, and nobody who reads an audit changes what the next reader gets."""

from __future__ import annotations

import json

from sqlalchemy.dialects import sqlite

from matchmaking.foundation.storage import Json, SealedJson

TEXT = '{"a":[1,2,{"b":"茶"}]}'


def test_the_same_text_is_parsed_once_and_says_the_same() -> None:
    first, again = (SealedJson().process_result_value(TEXT, sqlite.dialect()) for _ in range(2))
    assert first is again
    assert first == Json().process_result_value(TEXT, sqlite.dialect()) == json.loads(TEXT)


def test_none_stays_none() -> None:
    assert SealedJson().process_result_value(None, sqlite.dialect()) is None

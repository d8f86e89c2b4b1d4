"""Variable parts of addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import NotFound
from werkzeug.routing import Map, Rule

from matchmaking.foundation.web.addresses import LARGEST_ID, IdConverter, KeyConverter

MAP = Map(
    [Rule("/n/<id:x>", endpoint="n"), Rule("/k/<key:x>", endpoint="k")],
    converters={"id": IdConverter, "key": KeyConverter},
)
SITE = MAP.bind("localhost")


@given(st.integers(1, LARGEST_ID))
def test_every_id_the_tables_hold_is_an_address(number: int) -> None:
    assert SITE.match(f"/n/{number}") == ("n", {"x": number})
    assert SITE.build("n", {"x": number}) == f"/n/{number}"


@given(st.one_of(st.integers(max_value=0), st.integers(min_value=LARGEST_ID + 1)))
def test_no_other_number_is(number: int) -> None:
    with pytest.raises(NotFound):
        SITE.match(f"/n/{number}")


@pytest.mark.parametrize("text", ["", "01", "+1", "1.0", "1e3", "１", "٣", "0x1", " 1", "1 ", "1\n"])
def test_no_other_writing_is(text: str) -> None:
    with pytest.raises(NotFound):
        SITE.match(f"/n/{text}")


@pytest.mark.parametrize("key", ["ibrd", "IBRD00010", "P1.2_3-4~5:6", "a" * 120])
def test_public_keys(key: str) -> None:
    assert SITE.match(f"/k/{key}") == ("k", {"x": key})


@pytest.mark.parametrize("key", ["", ".", "..", "-a", "a b", "a/b", "汉", "a\x00", "a" * 121, "a%2f", "a\n"])
def test_what_is_no_public_key(key: str) -> None:
    with pytest.raises(NotFound):
        SITE.match(f"/k/{key}")

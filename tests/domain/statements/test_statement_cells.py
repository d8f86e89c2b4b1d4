"""Text cells: safe to store on every engine and to show on every screen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.reasons import Refusal
from matchmaking.domain.statements.cells import NumberText, read_text


@pytest.mark.parametrize("bad", ["a\x00b", "\x07", "a\ud800b", "\udfff", "x\x85", "\x7f", "\uffff"])
def test_what_cannot_be_kept_is_refused_with_its_place(bad: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_text(bad)
    assert refused.value.reason.code == "cell_text_control"
    assert str(refused.value.reason.params["code"]).startswith("U+")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("  Borrower \t X\r\nY ", "Borrower X Y"),
        ("\u3000安康市\u3000汉滨区 ", "安康市 汉滨区"),
        ("a\u200bb\ufeff\u202ec", "abc"),
        ("𠮷野㐂龘𬭊", "𠮷野㐂龘𬭊"),
        ("Ministério", "Ministério"),
        ("", ""),
        ("\u200b", ""),
    ],
)
def test_texts_are_put_in_one_line(raw: str, text: str) -> None:
    assert read_text(raw) == text


def test_entities_are_decoded_once_and_only_where_declared() -> None:
    assert read_text("A &amp; B", entities=True) == "A & B"
    assert read_text("A &amp;amp; B", entities=True) == "A &amp; B"
    assert read_text("A &amp; B") == "A &amp; B"
    assert read_text("&lt;b&gt;", entities=True) == "<b>"


@pytest.mark.parametrize("raw", ["&#0;", "&#xD800;", "&#27;"])
def test_an_entity_cannot_smuggle_in_what_is_refused(raw: str) -> None:
    try:
        text = read_text(raw, entities=True)
    except Refusal as refusal:
        assert refusal.reason.code == "cell_text_control"
    else:
        assert text.isprintable()


def test_length_is_capped_after_decoding() -> None:
    assert len(read_text("&amp;" * 300, entities=True)) == 300
    with pytest.raises(Refusal) as refused:
        read_text("长" * 501)
    assert dict(refused.value.reason.params) == {"length": 501, "limit": 500}


def test_an_identifier_that_a_workbook_kept_as_a_number_is_refused_beyond_its_sure_digits() -> None:
    assert read_text(NumberText("610900123456789")) == "610900123456789"
    with pytest.raises(Refusal) as refused:
        read_text(NumberText("12345678901234570"))
    assert refused.value.reason.code == "cell_digits_lost"
    assert read_text("12345678901234570") == "12345678901234570"


@given(st.text(max_size=600))
def test_any_text_is_clean_or_refused(raw: str) -> None:
    try:
        text = read_text(raw, entities=True)
    except Refusal:
        return
    text.encode("utf-8")
    assert "\x00" not in text
    assert text == text.strip()
    assert "\n" not in text

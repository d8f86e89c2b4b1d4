"""Markup written once is the markup that would be written: by name, by values, by language."""

from __future__ import annotations

from flask import Flask, render_template_string, url_for

from matchmaking.foundation.web.once import addresses

PIECE = """{% macro piece(word, n) %}<b>{{ word }}</b>{{ w('match_line_amount') }} {{ n }}{% endmacro %}
{{- once('test-piece', piece, word, n) }}|{{ piece(word, n) }}"""


def test_a_piece_is_what_its_macro_writes_and_is_escaped(app: Flask) -> None:
    for lang in ("zh", "en"):
        for word, n in (("<茶>", 1), ("<茶>", 2), ("茶", 1), ("<茶>", 1)):
            with app.test_request_context(f"/?lang={lang}"):
                kept, written = render_template_string(PIECE, word=word, n=n).split("|")
            assert kept == written and "<茶>" not in kept


def test_a_piece_of_one_language_is_not_shown_in_another(app: Flask) -> None:
    said = []
    for lang in ("zh", "en"):
        with app.test_request_context(f"/?lang={lang}"):
            said.append(render_template_string(PIECE, word="a", n=1))
    assert said[0] != said[1]


def test_addresses_are_those_of_url_for(app: Flask) -> None:
    with app.test_request_context("/"):
        sheet, send = addresses("products.sheet"), addresses("referrals.choose", "product", key="need-1")
        for key in ("tea-loan", "A.b_c~d:e"):
            assert sheet(key) == url_for("products.sheet", key=key)
        assert send("tea-loan") == url_for("referrals.choose", key="need-1", product="tea-loan")


def test_an_icon_is_one_piece_of_the_sheet(app: Flask) -> None:
    with app.test_request_context("/"):
        drawn = render_template_string(
            '{% from "_macros/ui.html" import icon %}{{ icon("ok", "big") }}{{ icon("ok") }}'
        )
    assert drawn.count("<svg") == 2 and 'class="ico big"' in drawn and "img/icons.svg#i-ok" in drawn

"""What a template writes out is what Jinja's own compiler would write, to the letter."""

from __future__ import annotations

from typing import Any

import pytest
from jinja2 import Environment
from markupsafe import Markup

from matchmaking.foundation.web.shown import Writer, shown


class Own:
    """Something that knows its own markup."""

    def __html__(self) -> str:
        return "<b>own</b>"


class Louder(Markup):
    """A kind of markup."""


VALUES: list[Any] = [
    "plain", "<script>&\"'", Markup("<i>kept</i>"), Louder("<i>kept too</i>"), Own(), 5, -3.5, None, True, ["<a>"], "",
]  # fmt: skip
SOURCE = "{% macro m(x) %}[{{ x }}]{% endmacro %}{{ x }}|{{ m(x) }}|{% set y %}{{ x }}{% endset %}{{ y }}|{{ x ~ '<' }}"


@pytest.mark.parametrize("value", VALUES, ids=lambda value: f"{type(value).__name__} {str(value)[:12]}")
@pytest.mark.parametrize("escaping", [True, False])
def test_the_same_to_the_letter(value: Any, escaping: bool) -> None:
    own, plain = Environment(autoescape=escaping), Environment(autoescape=escaping)  # noqa: S701
    own.code_generator_class = Writer
    assert own.from_string(SOURCE).render(x=value) == plain.from_string(SOURCE).render(x=value)


def test_markup_goes_through_untouched() -> None:
    kept = Markup("<b>")
    assert shown(kept) is kept
    assert shown("<b>") == "&lt;b&gt;"


def test_parts_decided_while_they_run_are_left_to_jinja() -> None:
    source = "{% autoescape choice %}{{ x }}{% endautoescape %}"
    own = Environment(autoescape=True)
    own.code_generator_class = Writer
    assert [own.from_string(source).render(choice=one, x="<b>") for one in (True, False)] == ["&lt;b&gt;", "<b>"]

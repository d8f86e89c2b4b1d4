"""What a template writes out is what Jinja's own compiler would write, to the letter."""

from __future__ import annotations

from typing import Any

import pytest
from jinja2 import Environment, UndefinedError, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from matchmaking.foundation.web.shown import Writer, shown


class Own:
    """Something that knows its own markup."""

    def __html__(self) -> str:
        return "<b>own</b>"


class Own5:
    """Something made by a call."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __str__(self) -> str:
        return f"<{self.value}>"


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


CALLS = """{% macro m(x) %}<{{ x }}{{ caller() if caller }}>{% endmacro %}
{% macro n(x) %}{{ m(x) }}{{ varargs }}{{ kwargs }}
{% endmacro %}{{ n(5, 6, a=7) }}{% for x in (1, 2) %}{{ loop.cycle('a', 'b') }}{{ told(x, by=m(x)) }}{{ seen() }}
{% endfor %}{% call m('<') %}in{% endcall %}{{ x.upper() }}{{ kind(3) }}
{% set y = told(told(1), *[2], **{'by': 3}) %}{{ y }}"""


@pytest.mark.parametrize("escaping", [True, False])
def test_calls_give_what_jinjas_own_give(escaping: bool) -> None:
    @pass_context
    def seen(context: Context) -> str:
        return f"{context.get('x')}"

    def told(*given: object, by: object = None) -> str:
        return f"{given}{by}"

    own, plain = Environment(autoescape=escaping), Environment(autoescape=escaping)  # noqa: S701
    own.code_generator_class = Writer
    values = {"x": "<x>", "seen": seen, "told": told, "kind": Own5}
    assert own.from_string(CALLS).render(values) == plain.from_string(CALLS).render(values)
    for each in (own, plain):
        with pytest.raises(UndefinedError, match="'nobody' is undefined"):
            each.from_string("{{ nobody(1) }}").render()


def test_a_macro_called_where_nothing_is_escaped_escapes_nothing() -> None:
    source = "{% macro m(x) %}{{ x }}{% endmacro %}{% autoescape false %}{{ m('<') ~ '&' }}{% endautoescape %}"
    own, plain = Environment(autoescape=True), Environment(autoescape=True)
    own.code_generator_class = Writer
    assert own.from_string(source).render() == plain.from_string(source).render()

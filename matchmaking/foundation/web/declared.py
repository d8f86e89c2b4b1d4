"""Form fields for what ``domain.matching`` declares: one for each ``Field``, by its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from wtforms import BooleanField

from matchmaking.domain.matching import rules as r
from matchmaking.domain.matching.rules import Field
from matchmaking.domain.money import Money
from matchmaking.foundation.web.choice_fields import ItemsField, OneOf, PercentField, SeveralOf
from matchmaking.foundation.web.forms import BaseForm, CountField, MoneyField

MOST_TYPED = 60
Known = Mapping[str, Callable[[], list[tuple[str, Any]]]]
"""Vocabularies of free codes that are known whole: (code, its words); others are typed."""


def declared_field(field: Field, known: Known) -> Any:
    """The form's field for a declared one. Labels and choices are codes of words, spelt out by the page."""
    if field.kind == r.MONEY:
        return MoneyField(field.label, ask=True)
    if field.kind == r.MONTHS:
        return CountField(field.label, least=max(field.least, 0), most=field.most)
    if field.kind == r.PPM:
        return PercentField(field.label, least=field.least, most=field.most)
    if field.kind == r.FLAG:
        return BooleanField(field.label)
    if field.kind == r.CODES and field.vocabulary not in known:
        return ItemsField(field.label, most=MOST_TYPED, each=10, blanks=True)
    if field.kind == r.CODES:
        return SeveralOf(field.label, choices=known[field.vocabulary]())
    choices = [(code, f"match_{field.vocabulary}_{code}") for code in field.choices]
    if field.kind == r.CHOICE:
        return OneOf(field.label, choices=[("", "product_rules_any"), *choices])
    return SeveralOf(field.label, choices=choices)


def declared_form(fields: Iterable[Field], beginning: str, known: Known | None = None) -> type[BaseForm]:
    """A form of these fields, each named ``beginning`` and its name."""
    made = {f"{beginning}{field.name}": declared_field(field, known or {}) for field in fields}
    return type("DeclaredForm", (BaseForm,), made)


def told_in(form: Any, fields: Iterable[Field], beginning: str) -> dict[str, Any]:
    """What was typed, as JSON has it; what was left out is left out."""
    told = {field.name: _plain(form[f"{beginning}{field.name}"].data) for field in fields}
    return {name: value for name, value in told.items() if value not in (None, False, "", [])}


def filled(fields: Iterable[Field], beginning: str, stored: Mapping[str, Any], known: Known | None = None) -> Any:
    """Data of the form's fields from what JSON keeps."""
    return {f"{beginning}{field.name}": _data(field, stored.get(field.name), known or {}) for field in fields}


def _plain(data: Any) -> Any:
    if isinstance(data, Money):
        return data.minor
    return sorted(data) if isinstance(data, frozenset | tuple) else data


def _data(field: Field, value: Any, known: Known) -> Any:
    if value is None:
        return None
    if field.kind == r.MONEY:
        return Money(value)
    if field.kind == r.CODES and field.vocabulary not in known:
        return tuple(value)
    return frozenset(value) if isinstance(value, list) else value

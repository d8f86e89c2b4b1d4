"""A mapping declares how one source writes a statement: columns, days, units, currency, key. It is data (TOML), never
code.

``delivery/statements/mappings/ibrd.toml`` is a commented example of every part.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.statements.days import NAMED_FORMATS, DayReader
from matchmaking.domain.statements.declared import Table, refuse_if
from matchmaking.domain.statements.fields import (
    AMOUNT_FIELDS,
    DAY_FIELDS,
    DUPLICATES,
    ENCODINGS,
    FIELDS,
    FORMATS,
    RATES,
    TEXT_FIELDS,
    UNITS,
    Mapping,
)

__all__ = ["AMOUNT_FIELDS", "DAY_FIELDS", "FIELDS", "TEXT_FIELDS", "Mapping", "parse_mapping"]

_WIDTHS = {"Y": "#4", "y": "#2", "m": "#2", "d": "#2", "b": "#b", "B": "#b"}
MAX_SOURCE = 100_000
"""Longest TOML text read, in characters."""


def parse_mapping(toml_text: str) -> Mapping:
    """The mapping that ``toml_text`` declares.

    Raises :class:`Refusal` with one reason per wrong entry: ``mapping_not_toml``, ``mapping_missing``,
    ``mapping_type``, ``mapping_choice``, ``mapping_unknown``, ``mapping_day_format``, ``mapping_days_ambiguous``,
    ``mapping_no_key``, ``mapping_no_currency``, ``mapping_no_disbursed``, ``mapping_separators``.
    """
    top = Table(_toml(toml_text), "", [])
    parts: dict[str, Any] = {"source": toml_text}
    parts |= _identity(top) | _file(top.table("file")) | _columns(top) | _days(top.table("dates"))
    parts |= _amounts(top.table("amounts")) | _key(top.table("key")) | _as_of(top.table("as_of"))
    top.finish()
    refuse_if(top.wrong)
    mapping = Mapping(**parts)
    refuse_if(_contradictions(mapping))
    return mapping


def _toml(text: str) -> dict[str, Any]:
    if len(text) > MAX_SOURCE:
        raise Refusal(Reason("mapping_not_toml", {"detail": f"> {MAX_SOURCE}"}))
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refusal(Reason("mapping_not_toml", {"detail": str(error)[:200]})) from None


def _identity(top: Table) -> dict[str, Any]:
    name, series = (top.text(key, required=True) for key in ("name", "series"))
    for key, value in (("name", name), ("series", series)):
        if value and not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", value):
            top.complain("mapping_choice", key, value=value[:40], allowed="a-z 0-9 - (1 … 60)")
    title = top.table("title")
    titles = {language: title.text(language, required=True) for language in ("zh", "en")}
    title.finish()
    areas, products = top.table("areas"), top.table("products")
    scheme, revolving = areas.text("scheme") or None, frozenset(products.texts("revolving"))
    areas.finish()
    products.finish()
    return {
        "name": name,
        "series": series,
        "title": titles,
        "portfolio": top.table("portfolio").words(),
        "answers_under": top.text("answers_under") or None,
        "area_scheme": scheme,
        "revolving": revolving,
    }


def _file(table: Table) -> dict[str, Any]:
    encodings = table.texts("encodings", ("utf-8-sig", "gb18030"))
    for encoding in encodings:
        if encoding not in ENCODINGS:
            table.complain("mapping_choice", "encodings", value=encoding[:40], allowed=", ".join(ENCODINGS))
    delimiter = table.text("delimiter", ",")
    if len(delimiter) != 1 or delimiter in '"\r\n':
        table.complain("mapping_choice", "delimiter", value=delimiter[:40], allowed=", ; | TAB")
    parts = {
        "format": table.text("format", "auto", choices=FORMATS),
        "encodings": encodings,
        "delimiter": delimiter,
        "header_row": table.whole("header_row", 1, 0, 100),
        "sheet": table.text("sheet") or None,
        "footers": table.texts("footers"),
        "blanks": frozenset(table.texts("blanks")),
        "entities": table.flag("entities"),
    }
    table.finish()
    return parts


def _columns(top: Table) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    for key, allowed in (("columns", FIELDS), ("constants", (*TEXT_FIELDS, "currency"))):
        table = top.table(key)
        parts[key] = table.columns() if key == "columns" else table.words()
        table.asked.clear()
        table.finish(allowed)
    values = top.table("values")
    parts["values"] = {name: values.table(name).words() for name in values.content}
    values.asked.clear()
    values.finish((*TEXT_FIELDS, "currency"))
    required = frozenset(top.texts("required", ("original",))) | {"external_id"}
    for name in sorted(required - set(FIELDS)):
        top.complain("mapping_choice", "required", value=name[:40], allowed=", ".join(FIELDS))
    return parts | {"required": required}


def _days(table: Table) -> dict[str, Any]:
    formats = table.texts("formats", ("iso",))
    for name in formats:
        try:
            DayReader((name,))
        except Refusal as refusal:
            table.wrong.extend(refusal.reasons)
    pivot = table.whole("pivot", 50, 0, 100)
    table.finish()
    return {"day_formats": formats, "pivot": pivot}


def _amounts(table: Table) -> dict[str, Any]:
    unit = table.content.get("unit", 1)
    table.asked.add("unit")
    if isinstance(unit, str):
        unit = UNITS.get(unit)
    if not isinstance(unit, int) or isinstance(unit, bool) or not 1 <= unit <= 10**9:
        table.complain("mapping_choice", "unit", value=str(table.content["unit"])[:40], allowed=", ".join(UNITS))
    currency = table.text("currency") or None
    if currency is not None and not re.fullmatch(r"[A-Z]{3}", currency):
        table.complain("mapping_choice", "currency", value=currency[:40], allowed="ISO 4217")
    parts = {
        "unit": unit,
        "rounded_to": table.whole("rounded_to", None, 1, 10**9),
        "thousands": table.text("thousands", choices=("", ",", ".", "'", " ")),
        "decimal": table.text("decimal", ".", choices=(".", ",")),
        "blank_amounts": table.text("blank", "unknown", choices=("unknown", "zero")),
        "currency": currency,
        "ppm_per_unit": RATES.get(table.text("rate", "percent", choices=RATES), 10_000),
        "amounts_unknown": table.flag("unknown"),
    }
    table.finish()
    return parts


def _key(table: Table) -> dict[str, Any]:
    parts = {
        "key_columns": table.table("columns").columns(),
        "duplicates": table.text("duplicates", "refuse", choices=DUPLICATES),
    }
    table.finish()
    return parts


def _as_of(table: Table) -> dict[str, Any]:
    parts = {
        "as_of_column": table.texts("column"),
        "as_of_difference": table.text("difference", "refuse", choices=("refuse", "ignore")),
    }
    table.finish()
    return parts


def _contradictions(mapping: Mapping) -> list[Reason]:
    """What no single entry shows: a mapping without key, currency or disbursed amounts, or that reads one text two
    ways.
    """
    wrong = []
    given = set(mapping.columns) | set(mapping.constants)
    if mapping.key_columns:
        given.add("external_id")
    if "external_id" not in given:
        wrong.append(Reason("mapping_no_key", {}))
    if mapping.currency is None and "currency" not in given:
        wrong.append(Reason("mapping_no_currency", {}))
    if ("disbursed" in given) == mapping.amounts_unknown:
        wrong.append(Reason("mapping_no_disbursed", {}))
    if mapping.thousands == mapping.decimal:
        wrong.append(Reason("mapping_separators", {"separator": mapping.decimal}))
    for name in sorted(mapping.required - given):
        wrong.append(Reason("mapping_missing", {"where": f"columns.{name}"}))
    first, second = _clash(mapping.day_formats)
    if second:
        wrong.append(Reason("mapping_days_ambiguous", {"first": first, "second": second}))
    return wrong


def _clash(formats: tuple[str, ...]) -> tuple[str, str]:
    """The first two formats that can read one text as different days, or two empty texts."""
    numbers = [name for name in formats if name in NAMED_FORMATS and name != "iso"]
    if len(numbers) > 1:
        return numbers[0], numbers[1]
    for index, name in enumerate(formats):
        for other in formats[index + 1 :]:
            if name not in NAMED_FORMATS and other not in NAMED_FORMATS and _two_ways(name, other):
                return name, other
    return "", ""


def _two_ways(name: str, other: str) -> bool:
    """Whether one text can fit both patterns and name two days: the same separators and widths, another order."""
    orders = [re.findall(r"%([YymdbB])", pattern) for pattern in (name, other)]
    shapes = [re.sub(r"%([YymdbB])", lambda piece: _WIDTHS[piece[1]], pattern) for pattern in (name, other)]
    return shapes[0] == shapes[1] and orders[0] != orders[1] and sorted(orders[0]) == sorted(orders[1])

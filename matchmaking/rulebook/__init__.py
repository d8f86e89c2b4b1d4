"""Dated values with their documents, China's workdays, and the words of every code. Read once at start."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from matchmaking.domain.parameters import DatedValue, Parameter
from matchmaking.domain.periods import WorkdayCalendar
from matchmaking.domain.reasons import Reason

HERE = Path(__file__).parent
LANGUAGES = ("zh", "en")
_AMOUNT = re.compile(r"-?[0-9,]+\.[0-9]{2} CNY")


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """``code → {"zh": …, "en": …}`` from every file in ``words/``; a code defined twice is an error."""
    merged: dict[str, Mapping[str, str]] = {}
    for path in sorted((HERE / "words").glob("*.toml")):
        for code, texts in tomllib.loads(path.read_text("utf-8")).items():
            if code in merged:
                raise ValueError(f"{path.name}: {code} has words elsewhere already")
            merged[code] = texts
    return merged


def say(code: str, language: str = "zh", /, **params: Any) -> str:
    """The words of ``code`` in ``zh`` or ``en`` with its placeholders filled; ``KeyError`` for an unknown code."""
    return words()[code][language].format_map({key: "—" if value is None else value for key, value in params.items()})


def explain(reason: Reason, language: str = "zh") -> str:
    """A reason in words. A parameter named ``…_word`` or ``…_words`` holds codes, blanks between, and is spelt out."""
    spelt = {
        name: _spelt(value, language) if name.endswith(("_word", "_words")) else _yuan(value, language)
        for name, value in reason.params.items()
    }
    return say(reason.code, language, **spelt)


def _yuan(value: Any, language: str) -> Any:
    """An amount as reasons keep it (``3,000,000.00 CNY``) in Chinese words."""
    return (
        value.removesuffix(" CNY") + " 元"
        if language == "zh" and isinstance(value, str) and _AMOUNT.fullmatch(value)
        else value
    )


def _spelt(codes: Any, language: str) -> str:
    """The words of blank-separated codes, one after another; a code without words stands as it is."""
    known = [words()[code][language] if code in words() else code for code in str(codes).split()]
    return {"zh": "、", "en": ", "}[language].join(known)


@cache
def parameters() -> Mapping[str, Parameter]:
    """Every rule number by name, from ``parameters/*.toml``."""
    merged: dict[str, Parameter] = {}
    for path in sorted((HERE / "parameters").glob("*.toml")):
        for name, entry in tomllib.loads(path.read_text("utf-8")).items():
            if name in merged:
                raise ValueError(f"{path.name}: parameter {name} stands elsewhere already")
            merged[name] = _parameter(name, entry)
    return merged


def _parameter(name: str, entry: Mapping[str, Any]) -> Parameter:
    values = tuple(DatedValue(v["since"], v["value"], v["document"], v["verified"]) for v in entry["values"])
    if list(values) != sorted(values, key=lambda value: value.since):
        raise ValueError(f"values of {name} are not in order of their day")
    return Parameter(name, entry["unit"], values)


def number(name: str, day: date) -> int:
    """The value of parameter ``name`` in force on ``day``."""
    return parameters()[name].at(day).value


@cache
def workdays() -> WorkdayCalendar:
    """China's workday calendar; see ``workdays.json`` for its source."""
    table = json.loads((HERE / "workdays.json").read_text("utf-8"))
    adjustments = {date.fromisoformat(day): False for day in table["off"]}
    adjustments |= {date.fromisoformat(day): True for day in table["work"]}
    return WorkdayCalendar(adjustments, frozenset(table["years"]))

"""English is complete: every string a page or a form shows in Chinese has its English, with the same placeholders."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from tests.house.tree import PACKAGE, ROOT

ENGLISH = PACKAGE / "translations" / "en" / "LC_MESSAGES" / "messages.po"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None, "_l": None, "pgettext": ((1, "c"), 2)}
UNTRANSLATED_NAMES = re.compile(r"中文|简体")
"""A language is called by its own name in every language."""


@cache
def wanted() -> dict[str, str]:
    """Every string marked for translation → the first place it stands in."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found: dict[str, str] = {}
    for name, line, message, _, _ in extract_from_dir(ROOT, methods, options, KEYWORDS, directory_filter=_ours):
        single = message[0] if isinstance(message, tuple) else message
        found.setdefault(single, f"{name}:{line}")
    return found


def _ours(path: str | Path) -> bool:
    relative = Path(path).resolve().relative_to(ROOT).parts
    return not relative or relative[0] in ("templates", "matchmaking")


@cache
def english() -> Catalog:
    """The English catalogue."""
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


def texts(message: Message) -> list[str]:
    """The translation's forms."""
    return list(message.string) if isinstance(message.string, tuple | list) else [message.string or ""]


def placeholders(text: str) -> set[str]:
    """``%(name)s`` and ``{name}``."""
    return set(re.findall(r"%\(\w+\)[sd]|\{\w*\}", text))


def test_there_is_something_to_translate() -> None:
    assert len(wanted()) > 50


def test_no_string_is_missing_or_left_fuzzy() -> None:
    missing = []
    for text, place in wanted().items():
        message = english().get(text)
        if message is None or message.fuzzy or not all(form.strip() for form in texts(message)):
            missing.append(f"{place}: {text}")
    assert missing == [], f"{len(missing)} strings: make translations, then fill in messages.po"


def test_nothing_is_translated_that_no_page_shows() -> None:
    shown = wanted()
    stale = [str(message.id) for message in english() if message.id and _single(message) not in shown]
    assert stale == [], "make translations drops them"


def _single(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple | list) else message.id


def test_english_is_english_and_keeps_the_placeholders() -> None:
    wrong = []
    for message in english():
        if not message.id:
            continue
        for form in texts(message):
            own_name = UNTRANSLATED_NAMES.search(_single(message))
            if (CHINESE.search(form) and not own_name) or placeholders(form) != placeholders(_single(message)):
                wrong.append(f"{_single(message)} → {form}")
    assert wrong == []


@pytest.mark.parametrize("text", ["签约额去哪了"])
def test_the_extraction_reads_the_templates(text: str) -> None:
    assert text in wanted()

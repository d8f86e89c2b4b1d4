"""Reasons of matching in words, with areas, zones and industries named in the page's language."""

from __future__ import annotations

from functools import lru_cache

from matchmaking.domain.reasons import Reason
from matchmaking.rulebook import say, words
from matchmaking.rulebook.matching import in_words
from matchmaking.rulebook.reference import divisions, industries


def said(reason: Reason, language: str) -> str:
    """The reason in ``zh`` or ``en``."""
    return _said(reason.code, tuple(reason.params.items()), language)


@lru_cache(maxsize=32_768)
def _said(code: str, params: tuple[tuple[str, str | int | None], ...], language: str) -> str:
    # many products ask the same, and their reasons come again on every page
    return in_words(Reason(code, dict(params)), language, name_of)


def name_of(vocabulary: str, code: str, language: str) -> str | None:
    """The name of an area, a zone, a title or an industry; None for what nobody knows."""
    if vocabulary == "area":
        return _place(code, language)
    if vocabulary == "title":
        return say(f"title_{code}", language) if f"title_{code}" in words() else None
    if vocabulary == "industry":
        found = industry_name(code, language)
        return found or None
    return None


def industry_name(code: str | None, language: str = "zh") -> str:
    """``C1530`` or ``1530`` with its name, GB/T 4754-2017; the code where nobody knows it."""
    bare = (code or "").lstrip("ABCDEFGHIJKLMNOPQRST")
    found = industries().entries.get(bare)
    return f"{found.called(language)} {code}" if found else code or ""


def _place(code: str, language: str) -> str | None:
    table = divisions()
    names = {one.code: (one.zh, one.en) for one in table.counties}
    names |= {one.code: (one.zh, one.en) for one in table.zones}
    # a rule may name the city by its first four digits
    names |= dict.fromkeys((table.city.code, table.city.code[:4]), (table.city.zh, table.city.en))
    return names[code][language == "en"] if code in names else None

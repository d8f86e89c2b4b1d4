"""Codes as prefix chains, and the vocabularies of matching.

GB/T 4754-2017: a letter (门类) over divisions of two digits, groups of three and classes of four. GB/T 2260: provinces
of two digits, cities of four, counties of six; streets add three.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache

WORKING_CAPITAL, FIXED_ASSET, PERSONAL_BUSINESS = LOAN_KINDS = ("working_capital", "fixed_asset", "personal_business")
"""流动资金 · 固定资产 · 个人经营."""
CREDIT, SURETY, MORTGAGE, PLEDGE, COMBINED = GUARANTEES = ("credit", "surety", "mortgage", "pledge", "combined")
"""信用 · 保证 · 抵押 · 质押 · 组合."""
SIZE_CLASSES = ("micro", "small", "medium", "large")
"""微型 · 小型 · 中型 · 大型."""
TAX_GRADES = ("D", "C", "M", "B", "A")
"""Tax-credit grades, worst first. M is that of firms too young for a mark and stands between C and B."""

COLLATERAL = (
    "residence", "workshop", "land_use", "machinery", "inventory", "receivable", "patent_right", "forest_right",
    "livestock", "deposit_slip",
)  # fmt: skip
"""住宅商铺 · 厂房 · 土地使用权 · 机器设备 · 存货 · 应收账款 · 知识产权 · 林权与经营权 · 活体畜禽 · 存单保证金."""
PARK_KINDS = ("community_factory", "county_park", "development_zone", "enclave_park")
"""新社区工厂 · 县域工业集中区 · 开发区 · 飞地园区."""
NO_PARK = "no_park"
"""Said by a firm that stands in none."""
MONTHS = tuple(f"{month:02d}" for month in range(1, 13))

_FIRST_DIVISION = (1, 6, 13, 44, 47, 51, 53, 61, 63, 66, 70, 71, 73, 76, 80, 83, 84, 86, 91, 97)
_LAST_DIVISION = 97
_LETTERS = "ABCDEFGHIJKLMNOPQRST"
_INDUSTRY = re.compile(r"\A(?:[A-T]|[A-T]?(?P<digits>\d{2,4}))\Z", re.ASCII)
_PLACE = re.compile(r"\A\d{2}(?:\d{2}(?:\d{2}(?:\d{3})?)?)?\Z", re.ASCII)
_SLUG = re.compile(r"\A[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\Z", re.ASCII)


def clean_industry(text: str) -> str | None:
    """``C1521`` and ``1521`` → ``1521``; ``C`` stays; a letter that does not go with its digits, or no code → None."""
    found = _INDUSTRY.match(text)
    if found is None or not found["digits"]:
        return text if found else None
    digits = found["digits"]
    division = int(digits[:2])
    if not 1 <= division <= _LAST_DIVISION or (text[0] in _LETTERS and text[0] != _letter(digits)):
        return None
    return digits


def clean_area(text: str) -> str | None:
    """``610900`` → ``6109``, ``610924`` stays; a zone's slug stays; anything else → None."""
    if text.isdigit():
        if not _PLACE.match(text):
            return None
        return re.sub(r"(00){1,2}\Z", "", text) if len(text) == 6 else text
    return clean_slug(text)


def clean_slug(text: str) -> str | None:
    """A short ASCII code; anything else → None."""
    return text if _SLUG.match(text) else None


@lru_cache(maxsize=8192)
def industry_chain(code: str | None) -> frozenset[str]:
    """``C1521`` → ``{C, 15, 152, 1521}``: every prefix a product may name. Empty for None and for no code."""
    cleaned = clean_industry(code) if code else None
    if cleaned is None:
        return frozenset()
    if cleaned in _LETTERS:
        return frozenset({cleaned})
    return frozenset({_letter(cleaned), *(cleaned[:length] for length in range(2, len(cleaned) + 1))})


@lru_cache(maxsize=8192)
def breadth(codes: frozenset[str]) -> int:
    """How many divisions of GB/T 4754 a product's list touches: ``{0164, 1530}`` → 2, ``{C}`` → 31, ``{}`` → 0."""
    found: set[int] = set()
    for code in codes:
        cleaned = clean_industry(code)
        if cleaned is not None:
            found |= set(_divisions(cleaned)) if cleaned in _LETTERS else {int(cleaned[:2])}
    return len(found)


def _divisions(letter: str) -> range:
    place = _LETTERS.index(letter)
    return range(_FIRST_DIVISION[place], (*_FIRST_DIVISION, _LAST_DIVISION + 1)[place + 1])


@lru_cache(maxsize=8192)
def area_chain(area: str | None, zone: str | None) -> frozenset[str]:
    """``610924`` → ``{61, 6109, 610924}``, and the zone beside them. Empty where nothing is known."""
    cleaned = clean_area(area) if area else None
    digits = cleaned if cleaned and cleaned.isdigit() else ""
    chain = {digits[:length] for length in (2, 4, 6, 9) if length <= len(digits)}
    return frozenset(chain | ({zone} if zone else set()))


def narrowest(tokens: Iterable[str]) -> str:
    """The longest token, the first by name among equals: what a rule would add to let exactly this one in."""
    return min(tokens, key=lambda token: (-len(token), token))


def _letter(digits: str) -> str:
    return _LETTERS[bisect_right(_FIRST_DIVISION, int(digits[:2])) - 1]

"""Numbers for the eye: amounts in a unit with the exact figure on hover, percentages, counts, days.

Sums are always taken over minor units before they come here; nothing in this module is added up.
"""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache

from markupsafe import Markup, escape

from matchmaking.domain.money import MINOR_PER_MAJOR, UNITS, percent_text, plain_amount
from matchmaking.foundation.clock import SHANGHAI, business_day

NOT_APPLICABLE = "—"

CHOICES = {"CNY": ("yuan", "wan", "yi"), "": ("yuan", "million", "yi")}
"""Units of the switch by currency; "" stands for every other currency."""

_CURRENCY_ZH = {"CNY": "元", "USD": "美元", "EUR": "欧元"}
_UNIT_ZH = {"yuan": "", "wan": "万", "million": "百万", "yi": "亿"}
_UNIT_EN = {"yuan": "", "wan": "10k", "million": "m", "yi": "100m"}


def unit_choices(currency: str) -> tuple[str, ...]:
    """Codes of the units a page in ``currency`` may be read in."""
    return CHOICES.get(currency, CHOICES[""])


def chosen_unit(asked: str | None, currency: str) -> str:
    """The unit asked for when the currency has it, else 万元 (or millions)."""
    choices = unit_choices(currency)
    return asked if asked in choices else choices[1]


def unit_words(unit: str, currency: str, language: str) -> str:
    """``万元``, ``百万美元``, ``CNY 10k``."""
    if language == "en":
        return f"{currency} {_UNIT_EN[unit]}".strip()
    return _UNIT_ZH[unit] + _CURRENCY_ZH.get(currency, currency)


def amount_text(minor: int | None, unit: str = "wan", places: int = 2) -> str:
    """``minor`` written in ``unit``; ``—`` for none. A minus sign is the typographic one."""
    if minor is None:
        return NOT_APPLICABLE
    return plain_amount(minor, unit, places).replace("-", "−")


def signed_text(minor: int, unit: str = "wan") -> str:
    """As :func:`amount_text` with a plus sign before what is positive."""
    return ("+" if minor > 0 else "") + amount_text(minor, unit)


@lru_cache(maxsize=16_384)
def amount_html(minor: int | None, unit: str = "wan", currency: str = "CNY", *, sign: bool = False) -> Markup:
    """The figure with the exact amount, to the cent, as its title.

    Signed sums are round and come again on every page of a list: what was written once is kept.
    """
    if minor is None:
        return Markup('<span class="faint">{}</span>').format(NOT_APPLICABLE)
    shown = signed_text(minor, unit) if sign else amount_text(minor, unit)
    major, rest = divmod(abs(minor), MINOR_PER_MAJOR)
    minus, plain = ("−", "-") if minor < 0 else ("", "")
    # the currency alone comes from outside; digits, commas and signs need no escaping
    exact = f"{minus}{major:,}.{rest:02} {escape(currency)}"
    return Markup(f'<data value="{plain}{major}.{rest:02}" title="{exact}">{shown}</data>')  # noqa: S704


def cell_number(minor: int, unit: str) -> Fraction:
    """The amount in ``unit``, exact: what a spreadsheet's number cell is made from."""
    return Fraction(minor, MINOR_PER_MAJOR * UNITS[unit])


def pct(ppm: int | None, places: int = 2) -> str:
    """Parts per million as a percentage without its sign; ``—`` for none."""
    return NOT_APPLICABLE if ppm is None else percent_text(ppm, places).replace("-", "−")


def thousands(number: int | None) -> str:
    """``8,850``."""
    return NOT_APPLICABLE if number is None else f"{number:,}"


def day(value: date | datetime | str | None) -> str:
    """``2026-10-31``, for instants the Shanghai day; ``—`` for none."""
    if value is None or value == "":
        return NOT_APPLICABLE
    if isinstance(value, datetime):
        value = business_day(value)
    return value.isoformat() if isinstance(value, date) else str(value)[:10]


def instant(value: datetime | None) -> str:
    """``2026-11-06 09:00``, Shanghai time."""
    return NOT_APPLICABLE if value is None else value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def short_hash(digest: str | None, ends: bool = False) -> str:
    """The first eight characters of a digest, or its first and last four."""
    if not digest:
        return NOT_APPLICABLE
    return f"{digest[:4]}…{digest[-4:]}" if ends else digest[:8]

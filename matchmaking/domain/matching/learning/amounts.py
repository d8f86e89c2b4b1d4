"""Amounts as lists of loans write them: ``60000``, ``$1,234.56``, ``e $150,000-350,000``, ``b $5-10 million``.

For ranking only, where a range stands for its middle on the scale of doublings; money is read by ``statements``.
"""

from __future__ import annotations

import re

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.statements.amounts import MAX_TEXT, to_half_width

_SCALES = {
    "": 1,
    "k": 10**3,
    "thousand": 10**3,
    "m": 10**6,
    "mm": 10**6,
    "million": 10**6,
    "b": 10**9,
    "billion": 10**9,
}
_CURRENCY = r"(?:usd|us)?\s*[$€£¥]?\s*"
_NUMBER = r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,15}(?:\.\d+)?)\s*(k|thousand|mm|million|m|billion|b)?"
_ONE = re.compile(rf"{_CURRENCY}{_NUMBER}")
# a letter before the sign sorts the ranges of the source and says nothing more
_RANGE = re.compile(rf"(?:[a-z]\)?\s+)?{_CURRENCY}{_NUMBER}\s*(?:-|–|—|~|to)\s*{_CURRENCY}{_NUMBER}")


def read_amount(text: str) -> tuple[float, float]:
    """The least and the most that ``text`` (not blank) says, in whole currency units; the same where it is one figure.

    A scale behind the second figure holds for a first one that has none and lies below a thousand
    (``$1-2 million``; not ``$350,000-1 million``). Raises :class:`Refusal` ``rank_amount_unreadable``.
    """
    plain = to_half_width(text).strip().lower() if len(text) <= MAX_TEXT else ""
    if one := _ONE.fullmatch(plain):
        found = _figure(one[1], one[2])
        return found, found
    if two := _RANGE.fullmatch(plain):
        low, high = _figure(two[1], two[2]), _figure(two[3], two[4])
        if not two[2] and two[4] and low < 1000:
            low *= _SCALES[two[4]]
        if low <= high:
            return low, high
    raise Refusal(Reason("rank_amount_unreadable", {"text": text[:MAX_TEXT]}))


def _figure(digits: str, scale: str | None) -> float:
    return float(digits.replace(",", "")) * _SCALES[scale or ""]


def middle(low: float, high: float) -> float:
    """The middle of a range on the scale of doublings; the arithmetic one where it starts at nothing."""
    return low if low == high else (low * high) ** 0.5 if low > 0 else (low + high) / 2

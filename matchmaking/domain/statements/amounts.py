"""Amounts and rates as statements write them, read exactly. Apart from :func:`matchmaking.domain.money.parse_typed`.

Real files hold float dust (``2.33E-10``), minus signs, brackets for negatives, thousands separators and full-width
digits. Everything is integer arithmetic, rounded half to even to the minor unit; length and exponent are bounded, so
that ``1e999999`` is an error and never a long computation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from matchmaking.domain.money import MINOR_PER_MAJOR
from matchmaking.domain.reasons import Reason, Refusal

MAX_TEXT = 64
"""Longest amount text read; no honest amount is longer."""

MAX_CELL_MINOR = 10**17
"""Largest absolute amount of one cell, in minor units; it leaves BIGINT room to add up dozens of them."""

MAX_RATE_PPM = 10_000_000
"""1,000 %: a larger interest rate is a misread column."""

_PLAIN = re.compile(r"-?[0-9]{1,13}(?:\.[0-9]{1,2})?")
_NUMBER = re.compile(r"([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,4}))?")
_SIGNS = "¥$€£"
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0x3000: " ",
    0x00A0: " ",
    0x202F: " ",
    0x2212: "-",
    0xFFE5: "¥",
}
_PLACES = 2
_FARTHEST = 2 * MAX_TEXT
"""Decimal places beyond which a number of at most ``MAX_TEXT`` digits, in any unit, is less than half a minor unit."""


def to_half_width(text: str) -> str:
    """Full-width ASCII, wide spaces, the minus sign and ￥ in their plain forms; nothing else (no ``²`` → ``2``)."""
    return text if text.isascii() else text.translate(_HALF_WIDTH)


@dataclass(frozen=True, slots=True)
class AmountReader:
    """How one source writes amounts.

    ``unit``: currency units per written unit (元 1, 万元 10,000). ``thousands``: the separator it uses, or empty.
    ``decimal``: its decimal character.
    """

    unit: int = 1
    thousands: str = ""
    decimal: str = "."

    def read(self, text: str) -> int:
        """``text`` (not blank) in minor units, rounded half to even.

        Raises :class:`Refusal` with ``cell_amount_unreadable``, ``cell_amount_grouping``, ``cell_amount_too_long`` or
        ``cell_amount_too_large``.
        """
        if self.decimal == "." and _PLAIN.fullmatch(text):
            whole, _, tail = text.partition(".")
            minor = int(whole + tail.ljust(_PLACES, "0")) * self.unit
        else:
            minor = self._written(text)
        if abs(minor) > MAX_CELL_MINOR:
            raise Refusal(Reason("cell_amount_too_large", {"text": text[:MAX_TEXT]}))
        return minor

    def _written(self, text: str) -> int:
        if len(text) > MAX_TEXT:
            raise Refusal(Reason("cell_amount_too_long", {"text": text[:20], "limit": MAX_TEXT}))
        negative, bare = _without_sign(to_half_width(text).strip())
        number = self._without_separators(bare, text)
        minor = _exactly(number, MINOR_PER_MAJOR * self.unit, text, "cell_amount_unreadable", "cell_amount_too_large")
        return -minor if negative else minor

    def _without_separators(self, number: str, text: str) -> str:
        if self.thousands and self.thousands in number:
            head, point, tail = number.partition(self.decimal)
            first, *others = head.split(self.thousands)
            if self.thousands in tail or not 1 <= len(first) <= 3 or any(len(group) != 3 for group in others):
                raise Refusal(Reason("cell_amount_grouping", {"text": text, "separator": self.thousands}))
            number = first + "".join(others) + point + tail
        elif not self.thousands and self.decimal != "," and "," in number:
            raise Refusal(Reason("cell_amount_grouping", {"text": text, "separator": "—"}))
        if self.decimal != ".":
            if "." in number:
                raise Refusal(Reason("cell_amount_unreadable", {"text": text}))
            number = number.replace(self.decimal, ".", 1)
        return number


def read_rate(text: str, ppm_per_unit: int) -> int:
    """A rate in parts per million; ``ppm_per_unit`` is what one written unit means (10,000 for percent).

    A trailing ``%`` always means percent. Raises :class:`Refusal` with ``cell_rate_unreadable``.
    """
    if len(text) > MAX_TEXT:
        raise Refusal(Reason("cell_rate_unreadable", {"text": text[:20]}))
    bare = to_half_width(text).strip()
    if bare.endswith("%"):
        bare, ppm_per_unit = bare[:-1].rstrip(), 10_000
    negative, number = _without_sign(bare)
    ppm = _exactly(number, ppm_per_unit, text, "cell_rate_unreadable", "cell_rate_unreadable")
    if ppm > MAX_RATE_PPM:
        raise Refusal(Reason("cell_rate_unreadable", {"text": text}))
    return -ppm if negative else ppm


def half_even(numerator: int, denominator: int) -> int:
    """``numerator`` ≥ 0 divided by ``denominator`` > 0, rounded half to even, exactly."""
    whole, rest = divmod(numerator, denominator)
    return whole + (2 * rest > denominator or (2 * rest == denominator and whole % 2))


def _without_sign(text: str) -> tuple[bool, str]:
    """Whether ``text`` is negative (``-1``, ``1-``, ``(1)``), and it without sign and currency sign."""
    negative = False
    if text.startswith("(") and text.endswith(")"):
        negative, text = True, text[1:-1].strip()
    text = text.strip(_SIGNS + "元 ")
    if not negative and text[:1] in ("-", "+"):
        negative, text = text[0] == "-", text[1:]
    elif not negative and text.endswith("-"):
        negative, text = True, text[:-1]
    return negative, text.strip(_SIGNS + " ")


def _exactly(number: str, scale: int, text: str, unreadable: str, too_large: str) -> int:
    """Unsigned ``number`` × ``scale`` as an integer, half to even; never computes a power beyond what fits."""
    match = _NUMBER.fullmatch(number)
    if match is None or not (match[1] or match[2]):
        raise Refusal(Reason(unreadable, {"text": text[:MAX_TEXT]}))
    whole, tail, exponent = match[1], match[2] or "", int(match[3] or 0)
    digits, places = int(whole + tail), exponent - len(tail)
    if digits == 0 or places < -_FARTHEST:
        return 0
    if places > MAX_TEXT:
        raise Refusal(Reason(too_large, {"text": text[:MAX_TEXT]}))
    if places >= 0:
        return digits * 10**places * scale
    return half_even(digits * scale, 10**-places)

"""Money as integer minor units with a currency, and the parser for what people type.

Source of the parser's rules: a number field that goes through ``Decimal(user_input)`` accepts ``Infinity``,
``1E+999999``, full-width digits and ``1_000``; this one accepts none of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from matchmaking.domain.reasons import Reason, Refusal

MINOR_PER_MAJOR = 100
"""Minor units in one major unit. Every currency the product handles has two decimals."""

MAX_MINOR = 2**62
"""Largest absolute amount held, in minor units: it fits BIGINT with room to add two of them."""

UNITS = {"yuan": 1, "wan": 10_000, "million": 1_000_000, "yi": 100_000_000}
"""元, 万元, 百万元 and 亿元 in major units; asked for and shown explicitly (P11)."""

_TYPED = re.compile(r"\A[0-9]{1,13}(\.[0-9]{1,8})?\Z")


@lru_cache(maxsize=256)
def _is_code(currency: str) -> bool:
    """An audit makes fifty amounts of each signing, all in one currency: looked at once."""
    return re.fullmatch(r"[A-Z]{3}", currency) is not None


@dataclass(frozen=True, order=False, slots=True)
class Money:
    """An exact amount.

    ``minor`` is an ``int`` count of minor units (fen, cents); ``currency`` an ISO 4217 code.
    Arithmetic between currencies raises :class:`CurrencyMismatch`; floats are refused with ``TypeError``.
    """

    minor: int
    currency: str = "CNY"

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"money is an integer of minor units, not {type(self.minor).__name__}")
        if abs(self.minor) > MAX_MINOR:
            raise OverflowError("amount outside the range the product holds")
        if not _is_code(self.currency):
            raise ValueError(f"not an ISO 4217 code: {self.currency!r}")

    @classmethod
    def zero(cls, currency: str = "CNY") -> Money:
        """Nothing, in ``currency``."""
        return cls(0, currency)

    @classmethod
    def of(cls, major: int, currency: str = "CNY") -> Money:
        """``major`` whole units (yuan, dollars)."""
        return cls(major * MINOR_PER_MAJOR, currency)

    @classmethod
    def total(cls, amounts: Iterable[Money], currency: str = "CNY") -> Money:
        """Exact sum; ``currency`` decides what an empty sum is in."""
        result = cls.zero(currency)
        for amount in amounts:
            result += amount
        return result

    def _same(self, other: Money) -> int:
        if not isinstance(other, Money):
            raise TypeError(f"money is compared and added to money, not {type(other).__name__}")
        if other.currency != self.currency:
            raise CurrencyMismatch(Reason("currency_mismatch", {"left": self.currency, "right": other.currency}))
        return other.minor

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        return f"{plain_amount(self.minor)} {self.currency}"


class CurrencyMismatch(Refusal):
    """Two currencies met in one sum."""


def plain_amount(minor: int, unit: str = "yuan", places: int = 2, *, grouped: bool = True) -> str:
    """``minor`` written in ``unit`` (a key of :data:`UNITS`) with ``places`` decimals, rounded half to even.

    The rounding is for the eye only; sums are always taken over minor units.
    """
    divisor = MINOR_PER_MAJOR * UNITS[unit]
    whole, rest = divmod(abs(minor) * 10**places, divisor)
    if 2 * rest > divisor or (2 * rest == divisor and whole % 2):
        whole += 1
    sign = "-" if minor < 0 and whole else ""
    head, tail = divmod(whole, 10**places)
    text = f"{head:,}" if grouped else str(head)
    return f"{sign}{text}.{tail:0{places}d}" if places else f"{sign}{text}"


def parse_typed(text: str, unit: str, currency: str = "CNY") -> Money:
    """What a person typed, in the unit the form named beside the field.

    Accepts half- and full-width digits, thousands commas, spaces and a trailing 元 or leading ¥; refuses signs,
    exponents, words and more decimals than the unit can hold in minor units.

    Raises :class:`Refusal` with code ``amount_unreadable``, ``amount_too_fine`` or ``amount_zero``.
    """
    if len(text) > 40:
        raise Refusal(Reason("amount_unreadable", {"text": text[:40]}))
    cleaned = unicodedata.normalize("NFKC", text)
    cleaned = re.sub(r"[,，\s元¥￥]", "", cleaned)
    if not cleaned.isascii() or not _TYPED.match(cleaned):
        raise Refusal(Reason("amount_unreadable", {"text": text[:40]}))
    whole, _, tail = cleaned.partition(".")
    minor, rest = divmod(int(whole + tail) * MINOR_PER_MAJOR * UNITS[unit], 10 ** len(tail))
    if rest:
        raise Refusal(Reason("amount_too_fine", {"text": text[:40]}))
    if minor == 0:
        raise Refusal(Reason("amount_zero", {}))
    if minor > MAX_MINOR:
        raise Refusal(Reason("amount_unreadable", {"text": text[:40]}))
    return Money(minor, currency)


def per_million(numerator: int, denominator: int) -> int:
    """``numerator`` ÷ ``denominator`` in parts per million, rounded half to even. Denominator must be positive."""
    if denominator <= 0:
        raise ZeroDivisionError("a rate needs a positive denominator")
    return round(Fraction(numerator * 1_000_000, denominator))


def percent_text(ppm: int, places: int = 2) -> str:
    """Parts per million as a percentage with ``places`` (0–4) decimals: 925537 → ``92.55``, 4 places ``92.5537``."""
    whole = round(Fraction(ppm * 10**places, 10_000))
    sign = "-" if whole < 0 else ""
    head, tail = divmod(abs(whole), 10**places)
    return f"{sign}{head}.{tail:0{places}d}" if places else f"{sign}{head}"

"""Audit samples (N25): drawing by money, so that every yuan of a frozen list is as likely as any other.

The draw is a pure function of the list, the seed and the interval. Chance comes from SHA-256 over public words, so that
anyone with the list repeats it in any language; :mod:`matchmaking.domain.conversion.projecting` reads the answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import cache
from hashlib import sha256

from matchmaking.domain.reasons import Reason, Refusal

MILLION = 1_000_000
MOST_ITEMS = 400
"""Calls that a sample may ask for: more is a full count, and no office makes them."""
LONGEST_SEED = 80
_EXACT = Context(prec=60)


@dataclass(frozen=True, slots=True)
class FrozenList:
    """What may be drawn: (public key, book amount in minor units), sorted by key, amounts above zero."""

    rows: tuple[tuple[str, int], ...]

    @classmethod
    def of(cls, rows: Iterable[tuple[str, int]]) -> FrozenList:
        """From rows in any order; those without money are left out. A key that stands twice is an error."""
        kept = tuple(sorted((key, amount) for key, amount in rows if amount > 0))
        if len({key for key, _ in kept}) != len(kept):
            raise ValueError("a key stands twice on a list to draw from")
        return cls(kept)

    @property
    def text(self) -> str:
        """The file that is published: ``key TAB amount LF`` per line, UTF-8."""
        return "".join(f"{key}\t{amount}\n" for key, amount in self.rows)

    @property
    def digest(self) -> str:
        """SHA-256 of that file, in hexadecimal: what ``sha256sum`` prints."""
        return sha256(self.text.encode("utf-8")).hexdigest()

    @property
    def total(self) -> int:
        """Book amount of the whole list, minor units."""
        return sum(amount for _, amount in self.rows)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to draw. Shares in parts per million; ``tolerable`` and ``interval`` in minor units.

    ``expected``: whole overstatements (taint 100 %) that the sample may find and still stay within the tolerable.
    """

    confidence_ppm: int
    tolerable: int
    expected: int
    interval: int

    def size(self, listed: FrozenList) -> int:
        """Calls to expect: items of at least the interval, and the rest of the money over the interval, rounded up."""
        top = [amount for _, amount in listed.rows if amount >= self.interval]
        return len(top) - (sum(top) - listed.total) // self.interval


def plan(listed: FrozenList, *, confidence_ppm: int, tolerable: int, expected: int = 0) -> Plan:
    """The interval: tolerable overstatement over the Poisson factor for ``expected`` overstatements.

    Raises :class:`Refusal` ``sample_empty``, ``sample_numbers`` (shares that mean nothing) or ``sample_too_large``.
    """
    if not listed.rows:
        raise Refusal(Reason("sample_empty"))
    if not (500_000 <= confidence_ppm < MILLION and 0 < tolerable <= listed.total and 0 <= expected <= 20):
        raise Refusal(Reason("sample_numbers"))
    interval = tolerable * MILLION // poisson_factor(expected, confidence_ppm)
    made = Plan(confidence_ppm, tolerable, expected, max(1, interval))
    if made.size(listed) > MOST_ITEMS:
        raise Refusal(Reason("sample_too_large", {"items": made.size(listed), "most": MOST_ITEMS}))
    return made


@cache
def poisson_factor(errors: int, confidence_ppm: int) -> int:
    """The upper limit of a Poisson mean after ``errors`` were seen, in millionths, rounded up.

    The least λ with P(X ≤ errors; λ) ≤ 1 − confidence; half the χ² quantile with 2(errors + 1) degrees of freedom. It
    is the "reliability factor" of audit sampling handbooks, general knowledge: at 95 % 3.00, 4.75, 6.30, 7.76, 9.16 …
    Exact to the millionth: integers and ``Decimal``, no floating point.
    """
    low, high = 0, MILLION
    while not _unlikely(high, errors, confidence_ppm):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _unlikely(middle, errors, confidence_ppm) else (middle, high)
    return high


def _unlikely(millionths: int, errors: int, confidence_ppm: int) -> bool:
    """Σ λ^i ∕ i! ≤ (1 − confidence) e^λ, both sides times errors! so that nothing is divided."""
    mean = Decimal(millionths).scaleb(-6)
    terms = power = factorial = Decimal(1)
    for count in range(1, errors + 1):
        power, factorial = power * mean, factorial * count
        terms = terms * count + power
    return terms * MILLION <= _EXACT.exp(mean) * (MILLION - confidence_ppm) * factorial


@dataclass(frozen=True, slots=True)
class Drawn:
    """One item of the sample. ``top``: at least the interval, so it is taken whatever the seed says."""

    key: str
    book: int
    top: bool


def draw(listed: FrozenList, seed: str, interval: int) -> tuple[Drawn, ...]:
    """The sample, the largest first: every item of at least ``interval``, and of the rest, put into an order that the
    seed decides, the one that holds each point ``start + i × interval`` of the running total.
    """
    words = f"{listed.digest}:{seed}"
    found = [Drawn(key, amount, True) for key, amount in listed.rows if amount >= interval]
    rest = [(key, amount) for key, amount in listed.rows if amount < interval]
    point, passed = start_of(words, interval), 0
    for key, amount in sorted(rest, key=lambda row: sha256(f"{words}:{row[0]}".encode()).digest()):
        passed += amount
        if point < passed:
            found.append(Drawn(key, amount, False))
            point += interval
    return tuple(sorted(found, key=lambda item: (-item.book, item.key)))


def start_of(words: str, interval: int) -> int:
    """0 ≤ start < interval, each as likely: numbers of the stream beyond the last whole multiple are passed over."""
    ceiling, counter = 2**256 - 2**256 % interval, 0
    while (number := int(sha256(f"{words}#{counter}".encode()).hexdigest(), 16)) >= ceiling:
        counter += 1
    return number % interval


def clean_seed(text: str) -> str:
    """The seed as it enters the draw: blanks single, printable, 6 to 80 characters; else ``sample_seed_unfit``."""
    seed = " ".join(text.split())
    if not (6 <= len(seed) <= LONGEST_SEED and seed.isprintable()):
        raise Refusal(Reason("sample_seed_unfit", {"most": LONGEST_SEED}))
    return seed

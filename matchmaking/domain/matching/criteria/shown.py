"""How figures of matching are written."""

from __future__ import annotations

from collections.abc import Callable

from matchmaking.domain.matching.catalogue import Product
from matchmaking.domain.matching.sets import Tokens
from matchmaking.domain.money import plain_amount

WAN = 1_000_000
"""Minor units in 万元."""


def wan(minor: int) -> str:
    """Minor units in 万元, two decimals."""
    return plain_amount(minor, "wan")


def percent(ppm: int) -> str:
    """A rate in percent: two decimals, more only where it has more."""
    whole, rest = divmod(ppm, 10_000)
    tail = f"{rest:04d}"
    return f"{whole}.{tail[:2]}{tail[2:].rstrip('0')}"


def one(value: str | None) -> Tokens:
    """A code as a set; empty where nobody has given it."""
    return frozenset() if value is None else frozenset({value})


def set_rule(name: str) -> Callable[[Product], Tokens | None]:
    """Reads the set rule ``name``."""
    return lambda product: product.codes(name)

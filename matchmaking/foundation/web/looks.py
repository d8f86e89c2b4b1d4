"""How each bucket looks: family by hue, lightness and texture inside a family, code always printed beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """``css``: the fill; ``texture``: the pattern over it; ``ink``: ``w`` for white letters, ``a`` for vermilion."""

    family: str
    css: str
    texture: str = ""
    ink: str = ""
    plate: bool = False


PAID, WAITING, CLOSED, MERGED, UNEXPLAINED = "paid", "waiting", "closed", "merged", "unexplained"
UNKNOWN, DIFFERENCE = "unknown", "difference"

LOOKS: dict[str, Look] = {
    "A1": Look(PAID, "bk-a1", ink="w"),
    "A2": Look(PAID, "bk-a2", "p-a2", plate=True),
    "A3": Look(PAID, "bk-a3"),
    "A4": Look(PAID, "bk-a4", "p-a4", plate=True),
    "A5": Look(PAID, "bk-a5", "p-a5", plate=True),
    "SP": Look(PAID, "bk-a2", plate=True),
    "SO": Look(PAID, "bk-so", "p-so", plate=True),
    "W6": Look(WAITING, "bk-w6"),
    "W1": Look(WAITING, "bk-w1"),
    "W2": Look(WAITING, "bk-w2"),
    "W3": Look(WAITING, "bk-w3"),
    "W4": Look(WAITING, "bk-w4"),
    "W5": Look(WAITING, "bk-w5"),
    "W0": Look(WAITING, "bk-w0", "p-w0"),
    "SW": Look(WAITING, "bk-w1"),
    "C1": Look(CLOSED, "bk-c1"),
    "C2": Look(CLOSED, "bk-c2"),
    "C3": Look(CLOSED, "bk-c3"),
    "C4": Look(CLOSED, "bk-c4"),
    "SC": Look(CLOSED, "bk-c2"),
    "K1": Look(MERGED, "bk-k"),
    "K0": Look(MERGED, "bk-k"),
    "SX": Look(UNKNOWN, "bk-k", "p-sn", plate=True),
    "SN": Look(UNKNOWN, "bk-k"),
    "U": Look(UNEXPLAINED, "bk-u", "p-u", "a", plate=True),
    "SD": Look(DIFFERENCE, "bk-k", "p-sd", plate=True),
}
"""In the fixed order of the screen."""

ORDER = tuple(LOOKS)
NOT_PAID = tuple(code for code, look in LOOKS.items() if look.family in (WAITING, UNEXPLAINED))
"""Buckets of money that has not come: the rows of the heat table."""

FAMILY_ORDER = (PAID, WAITING, CLOSED, MERGED, UNKNOWN, UNEXPLAINED, DIFFERENCE)


def look_of(bucket: str) -> Look:
    """The look of ``bucket``. ``KeyError`` for one nobody has drawn yet."""
    return LOOKS[bucket]


def in_order(buckets: Iterable[str]) -> list[str]:
    """``buckets`` in the fixed order of the screen."""
    held = set(buckets)
    return [code for code in LOOKS if code in held]

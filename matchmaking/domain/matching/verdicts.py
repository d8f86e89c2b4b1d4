"""What one criterion says of one pair, how far it is from passing, and the nearest change that would pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from matchmaking.domain.matching.catalogue import MILLION, Need
from matchmaking.domain.reasons import Reason

PASSED, FAILED, UNKNOWN = "passed", "failed", "unknown"
"""``unknown``: the product asks for a fact nobody has given. It does not pass, and the reason says what to fill in."""

NOW, FILL, WAIT, EARN, FIXED = CHANGES = ("now", "fill", "wait", "earn", "fixed")
"""Kinds of change, nearest first: ask differently today; fill in a fact; wait until a day; grow into it (revenue, a
grade, a title); nothing the firm can do (place, industry, size)."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Distance to passing: ``short`` by how much in ``unit`` (``minor``, ``months``, ``ppm``, ``grades``, ``days``),
    ``share_ppm`` of the bound it misses. ``passes_on``: the first day it passes if nothing but time goes by."""

    short: int
    unit: str
    share_ppm: int
    passes_on: date | None = None

    @classmethod
    def to(cls, bound: int, short: int, unit: str, passes_on: date | None = None) -> Gap:
        """``short`` of ``bound``."""
        return cls(short, unit, short * MILLION // max(bound, 1), passes_on)


@dataclass(frozen=True, slots=True)
class Change:
    """The nearest change on the firm's side. ``need``: the need as changed, where a changed need passes; ``on``: the
    day from which the need passes unchanged. Both None where filling in decides, or nothing helps."""

    kind: str
    reason: Reason
    need: Need | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """One criterion on one pair. ``asked`` is False where the product has no such rule; ``gap`` where a distance can
    be measured; ``change`` on everything that did not pass."""

    criterion: str
    state: str
    reason: Reason
    asked: bool = True
    gap: Gap | None = None
    change: Change | None = None

    @property
    def passed(self) -> bool:
        """Whether the pair may go together as far as this criterion goes."""
        return self.state == PASSED

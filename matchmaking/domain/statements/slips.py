"""What a later statement takes back: signed agreements it leaves out, and originals it lowers.

Both make a rate look better without a cent moving, so each is a question (待核实事项) to the later statement. The
figures stay as stated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from matchmaking.domain.money import plain_amount
from matchmaking.domain.reasons import Reason
from matchmaking.domain.statements.comparing import Comparison
from matchmaking.domain.statements.positions import Position

VANISHED, LOWERED = "vanished_from_series", "original_lowered"
SLIPS = (VANISHED, LOWERED)
"""Codes of these questions."""


@dataclass(frozen=True, slots=True)
class Slip:
    """One question about one agreement. ``amount``: minor units no longer claimed, None where none were stated."""

    code: str
    external_id: str
    evidence: Reason
    amount: int | None


def slips_of(comparison: Comparison, earlier: Mapping[str, Position], *, since: date, as_of: date) -> Iterator[Slip]:
    """The slips of a ``comparison`` with ``earlier``, the positions of the statement of ``since``; in order of ids.

    ``as_of``: the later statement's day. What was never signed may go without a word.
    """
    days = {"since": since.isoformat(), "as_of": as_of.isoformat()}
    for key in comparison.vanished:
        if earlier[key].signed_on is not None:
            yield _vanished(earlier[key], days)
    for key in comparison.lowered:
        yield _lowered(earlier[key], comparison.carried[key].original or 0, days)


def _vanished(position: Position, days: Mapping[str, str]) -> Slip:
    params: dict[str, str | None] = {
        **days,
        "original": _written(position.original),
        "disbursed": _written(position.disbursed),
        "currency": position.currency,
    }
    return Slip(VANISHED, position.external_id, Reason("finding_vanished_from_series_why", params), position.original)


def _lowered(position: Position, now: int, days: Mapping[str, str]) -> Slip:
    fallen = (position.original or 0) - now
    params: dict[str, str | None] = {
        **days,
        "original": _written(position.original),
        "now": _written(now),
        "amount": _written(fallen),
        "currency": position.currency,
    }
    return Slip(LOWERED, position.external_id, Reason("finding_original_lowered_why", params), fallen)


def _written(minor: int | None) -> str | None:
    return None if minor is None else plain_amount(minor)

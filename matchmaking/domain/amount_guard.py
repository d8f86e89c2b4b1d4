"""A slip of 10⁴ in a need's amount: 元 typed for 万元 or the other way round, seen beside the firm's revenue (P11).

It only asks. A firm may well need that much; then it says so and its amount stands.
"""

from __future__ import annotations

from dataclasses import dataclass

from matchmaking.domain.money import UNITS, Money, plain_amount
from matchmaking.domain.reasons import Reason

SLIP = UNITS["wan"]
"""How far apart the two units are."""


@dataclass(frozen=True, slots=True)
class AmountBounds:
    """An amount is doubted above ``times`` yearly revenues and below one ``parts``-th of one; where revenue is not
    known, below ``least_minor`` and above ``most_minor``."""

    times: int
    parts: int
    least_minor: int
    most_minor: int


def amount_doubt(amount: Money, revenue: Money | None, bounds: AmountBounds) -> Reason | None:
    """The reason to ask whether the unit slipped, with both amounts written out; None where the amount looks right.

    Codes ``amount_guard_over|amount_guard_under|amount_guard_large|amount_guard_small``; ``other`` is what the amount
    would be in the other unit.
    """
    if revenue is None or not revenue:
        return _alone(amount, bounds)
    told = {"revenue": wan(revenue.minor)}
    if amount.minor > revenue.minor * bounds.times:
        told |= {"times": f"{amount.minor // revenue.minor:,}"}
        return Reason("amount_guard_over", {**_both(amount, over=True), **told})
    if amount.minor * bounds.parts < revenue.minor:
        told |= {"parts": f"{revenue.minor // amount.minor:,}"}
        return Reason("amount_guard_under", {**_both(amount, over=False), **told})
    return None


def _alone(amount: Money, bounds: AmountBounds) -> Reason | None:
    if amount.minor > bounds.most_minor:
        return Reason("amount_guard_large", _both(amount, over=True))
    return Reason("amount_guard_small", _both(amount, over=False)) if amount.minor < bounds.least_minor else None


def _both(amount: Money, *, over: bool) -> dict[str, str | int | None]:
    other = amount.minor // SLIP if over else amount.minor * SLIP
    return {"yuan": plain_amount(amount.minor), "wan": wan(amount.minor), "other": wan(other)}


def wan(minor: int) -> str:
    """In 万元: two decimals, four where it is not whole hundreds of yuan."""
    return plain_amount(minor, "wan", places=4 if minor % 10_000 else 2)

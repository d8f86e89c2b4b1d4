"""What a loan costs in a year: rate × amount, to the fen."""

from __future__ import annotations

from matchmaking.domain.matching.catalogue import MILLION
from matchmaking.domain.money import Money


def yearly_cost(amount: Money, rate_ppm: int, fees: Money | None = None) -> Money:
    """Interest of ``amount`` over a year at ``rate_ppm`` a year, nothing repaid before, rounded half up to the minor
    unit, and the ``fees`` of that year where any are known. ``ValueError`` for a rate below zero."""
    if rate_ppm < 0:
        raise ValueError(f"a rate of {rate_ppm} ppm")
    interest = Money((amount.minor * rate_ppm * 2 + MILLION) // (2 * MILLION), amount.currency)
    return interest if fees is None else interest + fees

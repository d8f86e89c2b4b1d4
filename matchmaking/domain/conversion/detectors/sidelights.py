"""What detectors may look at beside the audit's own facts. None of it ever enters a rate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from matchmaking.domain.conversion.facts import Signing
from matchmaking.domain.money import Money


@dataclass(frozen=True, slots=True)
class DepositSeen:
    """A deposit at ``lender`` on a statement. D5 reads it only where the firm itself supplied that statement."""

    key: str
    firm: str
    lender: str
    amount: Money
    on: date
    by_firm: bool


@dataclass(frozen=True, slots=True)
class Sidelights:
    """Keyed by the firm's key where it has one, else its name (:func:`firm_id`).

    ``sales``: the last full year's revenue. ``persons``: who controls the firm, known with its consent.
    """

    sales: Mapping[str, Money] = field(default_factory=dict)
    persons: Mapping[str, str] = field(default_factory=dict)
    deposits: tuple[DepositSeen, ...] = ()


NO_SIDELIGHTS = Sidelights()


def firm_id(signing: Signing) -> str:
    """How a signing's firm is known here."""
    return signing.firm_key or signing.firm

"""Rows that detectors look at beside the audit's facts, and what they hand over, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from matchmaking.delivery.flags.models import SuppliedDeposit
from matchmaking.domain.conversion.detectors import DepositSeen, Exhibit
from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Reason


def deposit(row: SuppliedDeposit, currency: str) -> DepositSeen:
    """A deposit as the firm told it; the firm is known by its key."""
    return DepositSeen(
        row.public_key, row.firm_key, row.lender, Money(row.amount_minor, currency), row.on_day, by_firm=True
    )


def told(reason: Reason) -> dict[str, Any]:
    """``{"code", "params"}``."""
    return {"code": reason.code, "params": dict(reason.params)}


def exhibit_rows(exhibits: Iterable[Exhibit]) -> dict[str, Any]:
    """Exhibits as they are kept."""
    return {
        "rows": [
            {
                "kind": one.kind,
                "key": one.key,
                "day": None if one.day is None else one.day.isoformat(),
                "amount_minor": None if one.amount is None else one.amount.minor,
            }
            for one in exhibits
        ]
    }


def reason_of(kept: Mapping[str, Any]) -> Reason:
    """The inverse of :func:`told`."""
    return Reason(kept["code"], kept["params"])

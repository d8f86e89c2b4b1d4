"""Checks that a fact makes of itself when it is built."""

from __future__ import annotations

from collections.abc import Iterable

from matchmaking.domain.money import Money


def one_of(value: str, allowed: Iterable[str]) -> None:
    """``ValueError`` unless ``value`` is one of ``allowed``."""
    if value not in allowed:
        raise ValueError(f"{value!r} is not one of {', '.join(allowed)}")


def not_negative(amount: Money) -> None:
    """``ValueError`` for an amount below zero."""
    if amount.minor < 0:
        raise ValueError("a fact's amount is not negative; a later fact takes back an earlier one")

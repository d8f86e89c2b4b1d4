"""Fixtures of the tests of oversight: the market's world."""

from __future__ import annotations

from tests.market.conftest import market, other, visitor, world

__all__ = ["market", "other", "visitor", "world"]

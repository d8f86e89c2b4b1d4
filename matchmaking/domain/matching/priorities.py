"""Whom a product puts first, and who qualifies: an order among the admitted, never a door."""

from __future__ import annotations

from datetime import date

from matchmaking.domain.matching import rules as r
from matchmaking.domain.matching.catalogue import Need
from matchmaking.domain.matching.codes import industry_chain
from matchmaking.domain.matching.rules import Field
from matchmaking.domain.matching.sets import Tokens

FIRST, INCLUSIVE, FARM, INNOVATIVE = PRIORITIES = ("first_loan", "inclusive", "agriculture", "innovation")
"""首贷户 · 普惠小微 · 涉农 · 科技创新."""
FARM_TITLES = frozenset({"leading_farm"})
INNOVATIVE_TITLES = frozenset({"innovative_sme", "specialised_sme", "little_giant", "high_tech", "tech_sme"})
PRIORITY_FIELDS = (Field("priorities", r.CHOICES, choices=PRIORITIES, vocabulary="priority"),)


def qualifies_for(need: Need, on: date | None = None) -> Tokens:
    """The priorities this firm has on a day; without a day, by every title it ever held."""
    held = {title.code for title in need.titles or () if on is None or title.held(on)}
    found = {
        FIRST: need.first_loan is True,
        INCLUSIVE: need.size_class in ("micro", "small"),
        FARM: "A" in industry_chain(need.industry) or bool(FARM_TITLES & held),
        INNOVATIVE: bool(INNOVATIVE_TITLES & held),
    }
    return frozenset(name for name, has in found.items() if has)

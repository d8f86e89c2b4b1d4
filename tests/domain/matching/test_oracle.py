"""The kernel's eligible set against twelve predicates written down independently, where that market is at hand."""

from __future__ import annotations

import importlib.util
from datetime import date, timedelta
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from matchmaking.domain.matching.catalogue import Need, Product, Title
from matchmaking.domain.matching.codes import SIZE_CLASSES, TAX_GRADES
from matchmaking.domain.matching.explain import explain
from matchmaking.domain.matching.kernel import match
from matchmaking.domain.matching.months import add_months
from matchmaking.domain.money import Money
from tests.domain.matching.markets import ON, POLICY, WAN
from tests.house.tree import DATA

SOURCE = DATA.parent / "bench" / "market.py"
pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def market() -> ModuleType:
    if not SOURCE.exists():
        pytest.skip("no ../shared/bench/market.py here")
    spec = importlib.util.spec_from_file_location("market", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def bits(mask: int, prefix: str) -> frozenset[str]:
    return frozenset(f"{prefix}{bit}" for bit in range(64) if mask >> bit & 1)


def industries(low: int, high: int) -> frozenset[str]:
    return frozenset(f"{bit + 1:02d}" for bit in range(96) if (low if bit < 48 else high) >> bit % 48 & 1)


def founded(years: int) -> date:
    return date(ON.year - years, ON.month, ON.day)


def need_of(row: dict[str, int]) -> Need:
    return Need(
        key=f"n{row['id']:06d}",
        amount=Money(row["amount"] * WAN),
        term_months=row["term"],
        loan_kind="working_capital",
        guarantees=bits(row["offer"], "g"),
        guarantee_preferred=next(iter(bits(row["pref"], "g"))),
        rate_ceiling_ppm=row["max_rate"] * 100,
        needed_by=ON + timedelta(days=row["urgency"]),
        zone=f"r{row['region']}",
        industry=f"{row['industry'] + 1:02d}",
        founded_on=founded(row["years"]),
        revenue=Money(row["revenue"] * WAN),
        size_class=SIZE_CLASSES[row["size"]],
        tax_grade=TAX_GRADES[row["tax"]],
        titles=tuple(Title(code, date(2000, 1, 1)) for code in sorted(bits(row["tags"], "t"))),
        first_loan=bool(row["first"]),
    )


def product_of(row: dict[str, int]) -> Product:
    rules: dict[str, Any] = {
        "amount_min": row["amin"] * WAN,
        "amount_max": row["amax"] * WAN,
        "term_min": row["tmin"],
        "term_max": row["tmax"],
        "regions": bits(row["region_mask"], "r"),
        "industries": industries(row["ind_lo"], row["ind_hi"]),
        "guarantees": bits(row["guar"], "g"),
        "months_in_business_min": row["min_years"] * 12,
        "revenue_min": row["min_rev"] * WAN,
        "tax_grade_min": TAX_GRADES[row["min_tax"]],
        "size_classes": frozenset(SIZE_CLASSES[bit] for bit in range(4) if row["size_mask"] >> bit & 1),
    }
    rules |= {"first_loan_only": True} if row["first_only"] else {}
    rules |= {"titles": bits(row["req_tags"], "t")} if row["req_tags"] else {}
    key, lender = f"p{row['id']:05d}", f"b{row['bank']}"
    rate, days = row["rate"] * 100, row["days"]
    return Product(key=key, lender=lender, lowest_rate_ppm=rate, promised_days=days, rules=rules)


def eligible(n: dict[str, Any], p: dict[str, Any]) -> Any:
    """The oracle: the twelve predicates on its own integer columns."""
    n = {name: column[:, None] for name, column in n.items()}
    return (
        (n["amount"] >= p["amin"])
        & (n["amount"] <= p["amax"])
        & (n["term"] >= p["tmin"])
        & (n["term"] <= p["tmax"])
        & ((n["rbit"] & p["region_mask"]) != 0)
        & (((n["ilo"] & p["ind_lo"]) | (n["ihi"] & p["ind_hi"])) != 0)
        & ((n["offer"] & p["guar"]) != 0)
        & (n["years"] >= p["min_years"])
        & (n["revenue"] >= p["min_rev"])
        & (n["tax"] >= p["min_tax"])
        & ((p["first_only"] == 0) | (n["first"] == 1))
        & ((p["req_tags"] == 0) | ((n["tags"] & p["req_tags"]) != 0))
        & ((n["sbit"] & p["size_mask"]) != 0)
        & (p["rate"] <= n["max_rate"])
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_the_eligible_set_is_the_oracles(market: ModuleType, seed: int) -> None:
    n, p = market.needs(600, seed), market.products(200, seed + 10)
    asked, offered = [need_of(row) for row in market.rows(n)], [product_of(row) for row in market.rows(p)]
    found = match(asked, offered, POLICY, ON)
    expected = eligible(n, p)
    assert expected.any()
    np.testing.assert_array_equal(found.eligible, expected)
    for place in range(0, 600, 50):
        for pair in found.of_need(place):
            told = explain(asked[place], offered[int(pair.product[1:])], POLICY, ON)
            assert told.points == pair.points


def test_years_are_whole_years() -> None:
    assert add_months(founded(3), 36) == ON

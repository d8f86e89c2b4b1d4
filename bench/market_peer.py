"""The synthetic market (``market.py``: its columns N of needs, P of products) declared for the product's engine.

``declared(N, P)`` gives the engine's columns, ``answer(N, P)`` the eligible count and both ranked lists with scores::

    warm(executor="numba")                        # compiles, once per process; not part of any figure
    found = answer(N, P, executor="numba")        # or "numpy"
    found.eligible.sum(); found.need_best; found.need_score; found.product_best; found.product_score

Places are rows of N and P; where a list is shorter the place is −1. Scores are of the eight components of the market.
"""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np

from matchmaking.domain.matching.engine import match
from matchmaking.domain.matching.engine.columns import Column, Found, Market, Range, Table, Term, Wanted
from matchmaking.domain.matching.engine.tables import distinct

HIGHEST = 2**60
Numbers = namedtuple("Numbers", "one half away other")
NUMBERS = Numbers(*(np.float32(number) for number in (1, 0.5, 0.4, 0.3)))
"""In the width of the score, so that columns of pairs stay narrow."""
WEIGHTS = (20.0, 10.0, 20.0, 15.0, 10.0, 10.0, 10.0, 5.0)


# --- the twelve predicates --------------------------------------------------------------------------------------------


def from_below(figures: Column, least: Column) -> Range:
    """``figure >= least``."""
    return Range(figures, least, np.full(len(least), HIGHEST))


def sharing(mine: Column, theirs: Column, *, free: Column | None = None) -> Table:
    """A bit in common, or nothing asked (``free``)."""
    keys, masks = distinct(mine)
    table = (masks[:, None] & theirs) != 0
    return Table(keys, table if free is None else table | free)


def industries(N: dict[str, Column], P: dict[str, Column]) -> Table:
    """96 industries in two masks of 48 bits."""
    bit = np.int64(1) << np.arange(48)
    table = np.concatenate([bit[:, None] & P["ind_lo"], bit[:, None] & P["ind_hi"]]) != 0
    return Table(N["industry"], table)


def predicates(N: dict[str, Column], P: dict[str, Column]) -> list[Range | Table]:
    """In the order of the market."""
    regions = ((np.int64(1) << np.arange(21))[:, None] & P["region_mask"]) != 0
    sizes = ((np.int64(1) << np.arange(4))[:, None] & P["size_mask"]) != 0
    return [
        Range(N["amount"], P["amin"], P["amax"]),
        Range(N["term"], P["tmin"], P["tmax"]),
        Table(N["region"], regions),
        industries(N, P),
        sharing(N["offer"], P["guar"]),
        from_below(N["years"], P["min_years"]),
        from_below(N["revenue"], P["min_rev"]),
        from_below(N["tax"], P["min_tax"]),
        from_below(N["first"], P["first_only"]),
        sharing(N["tags"], P["req_tags"], free=P["req_tags"] == 0),
        Table(N["size"], sizes),
        from_below(N["max_rate"], P["rate"]),
    ]


# --- the eight components of the score: figures of need and product, meets, settings -------------------------------


def middle(need: Any, product: Any, meets: Any, s: Any) -> Any:
    """How near the middle of the range: need (twice the figure), product (sum of the ends, 1 / width)."""
    return s.one - abs(need[0] - product[0]) * product[1]


def cheap(need: Any, product: Any, meets: Any, s: Any) -> Any:
    """Room below the ceiling: need (1 / ceiling), product (rate)."""
    return s.one - product[0] * need[0]


def fast(need: Any, product: Any, meets: Any, s: Any) -> Any:
    """Days promised against days left: need (days left), product (1 / days promised)."""
    share = need[0] * product[0]
    return share + (s.one - share) * (share > s.one)


def preferred(need: Any, product: Any, meets: Any, s: Any) -> Any:
    """Half where the preferred guarantee is not taken."""
    return s.half + s.half * ((need[0] & product[0]) != 0)


def titled(need: Any, product: Any, meets: Any, s: Any) -> Any:
    """A title in common."""
    return s.one * ((need[0] & product[0]) != 0)


def local(need: Any, product: Any, meets: Any, s: Any) -> Any:
    """The home region, or two fifths."""
    return s.away + (s.one - s.away) * (need[0] == product[0])


def known(need: Any, product: Any, meets: Any, s: Any) -> Any:
    """The main bank, or three tenths."""
    return s.other + (s.one - s.other) * (need[0] == product[0])


def terms(N: dict[str, Column], P: dict[str, Column]) -> list[Term]:
    """In the order of the market."""
    f, i = (lambda column: column.astype(np.float32)), (lambda column: column.astype(np.int32))
    amount = f(2 * N["amount"]), (f(P["amin"] + P["amax"]), f(1 / (P["amax"] - P["amin"])))
    term = f(2 * N["term"]), (f(P["tmin"] + P["tmax"]), f(1 / (P["tmax"] - P["tmin"] + 1)))
    declared = [
        (middle, (amount[0],), amount[1]),
        (middle, (term[0],), term[1]),
        (cheap, (f(1 / N["max_rate"]),), (f(P["rate"]),)),
        (fast, (f(N["urgency"]),), (f(1 / P["days"]),)),
        (preferred, (i(N["pref"]),), (i(P["guar"]),)),
        (titled, (i(N["tags"]),), (i(P["pref_tags"]),)),
        (local, (i(N["region"]),), (i(P["home_region"]),)),
        (known, (i(N["main_bank"]),), (i(P["bank"]),)),
    ]
    return [Term(*each, weight=weight) for each, weight in zip(declared, WEIGHTS, strict=True)]


def declared(N: dict[str, Column], P: dict[str, Column]) -> Market:
    """The market in the engine's columns."""
    return Market(len(N["id"]), len(P["id"]), predicates(N, P), terms(N, P), NUMBERS, np.float32)


def answer(
    N: dict[str, Column], P: dict[str, Column], *, executor: str = "numba", threads: int = 1,
    per_need: int = 10, per_product: int = 20,
) -> Found:  # fmt: skip
    """Every need with every product."""
    return match(declared(N, P), Wanted(per_need, per_product), executor=executor, threads=threads)


def warm(*, executor: str = "numba") -> None:
    """Compile, on a market of one need and one product."""
    needs = """id amount term region industry pref offer years revenue tax first tags size max_rate urgency main_bank"""
    products = """id amin tmin tmax home_region region_mask ind_lo ind_hi guar min_years min_rev min_tax first_only
        req_tags size_mask rate days pref_tags bank"""
    N, P = ({name: np.ones(1, np.int64) for name in names.split()} for names in (needs, products))
    answer(N, {**P, "amax": P["amin"] + 1}, executor=executor)

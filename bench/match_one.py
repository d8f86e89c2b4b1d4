"""One need after another against 1,000 products, as a page asks: its CPU a need, and what was found.

``match_one.py PEER NEEDS PRODUCTS SEED`` prints one JSON line: microseconds of CPU a need at the median and at the
99th percentile, eligible pairs, sum of the best scores. ``numpy``: the products indexed once; then for each need the
match, its ten best explained line by line, and for every product which rules it fails. ``python``: loops that stop at
the first rule that fails and explain nothing.
"""

from __future__ import annotations

import heapq
import json
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import match_peers  # first: it says where everything stands
import numpy as np
from market_peer import WEIGHTS, declared
from match_peers import Answer, Columns

from matchmaking.domain.matching.engine import match
from matchmaking.domain.matching.engine.columns import Market, Range, Table, Term, Wanted

BEST = 10
Ask = Callable[[int], tuple[Answer, Callable[[], None]]]
"""The place of a need → what was found, and what checks it, which is no part of the figure."""


class Catalogue:
    """The products' side of the synthetic market, made once; the needs' side is read need by need."""

    def __init__(self, N: Columns, P: Columns) -> None:
        self.N, self.P = N, P
        first = declared({name: column[:1] for name, column in N.items()}, P)
        self.base = first
        self.free = P["req_tags"] == 0

    def market(self, place: int) -> Market:
        """Of one need."""
        n = {name: column[place : place + 1] for name, column in self.N.items()}
        held: Any = self.base.predicates
        a_range, a_term, region, industry, _, years, revenue, tax, loan, _, size, rate = held
        predicates: list[Range | Table] = [
            Range(n["amount"], a_range.low, a_range.high), Range(n["term"], a_term.low, a_term.high),
            Table(n["region"], region.table), Table(n["industry"], industry.table),
            Table(ZERO, (n["offer"][:, None] & self.P["guar"]) != 0),
            Range(n["years"], years.low, years.high), Range(n["revenue"], revenue.low, revenue.high),
            Range(n["tax"], tax.low, tax.high), Range(n["first"], loan.low, loan.high),
            Table(ZERO, ((n["tags"][:, None] & self.P["req_tags"]) != 0) | self.free),
            Table(n["size"], size.table), Range(n["max_rate"], rate.low, rate.high),
        ]  # fmt: skip
        f, i = np.float32, np.int32
        asked = (
            (2 * n["amount"]).astype(f), (2 * n["term"]).astype(f), (1 / n["max_rate"]).astype(f),
            n["urgency"].astype(f), n["pref"].astype(i), n["tags"].astype(i), n["region"].astype(i),
            n["main_bank"].astype(i),
        )  # fmt: skip
        terms = [
            Term(term.fit, (mine,), term.product, term.weight)
            for term, mine in zip(self.base.terms, asked, strict=True)
        ]
        return Market(1, self.base.products, predicates, terms, self.base.settings, np.float32)


ZERO = np.zeros(1, np.intp)


def with_numpy(N: Columns, P: Columns, market: Any) -> Ask:
    """The product's engine, an explanation of the ten best, and why not of all."""
    catalogue = Catalogue(N, P)

    def ask(place: int) -> tuple[Answer, Callable[[], None]]:
        one = catalogue.market(place)
        found = match(one, Wanted(BEST, 0))
        best = found.need_best[0, : found.eligible[0]]  # ten at most
        lines, why = explained(one, best), why_not(one)

        def check() -> None:
            assert np.allclose(lines.sum(axis=0), found.need_score[0, : len(best)], atol=1e-4)
            assert np.count_nonzero(why == 0) == found.eligible[0]

        return (int(found.eligible[0]), float(found.need_score[0, 0]) if len(best) else 0.0), check

    return ask


def explained(market: Market, products: Any) -> Any:
    """(lines, products) points of each line of these products, by the very functions of the score, in float64."""
    lines = np.empty((len(market.terms), len(products)))
    for place, term in enumerate(market.terms):
        theirs = tuple(column[products].astype(np.float64) if column.dtype.kind == "f" else column[products]
                       for column in term.product)  # fmt: skip
        lines[place] = term.weight * term.fit(term.need, theirs, False, market.settings)
    return lines


def why_not(market: Market) -> Any:
    """(m,) the rules of each product that the need fails, one bit for each."""
    failed = np.zeros(market.products, np.int16)
    for place, predicate in enumerate(market.predicates):
        failed |= np.left_shift(~predicate.block(slice(0, 1))[0], place, dtype=np.int16)
    return failed


def with_python(N: Columns, P: Columns, market: Any) -> Ask:
    """Loops."""
    needs, products = market.rows(N), market.rows(P)

    def ask(place: int) -> tuple[Answer, Callable[[], None]]:
        mine = match_peers.fitting(needs[place], products, WEIGHTS)
        top = heapq.nlargest(BEST, mine)
        return (len(mine), top[0][0] if top else 0.0), lambda: None

    return ask


PEERS: dict[str, Callable[[Columns, Columns, Any], Ask]] = {"numpy": with_numpy, "python": with_python}


def at(spent: Sequence[int], percent: int) -> float:
    """A percentile, in microseconds."""
    return sorted(spent)[min(len(spent) * percent // 100, len(spent) - 1)] / 1000


def main() -> None:
    """Make the market, ask need by need, tell."""
    import market

    peer, n, m, seed = sys.argv[1], *(int(one) for one in sys.argv[2:])
    N, P = market.needs(n, seed), market.products(m, seed + 1)
    ask, spent, eligible, best = PEERS[peer](N, P, market), [], 0, 0.0
    for place in range(-50, n):  # the first warm up
        began = time.process_time_ns()
        (count, top), check = ask(max(place, 0))
        took = time.process_time_ns() - began
        check()
        if place >= 0:
            spent.append(took)
            eligible, best = eligible + count, best + top
    print(json.dumps({"p50": at(spent, 50), "p99": at(spent, 99), "eligible": eligible, "best": best}))


if __name__ == "__main__":
    main()

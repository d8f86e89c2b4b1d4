"""Whether two sets meet, for one pair and for whole columns.

The need's side is a set of tokens (a code with all its prefixes, the titles held on the day), the product's side the
set it accepts. In columns each distinct set of tokens becomes one row of booleans over the products, so that the work
per pair is one byte gathered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from matchmaking.domain.matching.catalogue import Need, Product
from matchmaking.domain.matching.engine.columns import Mask, Table

Tokens = frozenset[str]


@dataclass(frozen=True, slots=True)
class Accepted:
    """The products' side: ``free[j]``: product j asks nothing; ``rows[token][j]``: product j names ``token``."""

    free: Mask
    rows: dict[str, Mask]

    def row(self, tokens: Tokens) -> Mask:
        """(m,) which products take a need with ``tokens``."""
        found = self.free.copy()
        for token in tokens:
            named = self.rows.get(token)
            if named is not None:
                found |= named
        return found


@dataclass(frozen=True, slots=True)
class Overlap:
    """``tokens`` of a need on a day against what a product accepts; None accepts everything."""

    tokens: Callable[[Need, date], Tokens]
    accepted: Callable[[Product], Tokens | None]

    def meets(self, need: Need, product: Product, on: date) -> bool:
        """One pair."""
        accepted = self.accepted(product)
        return accepted is None or not accepted.isdisjoint(self.tokens(need, on))

    def index(self, products: Sequence[Product]) -> Accepted:
        """The products' side, once per catalogue."""
        sets = [self.accepted(product) for product in products]
        named: dict[str, list[int]] = {}
        for place, accepted in enumerate(sets):
            for token in accepted or ():
                named.setdefault(token, []).append(place)
        rows = {token: np.zeros(len(sets), np.bool_) for token in named}
        for token, places in named.items():
            rows[token][places] = True
        return Accepted(np.array([accepted is None for accepted in sets], np.bool_), rows)

    def meet(self, needs: Sequence[Need], accepted: Accepted, on: date) -> Table:
        """The needs' side against it."""
        known: dict[Tokens, int] = {}
        keys = [known.setdefault(self.tokens(need, on), len(known)) for need in needs]
        return self.again(Table(np.array(keys, np.intp), np.empty((0, 0), np.bool_), tuple(known)), accepted)

    def again(self, met: Table, accepted: Accepted) -> Table:
        """The same needs against other products."""
        table = np.empty((len(met.values), len(accepted.free)), np.bool_)
        for key, tokens in enumerate(met.values):
            table[key] = accepted.row(tokens)
        return Table(met.keys, table, met.values)

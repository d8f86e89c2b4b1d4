"""产品供给缺口: whom no product on offer serves, which rules are in the way, which single change would serve most."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy.orm import Session

from matchmaking.domain.matching.catalogue import Need as Asked
from matchmaking.domain.matching.codes import industry_chain
from matchmaking.domain.matching.whatif.counting import Asking, Tally
from matchmaking.domain.matching.whatif.one_product import Near, product_gaps, trial
from matchmaking.domain.matching.whatif.relaxing import steps_of
from matchmaking.domain.matching.whatif.whole_catalogue import CatalogueGaps, catalogue_gaps
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.market.matches.open_market import Demand, Standing, Supply, open_demand, open_supply

BY = ("area", "industry", "size", "band")
BANDS = (100, 300, 500, 1_000)
"""Upper ends of the bands of amounts, in 万元; the last band is open."""
WAN = 1_000_000
UNTOLD = ""


@dataclass(frozen=True, slots=True)
class Gaps:
    """The market of the viewer's area against everything on offer."""

    demand: Demand
    supply: Supply
    found: CatalogueGaps
    on: date

    @property
    def unserved(self) -> Sequence[str]:
        """Keys of the needs that no product serves, the largest first."""
        needs = [self.found.needs[place] for place in self.found.unserved.places.tolist()]
        return [need.key for need in sorted(needs, key=lambda one: (-one.amount.minor, one.key))]

    def opened(self, product: str, rule: str, how: str) -> Sequence[str]:
        """Of the needs that no product serves: those that one change of one product would serve, the largest first.
        ``how``: ``away`` takes the rule away, ``step`` takes one step."""
        places = self.found.unserved.places.tolist()
        needs = [self.found.needs[place] for place in places]
        offered, criterion = self.supply.offered[product], next(c for c in self.found.criteria if c.code == rule)
        if how == "step":
            kept = [need.key for need in trial(needs, offered, criterion.stepped(offered), self.on).needs]
        else:
            told = product_gaps(needs, offered, self.on)
            kept = [needs[place].key for place in told.failing_only(rule).tolist()]
        return [key for key in self.unserved if key in set(kept)]


@dataclass(frozen=True, slots=True)
class Group:
    """One part of the market: what is asked in it, and what of that no product serves. ``withheld``: too few firms to
    be shown beyond the office."""

    code: str
    asked: Tally
    nobody: Tally
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Unserved:
    """One need that no product serves, and the product that is nearest to it: one that fails it by one rule, by the
    fewest steps; without any such product ``near`` is None."""

    standing: Standing
    near: Near | None
    product: str
    others: int
    """How many further products fail it by one rule."""


def gaps(session: Session, viewer: Viewer, on: date) -> Gaps:
    """Needs of the viewer's area against the whole city's products; seven SQL statements, however many."""
    demand, supply = open_demand(session, on, area=viewer.jurisdiction), open_supply(session, on)
    found = catalogue_gaps(demand.needs, list(supply.offered.values()), on, firms=demand.firms)
    return Gaps(demand, supply, found, on)


def groups(found: Gaps, by: str) -> list[Group]:
    """The market in parts; those with the most money that no product serves first."""
    part = PARTS[by]
    standing = list(found.demand.standing.values())
    codes = np.array([part(one) for one in standing], dtype=object)
    asking = Asking.of(found.found.needs, found.demand.firms)
    nobody = found.found.served_by == 0
    made = []
    for code in sorted(set(codes.tolist())):
        mine = np.asarray(codes == code, np.bool_)
        made.append(Group(code, asking.tally(mine), asking.tally(mine & nobody)))
    return sorted(made, key=lambda one: (-one.nobody.minor, -one.asked.minor, one.code))


def guarded(parts: Sequence[Group], least: int) -> list[Group]:
    """For eyes beyond the office: groups of fewer than ``least`` firms, or in which fewer than ``least`` are unserved,
    are withheld; where that is just one, the next smallest with it, so that the total less the others does not tell
    it."""
    small = {one.code for one in parts if 0 < one.nobody.firms < least or one.asked.firms < least}
    if len(small) == 1:
        rest = sorted((one for one in parts if one.code not in small), key=lambda one: (one.asked.firms, one.code))
        small |= {one.code for one in rest[:1]}
    return [Group(one.code, one.asked, one.nobody, one.code in small) for one in parts]


def unserved(found: Gaps, keys: Sequence[str]) -> list[Unserved]:
    """The needs of those keys with the product nearest to each."""
    rows, products, criteria = found.found.unserved.failing_one()
    row_of = {found.found.needs[place].key: row for row, place in enumerate(found.found.unserved.places.tolist())}
    return [
        _nearest(found, key, *(part[rows == row_of[key]].tolist() for part in (products, criteria))) for key in keys
    ]


def _nearest(found: Gaps, key: str, products: Sequence[int], criteria: Sequence[int]) -> Unserved:
    standing = found.demand.standing[key]
    misses = [(_near(found, standing.asked, *at), at[0]) for at in zip(products, criteria, strict=True)]
    if not misses:
        return Unserved(standing, None, "", 0)
    near, place = min(misses, key=lambda miss: (_far(miss[0]), miss[1]))
    return Unserved(standing, near, found.found.products[place].key, len(misses) - 1)


def _near(found: Gaps, need: Asked, product: int, criterion: int) -> Near:
    rule = found.found.criteria[criterion]
    verdict = rule.verdict(need, found.found.products[product], found.on)
    return Near(need, verdict, steps_of(rule, verdict))


def _far(near: Near) -> int:
    return 2**40 if near.steps is None else near.steps


def _band(standing: Standing) -> str:
    minor = standing.asked.amount.minor
    return str(next((place for place, top in enumerate(BANDS) if minor < top * WAN), len(BANDS)))


def _letter(standing: Standing) -> str:
    return next((code for code in industry_chain(standing.asked.industry) if code.isalpha()), UNTOLD)


PARTS: Mapping[str, Callable[[Standing], str]] = {
    "area": lambda one: one.asked.area or UNTOLD,
    "industry": _letter,
    "size": lambda one: one.asked.size_class or UNTOLD,
    "band": _band,
}
"""How the market is cut: a need → the code of its part."""

"""Support schemes as dated rules: who qualifies, by the very criteria of products, and what a scheme is worth (E07)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from matchmaking.domain.matching.catalogue import MILLION, Need, Product, Rules
from matchmaking.domain.matching.costs import YEAR, Cost
from matchmaking.domain.matching.criteria import CRITERIA, FIELDS, Criterion
from matchmaking.domain.matching.rules import parse_rules
from matchmaking.domain.matching.verdicts import UNKNOWN, Verdict
from matchmaking.domain.money import Money

INTEREST, GUARANTEE_FEE, REWARD = KINDS = ("interest", "guarantee_fee", "reward")
"""贴息 · 担保费补助 · 奖励."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """One scheme. ``rules``: who may have it, by the names of ``criteria.FIELDS``.

    ``share_ppm``: of the principal a year (interest), or of the guarantee fee; ``flat_minor``: a reward; ``cap_minor``:
    most for one loan; ``most_months``: of a loan that count. ``demo``: invented, see ``document``.
    """

    code: str
    kind: str
    since: date
    until: date
    document: str
    verified: bool
    rules: Rules = field(hash=False)
    share_ppm: int = 0
    flat_minor: int = 0
    cap_minor: int = 0
    most_months: int = YEAR
    demo: bool = True

    def holds(self, on: date) -> bool:
        """Whether it is open on ``on``."""
        return self.since <= on <= self.until


@dataclass(frozen=True, slots=True)
class Standing:
    """A firm's need before a scheme: what it asks for, and whether all of that passes."""

    scheme: Scheme
    verdicts: tuple[Verdict, ...]

    @property
    def failing(self) -> tuple[Verdict, ...]:
        """What does not pass, unknown facts included."""
        return tuple(verdict for verdict in self.verdicts if not verdict.passed)

    @property
    def qualifies(self) -> bool:
        """Whether the firm may have it."""
        return not self.failing

    @property
    def open_question(self) -> bool:
        """Whether only facts are missing: filling them in may open it."""
        return bool(self.failing) and all(verdict.state == UNKNOWN for verdict in self.failing)


@dataclass(frozen=True, slots=True)
class Worth:
    """A scheme, and what it saves on one loan over its term."""

    scheme: Scheme
    amount: Money


def standing(scheme: Scheme, need: Need, on: date) -> Standing:
    """The criteria's own verdicts on what the scheme asks."""
    door, asked = _door(scheme, need.amount.currency)
    return Standing(scheme, tuple(criterion.verdict(need, door, on) for criterion in asked))


@lru_cache(maxsize=256)
def _door(scheme: Scheme, currency: str) -> tuple[Product, tuple[Criterion, ...]]:
    """A scheme as a product asks, and the criteria by which it asks anything."""
    door = Product(key=scheme.code, lender="", lowest_rate_ppm=0, currency=currency, rules=scheme.rules)
    asked = (criterion for criterion in CRITERIA if criterion.fields)
    return door, tuple(criterion for criterion in asked if criterion.decides(door) not in (None, (None, None)))


def standings(schemes: Sequence[Scheme], need: Need, on: date) -> tuple[Standing, ...]:
    """Every scheme open on the day."""
    return tuple(standing(scheme, need, on) for scheme in schemes if scheme.holds(on))


def worth(scheme: Scheme, cost: Cost) -> Money:
    """What it saves on this loan, rounded down to the minor unit: never more than was charged, never above its cap."""
    charged, months = _charged(scheme, cost), min(cost.months, scheme.most_months)
    if scheme.kind == INTEREST:
        saved = min(cost.amount.minor * scheme.share_ppm * months // (MILLION * YEAR), charged)
    elif scheme.kind == GUARANTEE_FEE:
        saved = charged * scheme.share_ppm // MILLION
    else:
        saved = scheme.flat_minor
    return Money(min(saved, scheme.cap_minor) if scheme.cap_minor else saved, cost.amount.currency)


def _charged(scheme: Scheme, cost: Cost) -> int:
    if scheme.kind == INTEREST:
        return cost.interest.minor
    return sum(paid.minor for fee, paid in cost.fees if fee.kind == "guarantee")


def worths(held: Sequence[Standing], cost: Cost) -> tuple[Worth, ...]:
    """The schemes the firm may have that save something on this loan, the most first."""
    found = [Worth(each.scheme, worth(each.scheme, cost)) for each in held if each.qualifies]
    return tuple(
        sorted((one for one in found if one.amount.minor), key=lambda one: (-one.amount.minor, one.scheme.code))
    )


def parse_schemes(text: str) -> tuple[Scheme, ...]:
    """Schemes from TOML. ``ValueError`` for a kind unknown, days that cross or a code that stands twice."""
    found = tuple(_scheme(entry) for entry in tomllib.loads(text)["schemes"])
    if len({scheme.code for scheme in found}) != len(found):
        raise ValueError("a scheme stands twice")
    return found


def _scheme(entry: Mapping[str, Any]) -> Scheme:
    made = Scheme(**{**entry, "rules": parse_rules(entry["rules"], FIELDS)})
    if made.kind not in KINDS or made.since > made.until or not 0 <= made.share_ppm <= MILLION:
        raise ValueError(f"scheme {made.code}: its kind, days or share are wrong")
    return made

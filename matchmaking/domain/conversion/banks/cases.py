"""What the comparison of banks reads: one contract whose day has come, and what kind of contract it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

FACTORS = ("size", "sector", "first_loan", "guarantee", "term")
"""What makes one contract harder to pay out than another, whichever bank it is with."""
UNTOLD = "unknown"
"""Level of a factor that no record tells. It is a level of its own and never a guess."""
WHOLE = 1_000_000

Kind = tuple[str, ...]
"""One level for each of :data:`FACTORS`."""


@dataclass(frozen=True, slots=True)
class Case:
    """A contract of ``bank`` that is due; ``paid_ppm``: verified money as parts per million of what was signed."""

    key: str
    bank: str
    paid_ppm: int
    kind: Kind

    def __post_init__(self) -> None:
        if not 0 <= self.paid_ppm <= WHOLE or len(self.kind) != len(FACTORS):
            raise ValueError(self)


@dataclass(frozen=True, slots=True)
class Rules:
    """Dated numbers. ``fewest``: cases under which nothing is said; ``ridge``: cases by which a level's effect is held
    back; ``least``/``most``: bounds of the prior's weight, in cases.
    """

    fewest: int
    ridge: int
    least: int
    most: int

    @classmethod
    def read(cls, number: Callable[[str], int]) -> Rules:
        """From the rulebook; ``number`` answers a parameter by its name."""
        names = ("bank_fewest_cases", "bank_mix_ridge_cases", "bank_prior_least_cases", "bank_prior_most_cases")
        return cls(*(number(name) for name in names))


@dataclass(frozen=True, slots=True)
class Tally:
    """Cases of one kind: how many, and the sum of their ``paid_ppm``. Whole numbers, so that no order matters."""

    count: int = 0
    paid: int = 0


def tallied(cases: Iterable[Case]) -> dict[Kind, Tally]:
    """Kind → its tally, kinds in their own order."""
    found: dict[Kind, Tally] = {}
    for case in cases:
        held = found.get(case.kind, Tally())
        found[case.kind] = Tally(held.count + 1, held.paid + case.paid_ppm)
    return dict(sorted(found.items()))


def without(all_of_them: Mapping[Kind, Tally], own: Mapping[Kind, Tally]) -> dict[Kind, Tally]:
    """What is left when one bank's own cases are taken out: what the others do."""
    left = {
        kind: Tally(held.count - own.get(kind, Tally()).count, held.paid - own.get(kind, Tally()).paid)
        for kind, held in all_of_them.items()
    }
    return {kind: held for kind, held in left.items() if held.count}

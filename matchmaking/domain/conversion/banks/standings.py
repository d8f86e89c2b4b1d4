"""Every bank beside what other banks do with contracts like its own: no rank, three bands, nothing on few cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matchmaking.domain.conversion.banks.cases import WHOLE, Case, Kind, Rules, Tally, tallied, without
from matchmaking.domain.conversion.banks.mix import Mix, fitted
from matchmaking.domain.conversion.banks.shrinkage import Seen, belief, prior_of, scatter

ABOVE, LEVEL, BELOW = BANDS = ("above", "level", "below")
"""高于预期 and 低于预期: the 95 % interval leaves what was expected on one side; 相当: it does not."""
FEW, ALONE = "few", "alone"
"""Why nothing is said: too few cases of its own, or too few of others to expect anything from."""
QUANTILES = (0.025, 0.1, 0.9, 0.975)


@dataclass(frozen=True, slots=True)
class CaseExpected:
    """One case and why so much was expected of it; ``shifts``: see :meth:`Mix.shifts`. Parts per million."""

    case: Case
    expected_ppm: int
    shifts_ppm: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Estimate:
    """Parts per million of a whole. ``low80`` … ``high95`` bound the shrunk ``share``; ``prior_cases`` of the whole
    table, in thousandths of a case.
    """

    observed: int
    expected: int
    share: int
    low95: int
    low80: int
    high80: int
    high95: int
    prior_cases: int

    @property
    def band(self) -> str:
        """Of :data:`BANDS`: whether the interval of share ÷ expected leaves one."""
        if self.low95 > self.expected:
            return ABOVE
        return BELOW if self.high95 < self.expected else LEVEL


@dataclass(frozen=True, slots=True)
class Standing:
    """One bank. ``estimate`` is None with ``why`` (:data:`FEW`, :data:`ALONE`) where nothing is said of it."""

    bank: str
    cases: int
    estimate: Estimate | None
    why: str
    workings: Sequence[CaseExpected]


def standings(cases: Iterable[Case], rules: Rules) -> dict[str, Standing]:
    """Bank → its standing. What is expected of a bank is learned from the others' cases alone.

    Depends on nothing but which cases each bank has: not on names, not on order.
    """
    held: dict[str, list[Case]] = defaultdict(list)
    for case in sorted(cases, key=lambda one: (one.kind, one.paid_ppm, one.key)):
        held[case.bank].append(case)
    own = {bank: tallied(some) for bank, some in held.items()}
    everybody = _together(own.values())
    told: dict[str, tuple[Mix, Seen]] = {}
    for bank, some in held.items():
        others = without(everybody, own[bank])
        if len(some) >= rules.fewest and sum(one.count for one in others.values()) >= rules.fewest:
            model = fitted(others, rules.ridge)
            told[bank] = model, _seen(model, some)
    estimates = _estimates({bank: seen for bank, (_, seen) in told.items()}, rules)
    return {
        bank: Standing(
            bank, len(some), estimates.get(bank), "" if bank in told else FEW if len(some) < rules.fewest else ALONE,
            _workings(told[bank][0], some) if bank in told else (),
        )
        for bank, some in sorted(held.items())
    }  # fmt: skip


def _together(parts: Iterable[Mapping[Kind, Tally]]) -> dict[Kind, Tally]:
    found: dict[Kind, Tally] = {}
    for part in parts:
        for kind, more in part.items():
            so_far = found.get(kind, Tally())
            found[kind] = Tally(so_far.count + more.count, so_far.paid + more.paid)
    return dict(sorted(found.items()))


def _seen(model: Mix, cases: Sequence[Case]) -> Seen:
    paid = np.array([case.paid_ppm for case in cases], dtype=np.float64) / WHOLE
    return Seen(paid, np.array([model.expected(case.kind) for case in cases], dtype=np.float64))


def _estimates(seen: Mapping[str, Seen], rules: Rules) -> dict[str, Estimate]:
    within = scatter(list(seen.values()))
    prior = prior_of(list(seen.values()), within, rules.least, rules.most)
    found = {}
    for bank, one in seen.items():
        believed = belief(one, within, prior)
        low95, low80, high80, high95 = (_ppm(each) for each in believed.quantiles(*QUANTILES))
        found[bank] = Estimate(
            _ppm(one.observed), _ppm(one.awaited), _ppm(believed.mean), low95, low80, high80, high95,
            round(prior.cases * 1000),
        )  # fmt: skip
    return found


def _workings(model: Mix, cases: Sequence[Case]) -> list[CaseExpected]:
    return [
        CaseExpected(case, _ppm(model.expected(case.kind)), tuple(_ppm(each) for each in model.shifts(case.kind)))
        for case in cases
    ]


def _ppm(share: float) -> int:
    return round(share * WHOLE)

"""How well the detectors do on a planted portfolio: found, missed, false alarms, and what they said of the twins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import chain
from random import Random
from typing import Any

from matchmaking.delivery.flags.planting.chance import CHANCE, honest_bank
from matchmaking.delivery.flags.planting.exact import EXACT
from matchmaking.delivery.flags.planting.plots import APART, AS_OF, Plot
from matchmaking.domain.conversion.detectors import DETECTORS, Flag, Scene, Sidelights, Thresholds, detect
from matchmaking.domain.conversion.facts import Portfolio
from matchmaking.domain.conversion.parameters import ConversionParameters
from matchmaking.domain.money import per_million
from matchmaking.rulebook import number

EACH = 10
"""Plants of one variant, and as many twins; a twin is drawn from the same numbers as its plant."""
HONEST = 6
Builder = Callable[[Plot, bool], None]


@dataclass(frozen=True, slots=True)
class Score:
    """One detector on one portfolio. ``false_alarms``: flags on cases where nothing of its kind was planted, twins
    included. Rates are ppm, None where there is nothing to divide by.
    """

    code: str
    exact: bool
    planted: int
    found: int
    false_alarms: int
    twins: int
    twin_fires: int

    @property
    def recall(self) -> int | None:
        """Found of planted."""
        return per_million(self.found, self.planted) if self.planted else None

    @property
    def precision(self) -> int | None:
        """Found of everything it raised."""
        raised = self.found + self.false_alarms
        return per_million(self.found, raised) if raised else None

    def as_json(self) -> dict[str, Any]:
        """Plain values with the two rates."""
        return asdict(self) | {"recall_ppm": self.recall, "precision_ppm": self.precision}


@dataclass(frozen=True, slots=True)
class Planted:
    """The portfolio, what stands beside it, and the label of every case: name → (detector, guilty)."""

    portfolio: Portfolio
    sidelights: Sidelights
    labels: dict[str, tuple[str, bool]]


def plant(seed: int) -> Planted:
    """A portfolio from a seed: the same seed, the same facts."""
    plots: list[Plot] = []
    labels: dict[str, tuple[str, bool]] = {}
    for code, name, build, guilty, luck in _beds(seed):
        plot = Plot(name, Random(luck))  # noqa: S311  invented cases, no secret
        build(plot, guilty)
        plots.append(plot)
        labels[name] = (code, guilty)
    return Planted(
        Portfolio("planted", tuple(chain.from_iterable(plot.facts for plot in plots))),
        Sidelights(
            {firm: sales for plot in plots for firm, sales in plot.sales.items()},
            {firm: person for plot in plots for firm, person in plot.persons.items()},
            tuple(chain.from_iterable(plot.deposits for plot in plots)),
        ),
        labels,
    )


def _beds(seed: int) -> Iterator[tuple[str, str, Builder, bool, str]]:
    """(detector, name, builder, guilty, seed of its numbers) of every case; a twin shares its plant's numbers."""
    for code, builders in (EXACT | CHANCE).items():
        for build in builders:
            for place in range(EACH):
                for guilty in (True, False):
                    name = f"{build.__name__}-{place}-{'p' if guilty else 't'}"
                    yield code, name, build, guilty, f"{seed}:{build.__name__}:{place}"
    for place in range(HONEST):
        yield "", f"honest-{place}", honest_bank, False, f"{seed}:honest:{place}"


def look(planted: Planted) -> tuple[Flag, ...]:
    """What the detectors see, with the rulebook's numbers of the day."""
    scene = Scene.open(
        planted.portfolio, as_of=AS_OF, known_at=AS_OF,
        parameters=ConversionParameters.read(lambda name: number(name, AS_OF)),
        thresholds=Thresholds.read(lambda name: number(name, AS_OF)), sidelights=planted.sidelights,
    )  # fmt: skip
    return detect(scene)


def score(seed: int) -> tuple[Score, ...]:
    """Every detector on the portfolio of ``seed``, D1 to D12."""
    planted = plant(seed)
    raised = {(flag.code, flag.lender.split(APART)[0]) for flag in look(planted)}
    return tuple(_of(detector.code, detector.exact, planted.labels, raised) for detector in DETECTORS)


def _of(code: str, exact: bool, labels: dict[str, tuple[str, bool]], raised: set[tuple[str, str]]) -> Score:
    plants = {name for name, label in labels.items() if label == (code, True)}
    twins = {name for name, label in labels.items() if label == (code, False)}
    fired = {name for flag, name in raised if flag == code}
    return Score(code, exact, len(plants), len(fired & plants), len(fired - plants), len(twins), len(fired & twins))

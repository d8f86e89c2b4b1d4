"""The estimators against lifelines, which only benchmarks depend on."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest

from matchmaking.domain.conversion.survival import Outcome, Spell, aalen_johansen, compare, kaplan_meier
from matchmaking.domain.conversion.survival.columns import columns_of

lifelines = pytest.importorskip("lifelines", reason="lifelines is a dependency of benchmarks only: make bench")


def test_curves_medians_and_restricted_means_are_lifelines() -> None:
    from lifelines.utils import restricted_mean_survival_time

    chance = random.Random(6)
    told = [Spell(chance.randint(1, 200), chance.random() < 0.6) for _ in range(400)]
    days, happened = [one.days for one in told], [one.happened for one in told]
    peer = lifelines.KaplanMeierFitter().fit(days, happened)
    curve = kaplan_meier(told)
    for step in curve.steps:
        assert float(step.survival) == pytest.approx(peer.predict(step.days), abs=1e-9)
        bounds = step.interval()
        told_bounds = peer.confidence_interval_.loc[step.days].tolist()
        assert bounds is None or [float(bound) for bound in bounds] == pytest.approx(told_bounds, abs=1e-4)
    assert curve.median() == pytest.approx(peer.median_survival_time_, abs=1)
    mean = curve.restricted_mean(150)
    assert float(mean.days) == pytest.approx(restricted_mean_survival_time(peer, t=150), abs=1e-4)


def test_shares_of_competing_outcomes_are_lifelines() -> None:
    """On days that nobody shares: lifelines breaks ties by chance."""
    chance = random.Random(7)
    days = chance.sample(range(1, 4000), 300)
    told = [Outcome(day, chance.choice((None, "paid", "ended"))) for day in days]
    kinds = [(None, "paid", "ended").index(one.cause) for one in told]
    found = aalen_johansen(told)
    for kind, cause in ((1, "paid"), (2, "ended")):
        peer = lifelines.AalenJohansenFitter(calculate_variance=True).fit(days, kinds, event_of_interest=kind)
        for day, share in peer.cumulative_density_.iloc[:, 0].items():
            assert float(found.share(cause, int(day))) == pytest.approx(share, abs=1e-9)
        # on the last day of all lifelines divides by nothing
        for day, variance in list(peer.variance_.items())[1:-1]:
            assert float(found.variance(cause, int(day))) == pytest.approx(variance, rel=1e-9)


def test_differences_between_three_groups_are_lifelines() -> None:
    from lifelines.statistics import multivariate_logrank_test

    chance = random.Random(8)
    groups = [[Spell(chance.randint(1, 60 + 30 * each), chance.random() < 0.7) for _ in range(90)] for each in range(3)]
    flat = [(spell.days, number, spell.happened) for number, group in enumerate(groups) for spell in group]
    days, names, happened = zip(*flat, strict=True)
    peer, found = multivariate_logrank_test(days, names, happened), compare(groups)
    assert found is not None and found.freedom == 2
    assert float(found.chi_square) == pytest.approx(peer.test_statistic, rel=1e-9)
    assert float(round(found.p, 12)) == pytest.approx(peer.p_value, rel=1e-4)
    assert found.chi_square > Decimal(0)


def test_columns_are_lifelines_for_every_group() -> None:
    import numpy as np

    chance = np.random.default_rng(9)
    group, days, happened = chance.integers(0, 30, 20_000), chance.integers(0, 400, 20_000), chance.random(20_000) < 0.5
    found = columns_of(group, days, happened, groups=30)
    for number in range(30):
        mine = group == number
        peer = lifelines.KaplanMeierFitter().fit(days[mine], happened[mine])
        told = peer.survival_function_at_times(range(400)).to_numpy()
        assert found.waiting[number] == pytest.approx(told, abs=1e-9)

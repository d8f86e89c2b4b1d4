"""Banks beside what others do: order and names change nothing, shrinkage has its two limits, intervals cover."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.conversion.banks import shrinkage
from matchmaking.domain.conversion.banks.cases import FACTORS, WHOLE, Case, Rules, tallied
from matchmaking.domain.conversion.banks.mix import fitted
from matchmaking.domain.conversion.banks.shrinkage import Belief, Prior, Seen, belief, prior_of, scatter
from matchmaking.domain.conversion.banks.standings import ABOVE, ALONE, BELOW, FEW, Standing, standings
from tests.properties import examples

RULES = Rules(fewest=5, ridge=2, least=2, most=100)
KINDS = st.tuples(*[st.sampled_from(["a", "b", "unknown"]) for _ in FACTORS])
CASES = st.lists(st.tuples(st.sampled_from("甲乙丙丁"), st.integers(0, WHOLE), KINDS), min_size=1, max_size=60)


def cases_of(drawn: Sequence[tuple[str, int, tuple[str, ...]]]) -> list[Case]:
    return [Case(f"k{at}", bank, paid, kind) for at, (bank, paid, kind) in enumerate(drawn)]


def many(bank: str, count: int, paid: int, kind: str = "a") -> list[Case]:
    """``paid`` of ``count`` cases paid in full, the others not at all."""
    return [
        Case(f"{bank}{at}", bank, WHOLE if at < paid else 0, (kind,) * len(FACTORS)) for at in range(count)
    ]  # fmt: skip


@examples(30)
@given(CASES, st.randoms(use_true_random=False))
def test_neither_order_nor_names_of_banks_change_a_figure(drawn: list[Any], chance: Any) -> None:
    given_order = cases_of(drawn)
    shuffled = list(given_order)
    chance.shuffle(shuffled)
    renamed = dict(zip("甲乙丙丁", "丁丙乙甲", strict=True))
    first = standings(given_order, RULES)
    again = standings([Case(c.key, renamed[c.bank], c.paid_ppm, c.kind) for c in shuffled], RULES)
    assert {bank: (one.cases, one.why, one.estimate) for bank, one in first.items()} == {
        renamed[bank]: (one.cases, one.why, one.estimate) for bank, one in again.items()
    }


@examples(30)
@given(CASES)
def test_intervals_nest_and_hold_the_estimate_and_few_cases_say_nothing(drawn: list[Any]) -> None:
    for one in standings(cases_of(drawn), RULES).values():
        if one.cases < RULES.fewest:
            assert (one.estimate, one.why, list(one.workings)) == (None, FEW, [])
        if one.estimate is not None:
            it = one.estimate
            assert 0 <= it.low95 <= it.low80 <= it.share <= it.high80 <= it.high95 <= WHOLE
            assert min(it.expected, it.observed) - 1 <= it.share <= max(it.expected, it.observed) + 1
            assert len(one.workings) == one.cases


def test_a_bank_is_expected_to_do_as_the_others_not_as_itself() -> None:
    told = standings(many("大", 90, 0) + many("小", 10, 10), RULES)
    big, small = told["大"].estimate, told["小"].estimate
    assert big is not None
    assert small is not None
    assert big.expected > WHOLE * 9 // 10
    assert small.expected < WHOLE // 10
    assert (big.band, small.band) == (BELOW, ABOVE)


def test_a_hard_mix_is_expected_less_of() -> None:
    easy, hard = many("甲", 30, 27, "easy") + many("乙", 10, 9, "easy"), many("甲", 30, 6, "hard")
    told = standings(easy + hard + many("丙", 20, 4, "hard"), RULES)
    assert told["丙"].estimate is not None
    assert told["乙"].estimate is not None
    assert told["丙"].estimate.expected < WHOLE // 3
    assert told["乙"].estimate.expected > WHOLE * 3 // 5
    assert told["丙"].estimate.band == "level"
    worked = told["丙"].workings[0]
    assert all(shift < 0 for shift in worked.shifts_ppm)


def test_one_bank_alone_has_nobody_beside_it() -> None:
    one = standings(many("甲", 20, 10), RULES)["甲"]
    assert (one.estimate, one.why) == (None, ALONE)


def test_no_cases_leave_what_was_expected_and_many_what_was_seen() -> None:
    def shrunk(count: int) -> float:
        seen = Seen(np.full(count, 0.8), np.full(count, 0.3))
        return belief(seen, 1.0, Prior(np.array([20.0]), np.array([1.0]))).mean

    assert shrunk(1) == pytest.approx(0.3 + 0.5 / 21)
    assert shrunk(100_000) == pytest.approx(0.8, abs=2e-4)
    assert [shrunk(n) for n in (1, 10, 100, 1000)] == sorted(shrunk(n) for n in (1, 10, 100, 1000))


@pytest.mark.parametrize(("more", "less"), [(0.1, 4.0), (0.6, 0.7), (3.0, 9.0), (80.0, 20.0), (40_000.0, 9.0)])
def test_quantiles_are_those_of_the_beta_distribution(more: float, less: float) -> None:
    from scipy.stats import beta

    levels = (0.025, 0.1, 0.5, 0.9, 0.975)
    assert Belief(np.array([more]), np.array([less]), np.array([1.0])).quantiles(*levels) == pytest.approx(
        tuple(beta.ppf(levels, more, less)), abs=1e-4
    )


def test_the_mix_stands_where_its_likelihood_is_flat() -> None:
    drawn = np.random.default_rng(6)
    kinds = [tuple(drawn.choice(["a", "b", "c"], len(FACTORS))) for _ in range(300)]
    cases = [Case(str(at), "甲", int(drawn.integers(0, WHOLE + 1)), kind) for at, kind in enumerate(kinds)]
    model = fitted(tallied(cases), 2)
    for level, effect in model.effects.items():
        gap = sum(
            c.paid_ppm / WHOLE - model.expected(c.kind) for c in cases if level in zip(FACTORS, c.kind, strict=True)
        )
        assert gap == pytest.approx(2 * effect, abs=1e-6)


def drawn_banks(chance: np.random.Generator, prior: float | None) -> tuple[list[Case], dict[str, float]]:
    """Twelve banks of 5 to 40 contracts of two kinds; a bank's true share is drawn around that of its kinds."""
    cases, true = [], {}
    for at in range(12):
        bank, count = f"b{at}", int(chance.integers(5, 41))
        hard = chance.random(count) < chance.random()
        base = np.where(hard, 0.35, 0.65)
        mean = float(base.mean())
        share = mean if prior is None else float(chance.beta(prior * mean, prior * (1 - mean)))
        paid = chance.random(count) < np.clip(base + share - mean, 0, 1)
        true[bank] = float(np.clip(base + share - mean, 0, 1).mean())
        cases += [
            Case(f"{bank}-{n}", bank, WHOLE * int(paid[n]), ("hard" if hard[n] else "easy",) + ("x",) * 4)
            for n in range(count)
        ]  # fmt: skip
    return cases, true


def covered(told: dict[str, Standing], true: dict[str, float], wide: bool) -> list[bool]:
    found = []
    for bank, one in told.items():
        assert one.estimate is not None
        low, high = (one.estimate.low95, one.estimate.high95) if wide else (one.estimate.low80, one.estimate.high80)
        found.append(low <= true[bank] * WHOLE <= high)
    return found


@pytest.fixture
def coarser(monkeypatch: pytest.MonkeyPatch) -> None:
    """A curve of an eighth of its points: over hundreds of banks it says the same, in an eighth of the time."""
    monkeypatch.setattr(shrinkage, "POINTS", 1_001)


@pytest.mark.usefixtures("coarser")
def test_intervals_cover_as_often_as_they_say() -> None:
    """Seed 20260930, sixty tables of twelve banks, prior of 15 cases: both within three points."""
    chance = np.random.default_rng(20260930)
    wide, narrow = [], []
    for _ in range(60):
        cases, true = drawn_banks(chance, 15.0)
        told = standings(cases, RULES)
        wide += covered(told, true, True)
        narrow += covered(told, true, False)

    assert 0.93 <= np.mean(wide) <= 0.985
    assert 0.77 <= np.mean(narrow) <= 0.88


@pytest.mark.usefixtures("coarser")
def test_banks_that_are_all_alike_are_seldom_called_different() -> None:
    chance = np.random.default_rng(20261130)
    called = []
    for _ in range(60):
        told = standings(drawn_banks(chance, None)[0], RULES)
        called += [one.estimate is not None and one.estimate.band != "level" for one in told.values()]

    assert np.mean(called) < 0.04


def test_the_prior_weighs_more_the_more_alike_banks_are() -> None:
    apart = [Seen(np.array([0.0] * (40 - n) + [1.0] * n), np.full(40, 0.5)) for n in (2, 10, 30, 38)]
    alike = [Seen(np.array([0.0] * (40 - n) + [1.0] * n), np.full(40, 0.5)) for n in (19, 20, 20, 21)]
    assert prior_of(alike, scatter(alike), 2, 100).cases > 20
    assert 2 <= prior_of(apart, scatter(apart), 2, 100).cases < 5

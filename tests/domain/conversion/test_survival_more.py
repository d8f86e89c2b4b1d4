"""Competing outcomes, restricted means, many groups and columns: by hand, and as properties of any spells at all."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.conversion.survival import Outcome, Spell, aalen_johansen, compare, kaplan_meier, log_rank
from matchmaking.domain.conversion.survival.columns import columns_of
from matchmaking.domain.conversion.survival.comparing import upper_tail
from matchmaking.domain.conversion.survival.competing import ALL
from matchmaking.domain.conversion.survival.curves import decimal

CAUSES = ("paid", "ended", "lapsed")
outcomes = st.lists(
    st.builds(Outcome, st.integers(0, 30), st.sampled_from((None, *CAUSES))), min_size=1, max_size=40
)  # fmt: skip
spells = st.lists(st.builds(Spell, st.integers(0, 30), st.booleans()), min_size=1, max_size=30)
FIVE = [Outcome(1, "paid"), Outcome(2, "ended"), Outcome(2, None), Outcome(3, "paid"), Outcome(4, None)]


def test_competing_outcomes_worked_by_hand() -> None:
    """1/5 paid on day 1; 4/5 · 1/4 ended on day 2; 3/5 · 1/2 paid on day 3, so 1/2 in all, where 1 − KM says 3/5."""
    found = aalen_johansen(FIVE)
    assert [found.share("paid", day) for day in (0, 1, 2, 3, 9)] == [0, *[Fraction(1, 5)] * 2, *[Fraction(1, 2)] * 2]
    assert [found.share("ended", day) for day in (1, 2)] == [0, Fraction(1, 5)]
    assert (found.waiting(3), found.median("paid"), found.last) == (Fraction(3, 10), 3, 4)
    naive = kaplan_meier(Spell(one.days, one.cause == "paid") for one in FIVE)
    assert 1 - naive.at(3) == Fraction(3, 5)


def test_the_variance_of_a_share_worked_by_hand() -> None:
    """Of two, one ends on day 1 and one is paid on day 2: F = 1/2 with the binomial's 1/2 · 1/2 ÷ 2."""
    assert aalen_johansen([Outcome(1, "ended"), Outcome(2, "paid")]).variance("paid", 2) == Decimal("0.125")


def test_a_restricted_mean_worked_by_hand() -> None:
    """Days 2 and 6 of two, up to 4: 2 + 2/2 = 3, with variance (2/2)² · 1/(2 · 1) = 1/2."""
    mean = kaplan_meier([Spell(2, True), Spell(6, True)]).restricted_mean(4)
    assert (mean.days, mean.variance, mean.until) == (3, Fraction(1, 2), 4)
    assert kaplan_meier([Spell(5, False)]).restricted_mean(3).days == 3


@given(outcomes)
def test_shares_and_those_waiting_add_up_to_one_exactly_and_never_fall(told: list[Outcome]) -> None:
    found = aalen_johansen(told)
    before = dict.fromkeys(found.causes, Fraction(0))
    for day in range(32):
        shares = {cause: found.share(cause, day) for cause in found.causes}
        assert found.waiting(day) + sum(shares.values()) == 1
        assert all(shares[cause] >= before[cause] for cause in shares)
        before = shares


@given(outcomes)
def test_the_waiting_are_kaplan_meiers_and_one_minus_it_never_understates(told: list[Outcome]) -> None:
    found = aalen_johansen(told)
    whole = kaplan_meier(Spell(one.days, one.cause is not None) for one in told)
    for day in range(32):
        assert found.waiting(day) == whole.at(day)
        for cause in found.causes:
            alone = kaplan_meier(Spell(one.days, one.cause == cause) for one in told)
            assert 1 - alone.at(day) >= found.share(cause, day)


@given(spells)
def test_with_one_outcome_both_estimators_are_one(told: list[Spell]) -> None:
    found = aalen_johansen(Outcome(one.days, "paid" if one.happened else None) for one in told)
    curve = kaplan_meier(told)
    for step in curve.steps:
        assert found.share("paid", step.days) == 1 - step.survival
        if step.greenwood is not None:
            variance = decimal(step.survival * step.survival * step.greenwood)
            assert abs(found.variance("paid", step.days) - variance) < Decimal("1e-20")
            assert abs(found.variance(ALL, step.days) - variance) < Decimal("1e-20")


@given(outcomes, st.randoms())
def test_the_order_of_arrival_changes_nothing(told: list[Outcome], chance: object) -> None:
    other = list(told)
    chance.shuffle(other)  # type: ignore[attr-defined]
    assert aalen_johansen(other) == aalen_johansen(told)


@given(outcomes, st.integers(0, 30))
def test_who_is_cut_off_after_a_day_changes_nothing_before_it(told: list[Outcome], day: int) -> None:
    """Looking on a later day adds to a curve and never rewrites it."""
    cut = [one if one.days <= day else Outcome(day + 1, None) for one in told]
    early, late = aalen_johansen(cut), aalen_johansen(told)
    for cause in CAUSES:
        assert early.share(cause, day) == late.share(cause, day)


@given(outcomes)
def test_a_share_lies_within_its_interval_and_its_variance_is_none_below_zero(told: list[Outcome]) -> None:
    found = aalen_johansen(told)
    for cause in found.causes:
        for day in (5, 15, 30):
            assert found.variance(cause, day) > Decimal("-1e-24")
            bounds = found.interval(cause, day)
            if bounds is not None:
                share = decimal(found.share(cause, day))
                assert bounds[0] - Decimal("1e-20") <= share <= bounds[1] + Decimal("1e-20")


@given(spells, st.integers(1, 40))
def test_a_restricted_mean_without_censoring_is_the_mean_of_the_shorter(told: list[Spell], until: int) -> None:
    days = [one.days for one in told]
    mean = kaplan_meier(Spell(day, True) for day in days).restricted_mean(until)
    assert mean.days == Fraction(sum(min(day, until) for day in days), len(days))


@given(spells, spells)
def test_two_groups_of_many_are_the_exact_two(one: list[Spell], other: list[Spell]) -> None:
    exact, found = log_rank(one, other), compare([one, other])
    assert (exact is None) == (found is None)
    if exact is not None and found is not None:
        assert found.freedom == 1
        assert abs(found.chi_square - decimal(exact)) < Decimal("1e-20")


@given(spells, spells, spells)
def test_many_groups_do_not_depend_on_their_order_and_a_doubled_stratum_doubles(
    a: list[Spell], b: list[Spell], c: list[Spell]
) -> None:
    first, second = compare([a, b, c]), compare([c, a, b])
    assert (first is None) == (second is None)
    if first is not None and second is not None:
        assert first.freedom == second.freedom
        assert abs(first.chi_square - second.chi_square) < Decimal("1e-12")
        twice = compare([a, b, c], [a, b, c])
        assert twice is not None and abs(twice.chi_square - 2 * first.chi_square) < Decimal("1e-12")


@pytest.mark.parametrize(
    ("chi_square", "freedom", "tail"),
    # the tables' five per cent points, and 1 % of one degree
    [("3.841459", 1, "0.05"), ("5.991465", 2, "0.05"), ("9.487729", 4, "0.05"), ("6.634897", 1, "0.01"), ("0", 3, "1")],
)
def test_tails_are_those_of_the_tables(chi_square: str, freedom: int, tail: str) -> None:
    assert round(upper_tail(Decimal(chi_square), freedom), 6) == Decimal(tail)
    assert upper_tail(Decimal(5000), freedom) == 0


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30), st.integers(0, 3)), min_size=1, max_size=80))
def test_columns_say_what_the_exact_curves_say(told: list[tuple[int, int, int]]) -> None:
    group, days, cause = (np.array(column) for column in zip(*told, strict=True))
    found = columns_of(group, days, cause, groups=4, causes=3)
    for number in range(4):
        own = [Outcome(day, (None, *CAUSES)[kind]) for of, day, kind in told if of == number]
        exact = aalen_johansen(own)
        for day in range(int(days.max()) + 1):
            assert found.waiting[number, day] == pytest.approx(float(exact.waiting(day)), abs=1e-12)
            for kind, name in enumerate(CAUSES):
                assert found.shares[number, kind, day] == pytest.approx(float(exact.share(name, day)), abs=1e-12)
            assert found.at_risk[number, day] == sum(one.days >= day for one in own)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 30), st.booleans()), min_size=1, max_size=60))
def test_columns_give_the_exact_medians_means_and_greenwood(told: list[tuple[int, int, bool]]) -> None:
    group, days, happened = (np.array(column) for column in zip(*told, strict=True))
    found = columns_of(group, days, happened, groups=3)
    for number in range(3):
        curve = kaplan_meier(Spell(day, happened) for of, day, happened in told if of == number)
        median = curve.median()
        assert found.medians[number] == pytest.approx(float("nan") if median is None else float(median), nan_ok=True)
        assert found.restricted_means(20)[number] == pytest.approx(float(curve.restricted_mean(20).days), abs=1e-9)
        for step in curve.steps:
            exact = float("inf") if step.greenwood is None else float(step.greenwood)
            assert found.greenwood[number, step.days] == pytest.approx(exact, abs=1e-12)


@pytest.mark.parametrize("wrong", [(3, 1, 0), (-1, 1, 0), (0, -1, 0), (0, 1, 2)])
def test_a_spell_outside_its_groups_is_refused(wrong: tuple[int, int, int]) -> None:
    group, days, cause = (np.array([one]) for one in wrong)
    with pytest.raises(ValueError, match="outside"):
        columns_of(group, days, cause, groups=3)

"""Kaplan–Meier, Greenwood and log-rank on examples worked by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.conversion.survival import LOG, Spell, kaplan_meier, log_rank

SIX = [Spell(1, True), Spell(2, False), Spell(3, True), Spell(3, True), Spell(4, False), Spell(5, True)]


def test_a_curve_worked_by_hand():
    """Six wait; 5/6 stay after day 1, of the four left two go on day 3, the last one on day 5."""
    curve = kaplan_meier(SIX)
    found = [(step.days, step.at_risk, step.events, step.survival) for step in curve.steps]
    assert found == [(1, 6, 1, Fraction(5, 6)), (3, 4, 2, Fraction(5, 12)), (5, 1, 1, Fraction(0))]
    assert (curve.n, curve.events, curve.median()) == (6, 4, 3)
    assert [curve.at(days) for days in (0, 1, 2, 4, 9)] == [1, Fraction(5, 6), Fraction(5, 6), Fraction(5, 12), 0]


def test_log_rank_worked_by_hand():
    """O = 2, E = 1/2 + 1/3 + 1/2, V = 1/4 + 2/9 + 1/4: χ² = 8/13."""
    one, other = [Spell(1, True), Spell(3, True)], [Spell(2, True), Spell(4, True)]
    assert log_rank(one, other) == log_rank(other, one) == Fraction(8, 13)


def test_greenwood_worked_by_hand():
    """S = 5/6, Σ d/n(n−d) = 1/30."""
    first, second, last = kaplan_meier(SIX).steps
    assert [step.greenwood for step in (first, second, last)] == [Fraction(1, 30), Fraction(17, 60), None]
    low, high = first.interval()
    assert (round(low, 4), round(high, 4)) == (Decimal("0.2731"), Decimal("0.9747"))
    low, high = first.interval(LOG)
    assert (round(low, 4), high) == (Decimal("0.5827"), Decimal(1))
    assert last.interval() is None


def test_a_curve_that_never_falls_to_half_has_no_median():
    curve = kaplan_meier([Spell(5, True), Spell(9, False), Spell(9, False)])
    assert (curve.median(), curve.median_interval()[1]) == (None, None)
    assert kaplan_meier([]).median() is None


def test_a_step_that_rests_on_half_gives_its_middle():
    assert kaplan_meier([Spell(2, True), Spell(6, True)]).median() == 4


def test_nothing_happened_tells_nothing_apart():
    assert log_rank([Spell(3, False)], [Spell(4, False)]) is None


@given(st.lists(st.integers(0, 50), min_size=1, max_size=40))
def test_without_censoring_it_is_the_share_left(days):
    curve = kaplan_meier([Spell(day, True) for day in days])
    for day in range(51):
        assert curve.at(day) == Fraction(sum(1 for one in days if one > day), len(days))


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=30))
def test_the_curve_falls_and_stays_inside_its_interval(told):
    curve = kaplan_meier([Spell(*one) for one in told])
    levels = [step.survival for step in curve.steps]
    assert levels == sorted(levels, reverse=True)
    for step in curve.steps:
        bounds = step.interval()
        assert bounds is None or bounds[0] <= Decimal(step.survival.numerator) / step.survival.denominator <= bounds[1]


def test_intervals_need_somebody_left():
    assert kaplan_meier([Spell(1, True)]).steps[0].interval() is None

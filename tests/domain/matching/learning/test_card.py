"""The card: nothing leaks from later loans, more like loans never cost points, few loans are shrunk, one answer."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from matchmaking.domain.matching.learning.backtest import backtest
from matchmaking.domain.matching.learning.card import PER_DOUBLING, Card, by_hand, cuts, learn
from matchmaking.domain.matching.learning.fitting import Choices, fitted, stretched
from matchmaking.domain.matching.learning.keys import Coder
from matchmaking.domain.matching.learning.lines import RECENT, Encoded, Level, Memory, levels_of
from matchmaking.domain.matching.learning.loans import Loans
from matchmaking.domain.matching.learning.measures import calibration, difference, measured
from matchmaking.domain.matching.learning.ranking import points_of, ranked
from matchmaking.domain.matching.learning.shares import Counts, fading, shrunk
from matchmaking.domain.reasons import Refusal
from tests.domain.matching.learning.towns import FIRST, layout, loan, loans, rows

QUERY = loan("Q", "2024-06-01", "NA", "ELM", "01001", "4401", "$20,000", "nobody")


def figures(past: Loans, size: int | None = None) -> tuple[Memory, np.ndarray]:
    """What is known of ``QUERY`` from the first ``size`` loans."""
    known = Encoded(layout(), past)
    memory = Memory(known, size or len(past))
    return memory, memory.figures(Encoded(layout(), loans([QUERY]), like=known), np.array([0]))[0]


def test_changing_the_future_changes_nothing() -> None:
    told = rows()
    later = [dict(row, lender="UPSTART", state="XX", city="NEW", amount="7") for row in told[200:]]
    for size in (50, 199):
        _, known = figures(loans(told), size)
        _, with_other_future = figures(loans(told[:200] + later), size)
        _, with_none = figures(loans(told[:size]))
        assert np.array_equal(known, with_other_future)
        assert np.array_equal(known, with_none)


def test_a_loan_is_learned_from_with_what_was_known_before_its_day() -> None:
    days = loans().days
    parts = cuts(days)
    assert parts[0][0] > 0 and parts[-1][1] == len(days)
    for start, end in parts:
        assert days[start - 1] < days[start], "a day is cut in two"
        assert start < end
    with pytest.raises(Refusal) as refused:
        learn(Encoded(layout(), loans([dict(row, day="2024-01-01") for row in rows(80)])))
    assert refused.value.reason.code == "rank_one_day"


def even() -> Card:
    """Every level counts the same."""
    levels = levels_of(layout())
    return Card(layout(), levels, np.full(len(levels), 0.3))


@pytest.mark.parametrize("card", [by_hand(layout()), even()], ids=["hand", "even"])
@pytest.mark.parametrize("lender", ["BANK OF ELM", "TRADE BANK 72", "NATIONAL"])
def test_one_more_like_loan_never_costs_points_and_a_later_one_neither(card: Card, lender: str) -> None:
    last = (FIRST + timedelta(days=19)).isoformat()
    early = dict(QUERY, id="E", lender=lender, day=FIRST.isoformat())
    late = early | {"day": last}

    def scores(told: list[dict[str, str | None]]) -> tuple[np.ndarray, int]:
        known = Encoded(layout(), loans([*rows(80), *told]))
        # one way of fading for all three
        memory = Memory(known, len(known.days), (None, 5.0, 2.0)[: len(RECENT) + 1])
        asked = Encoded(layout(), loans([QUERY]), like=known)
        return memory.figures(asked, np.array([0]))[0] @ card.weights, known.names.index(lender)

    before, at = scores([])
    once, also = scores([early])
    again, too = scores([late])
    assert once[also] >= before[at] - 1e-9
    assert again[too] >= once[also] - 1e-9


def test_every_weight_is_at_least_nothing_and_points_add_up() -> None:
    past = Encoded(layout(), loans())
    card = learn(past)
    assert (card.weights >= 0).all() and card.learned > 100
    asked = Encoded(layout(), loans([QUERY]), like=past)
    memory = Memory(past, len(past.days))
    points = points_of(card, memory, asked, 0)
    whole = sum(points.values())
    best = next(iter(ranked(card, memory, asked))).best[0]
    assert [past.names[place] for place in best[:1]] == ["BANK OF ELM"]
    assert all(whole[left] >= whole[right] - 1e-3 for left, right in pairwise(best))
    assert all((line >= 0).all() for line in points.values())
    assert PER_DOUBLING == 20


def test_the_same_loans_give_the_same_card_to_the_bit() -> None:
    first, second = (learn(Encoded(layout(), loans())) for _ in range(2))
    assert np.array_equal(first.weights, second.weights)


def test_shrinking_ends_at_the_wider_group_and_at_the_own_share() -> None:
    wide = np.array([[0.7, 0.2, 0.1]])
    assert np.allclose(shrunk(np.zeros((1, 3)), wide, 10), wide)
    many = shrunk(np.array([[0, 1e9, 0]]), wide, 10)
    assert np.allclose(many, [[0, 1, 0]], atol=1e-6)
    assert np.allclose(shrunk(np.array([[0, 10, 0]]), wide, 10), (wide + [[0, 1, 0]]) / 2)


def test_an_unknown_place_says_nothing_of_any_lender_beyond_the_wider_one() -> None:
    known = Encoded(layout(), loans())
    memory = Memory(known, len(known.days))
    nowhere = dict(QUERY, state="ZZ", city="NOWHERE", zip="99999", trade="", amount="")
    found = memory.figures(Encoded(layout(), loans([nowhere]), like=known), np.array([0]))[0]
    for nth, level in enumerate(levels_of(layout())):
        if level.line == "place":
            wider = levels_of(layout()).index(Level("activity", 0, level.fade))
            assert np.allclose(found[:, nth], found[:, wider], atol=1e-6)
        elif level.line != "activity":
            assert np.allclose(found[:, nth], 0)


def test_loans_fade_by_half_in_a_half_life() -> None:
    days = np.array([0, 10, 20])
    assert np.allclose(fading(days, 20, 10), [0.25, 0.5, 1])
    assert np.allclose(fading(days, 20, None), 1)


def test_counts_are_those_of_a_plain_count() -> None:
    codes, lenders = np.array([0, 0, 1, -1, 0]), np.array([1, 1, 0, 1, 0])
    found = Counts(codes, lenders, np.array([1.0, 2, 4, 8, 16]), 3, 2).of(np.array([1, 0, -1, 2]))
    assert found.tolist() == [[4, 0], [16, 3], [0, 0], [0, 0]]
    assert Coder(["b", "", "a", "b"]).codes(["a", "b", "c", ""]).tolist() == [1, 0, -1, -1]


def test_the_fit_finds_known_weights_and_holds_a_harmful_line_at_nothing() -> None:
    chance = np.random.default_rng(7)
    figures = chance.normal(size=(4_000, 8, 3)).astype(np.float32)
    scores = figures @ np.array([1.5, 0.5, -1.0]) + chance.gumbel(size=(4_000, 8))
    weights = fitted(Choices(figures, scores.argmax(axis=1)))
    assert weights[2] == 0
    assert 1.0 < weights[0] < 1.6 and 0.2 < weights[1] < 0.6


def test_intervals_hold_the_figure_and_a_difference_with_itself_is_nothing() -> None:
    ranks = np.array([1, 2, 0, 1, 7, 30] * 50)
    found = measured(ranks)
    assert found["hit1"].value == pytest.approx(1 / 3)
    assert found["mrr"].value == pytest.approx((1 + 1 / 2 + 1 + 1 / 7 + 1 / 30) / 6)
    assert all(one.low <= one.value <= one.high for one in found.values())
    assert not difference(ranks, ranks)["mrr"].beyond_error
    assert difference(np.ones(99, np.int64), np.zeros(99, np.int64))["mrr"].beyond_error
    assert measured(np.array([], np.int64)) == {}


def test_a_calibrated_forecast_is_seen_as_such() -> None:
    chance = np.random.default_rng(3)
    expected = chance.random((5_000, 4))
    tenths = calibration([expected], [chance.random((5_000, 4)) < expected])
    assert sum(one.pairs for one in tenths) == 20_000
    assert all(abs(one.expected - one.seen) < 0.05 for one in tenths)


def test_a_backtest_learns_before_the_day_and_beats_popularity_where_banks_lend_near_home() -> None:
    found = backtest(loans(rows(1_200)), layout())
    assert found.groups["all"].n == found.tried
    assert found.groups["large"].n + found.groups["other"].n == found.tried
    assert found.groups["all"].gains["popular"]["mrr"].low > 0
    with pytest.raises(Refusal) as refused:
        backtest(loans(rows(100)), layout(), date(2030, 1, 1))
    assert refused.value.reason.code == "rank_split_empty"


def test_a_loan_that_counts_twice_weighs_like_two_loans() -> None:
    chance = np.random.default_rng(3)
    figures = chance.normal(size=(60, 4, 3)).astype(np.float32)
    chosen = (figures @ np.array([1.0, 0.3, 0.0]) + chance.gumbel(size=(60, 4))).argmax(axis=1)
    counts = chance.integers(1, 4, 60)
    told = fitted(Choices(figures, chosen, counts=counts.astype(np.float64)))
    again = fitted(Choices(np.repeat(figures, counts, axis=0), np.repeat(chosen, counts)))
    assert np.allclose(told, again, atol=1e-4)
    assert not np.allclose(told, fitted(Choices(figures, chosen)), atol=1e-3), "counting them alike says something else"


def test_one_number_for_all_weights_brings_shares_to_what_was_seen_and_moves_nobody() -> None:
    chance = np.random.default_rng(4)
    figures = chance.normal(size=(2_000, 4, 3)).astype(np.float32)
    true = np.array([0.9, 0.4, 0.1])
    chosen = (figures @ true + chance.gumbel(size=(2_000, 4))).argmax(axis=1)
    choices = Choices(figures, chosen)
    for wrong in (true * 5, true / 5):
        found = stretched(choices, wrong)
        assert np.allclose(found / found[0], true / true[0]), "one number for all"
        assert np.allclose(found, true, rtol=0.1)
        nearby = [choices.loss(found * times, found * times) for times in (0.97, 1.0, 1.03)]
        assert nearby[1] == min(nearby)
    nothing = stretched(Choices(np.zeros((5, 4, 3), np.float32), np.zeros(5, np.int64)), true)
    assert np.allclose(nothing, true), "lenders alike tell nothing of how sure one may be"

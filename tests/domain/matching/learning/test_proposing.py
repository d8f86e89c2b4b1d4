"""Weights of the city from few choices: whole points, 100 in all, near the hand-set ones, moved by clear evidence."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from matchmaking.domain.matching.learning.proposing import Choice, fitted_weights, proposal
from matchmaking.domain.reasons import Refusal
from matchmaking.rulebook.matching import policy

FIRST = date(2026, 1, 1)
HAND = policy(date(2026, 9, 30))
LINES = tuple(HAND.weights)


def choices(many: int, decides: str | None, seed: int = 3) -> list[Choice]:
    """Among six products with marks by chance the one with the most of ``decides`` is taken, or one by chance."""
    chance = random.Random(seed)
    found = []
    for nth in range(many):
        marks = tuple(tuple(chance.randrange(0, 1001, 100) for _ in LINES) for _ in range(6))
        place = LINES.index(decides) if decides else 0
        best = max(range(6), key=lambda at: marks[at][place]) if decides else chance.randrange(6)
        found.append(Choice(f"a{nth}", FIRST + timedelta(days=nth), marks, (True,) * len(LINES), best))
    return found


def test_points_are_whole_not_below_zero_and_add_up() -> None:
    for decides in (None, *LINES):
        weights = fitted_weights(choices(60, decides), HAND)
        assert list(weights) == list(LINES)
        assert sum(weights.values()) == 100
        assert all(type(points) is int and points >= 0 for points in weights.values())


@pytest.mark.parametrize("line", ["price", "quota", "speed"])
def test_what_decides_gains_and_the_more_so_the_more_choices_say_it(line: str) -> None:
    few, many = (fitted_weights(choices(many, line), HAND)[line] for many in (20, 400))
    assert HAND.weights[line] < few < many


def test_few_choices_move_the_weights_little() -> None:
    weights = fitted_weights(choices(20, "quota"), HAND)
    assert sum(abs(weights[line] - HAND.weights[line]) for line in LINES) < 60


def test_choices_that_tell_nothing_leave_the_hand_set_card() -> None:
    same = [replace(one, marks=((500,) * len(LINES),) * 6) for one in choices(60, None)]
    assert fitted_weights(same, HAND) == dict(HAND.weights)


def test_a_line_nobody_states_keeps_its_share_of_the_rest() -> None:
    silent = [replace(one, stated=tuple(line != "term" for line in LINES)) for one in choices(100, None)]
    assert fitted_weights(silent, HAND)["term"] > 0


def test_the_backtest_learns_before_the_day_and_tries_after_it() -> None:
    told = choices(100, "price")
    found = proposal(told, HAND)
    assert (found.choices, found.learned + found.tried) == (100, 100)
    assert found.ways["card"]["hit1"].value > found.ways["hand"]["hit1"].value
    assert found.gain["mrr"].low > 0
    changed = [replace(one, chosen=0) if one.on >= found.split else one for one in told]
    other = proposal(changed, HAND)
    assert (other.split, other.learned) == (found.split, found.learned)
    assert fitted_weights([one for one in changed if one.on < found.split], HAND) == fitted_weights(
        [one for one in told if one.on < found.split], HAND
    )
    assert proposal(told, HAND) == found, "the same choices give the same proposal"


def test_too_few_choices_or_one_day_propose_nothing() -> None:
    alone = [replace(one, marks=one.marks[:1], chosen=0) for one in choices(60, None)]
    one_day = [replace(one, on=FIRST) for one in choices(60, None)]
    for told in (choices(19, "price"), alone, one_day, []):
        with pytest.raises(Refusal) as refused:
            proposal(told, HAND)
        assert refused.value.reason.code == "policy_too_few"

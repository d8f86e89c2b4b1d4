"""What a sample says of its list: Stringer's bound by hand, what is apart, and that it covers what it claims."""

from __future__ import annotations

from random import Random

import pytest

from matchmaking.domain.conversion.projecting import Answer, Projection, project
from matchmaking.domain.conversion.sampling import Drawn, FrozenList, Plan, draw, plan

LISTED = FrozenList.of([("top", 5_000_000), *((f"k{number:03}", 100_000) for number in range(300))])
PLAN = Plan(950_000, 3_000_000, 0, 1_000_000)


def told(*amounts: int | None, top: int | None = 5_000_000) -> Projection:
    """Thirty items of 100 000 beside the top one; those not named were confirmed as told."""
    rest = [*amounts, *[100_000] * (30 - len(amounts))]
    items = [Answer(Drawn("top", 5_000_000, True), top)]
    items += [Answer(Drawn(f"k{number:03}", 100_000, False), amount) for number, amount in enumerate(rest)]
    return project(LISTED, PLAN, items)


def test_without_an_error_the_limit_is_the_basic_precision() -> None:
    assert told() == Projection(31, 31, 0, 0, 2_995_733, 0, 0, ())


def test_taintings_widen_the_limit_the_largest_first() -> None:
    found = told(90_000, 50_000)
    # 2.995733 + 0.5 × (4.743865 − 2.995733) + 0.1 × (6.295794 − 4.743865), times the interval of 1 000 000
    assert found.taintings_ppm == (500_000, 100_000)
    assert found.upper == 2_995_733 + 874_066 + 155_193
    assert (found.found, found.likely) == (60_000, 600_000)


def test_a_top_item_speaks_for_itself_only() -> None:
    found = told(top=4_000_000)
    assert (found.found, found.likely, found.upper) == (1_000_000, 1_000_000, 1_000_000 + 2_995_733)


def test_understatements_stand_apart_and_offset_nothing() -> None:
    found, alone = told(90_000, 150_000), told(90_000)
    assert (found.upper, found.likely, found.found) == (alone.upper, alone.likely, alone.found)
    assert (found.under_found, found.under_likely) == (50_000, 500_000)


def test_nobody_reached_counts_whole_in_the_limit_and_nowhere_else() -> None:
    found = told(None)
    assert (found.silent, found.found, found.likely) == (1, 0, 0)
    assert found.upper == told(0).upper == 4_743_865
    assert told(top=None).upper == 5_000_000 + 2_995_733


def test_the_limit_never_exceeds_the_list() -> None:
    assert told(*[0] * 30, top=0).upper == LISTED.total
    assert told(*[0] * 30, top=0).likely <= LISTED.total


def test_a_list_that_is_all_top_is_a_full_count() -> None:
    listed = FrozenList.of([("a", 100), ("b", 200)])
    every = [Answer(Drawn("a", 100, True), 40), Answer(Drawn("b", 200, True), 200)]
    assert project(listed, Plan(950_000, 1, 0, 1), every) == Projection(2, 2, 60, 60, 60, 0, 0, ())


def world(random: Random, wrong: int, share: int) -> tuple[FrozenList, dict[str, int]]:
    """200 loans, log-uniform by size; ``wrong`` of a thousand are told too high by up to ``share`` of a thousand."""
    books = {f"loan-{number:03}": 10_000 * 2 ** random.randrange(9) + random.randrange(9_999) for number in range(200)}
    true = {
        key: book - book * random.randint(1, share) // 1_000 if random.randrange(1_000) < wrong else book
        for key, book in books.items()
    }
    return FrozenList.of(books.items()), true


@pytest.mark.parametrize(("wrong", "share"), [(20, 1_000), (100, 1_000), (100, 300), (300, 1_000), (600, 100)])
@pytest.mark.parametrize("confidence", [800_000, 950_000])
def test_the_limit_covers_the_truth_at_least_as_often_as_it_says(wrong: int, share: int, confidence: int) -> None:
    listed, true = world(Random(wrong * share), wrong, share)
    error = sum(book - true[key] for key, book in listed.rows)
    made = plan(listed, confidence_ppm=confidence, tolerable=listed.total // 12)
    runs, covered, least = 400, 0, 0
    for seed in range(runs):
        drawn = draw(listed, f"run {seed}", made.interval)
        found = project(listed, made, [Answer(item, true[item.key]) for item in drawn])
        covered += found.upper >= error
        least += found.found <= error
    assert covered * 1_000_000 >= confidence * runs
    assert least == runs


def test_the_projection_is_right_on_average() -> None:
    listed, true = world(Random(5), 200, 1_000)
    error = sum(book - true[key] for key, book in listed.rows)
    made = plan(listed, confidence_ppm=950_000, tolerable=listed.total // 10)
    found = [
        project(listed, made, [Answer(item, true[item.key]) for item in draw(listed, f"n{seed}", made.interval)])
        for seed in range(600)
    ]
    assert abs(sum(one.likely for one in found) / 600 - error) < error * 5 / 100

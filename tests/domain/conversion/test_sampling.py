"""Sampling by money (N25): sizes, the draw, and the same draw by the published recipe."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.conversion.sampling import (
    FrozenList,
    Plan,
    clean_seed,
    draw,
    plan,
    poisson_factor,
    start_of,
)
from matchmaking.domain.reasons import Refusal
from matchmaking.oversight.samples.recipe import RECIPE
from tests.properties import examples

BOOKS = st.dictionaries(
    st.text("abcdefgh0123456789-", min_size=1, max_size=8), st.integers(1, 10**12), min_size=1, max_size=40
)


def listed(*amounts: int) -> FrozenList:
    """A list whose keys are ``k000``, ``k001`` …"""
    return FrozenList.of((f"k{number:03}", amount) for number, amount in enumerate(amounts))


@pytest.mark.parametrize(
    ("confidence", "published"),
    [
        # reliability factors as audit handbooks print them, two decimals
        (950_000, (300, 475, 630, 776, 916, 1052)),
        (900_000, (231, 389, 533, 669, 800, 928)),
        (990_000, (461, 664, 841, 1005, 1161, 1311)),
    ],
)
def test_factors_are_those_of_the_handbooks(confidence: int, published: tuple[int, ...]) -> None:
    for errors, hundredths in enumerate(published):
        assert abs(poisson_factor(errors, confidence) - hundredths * 10_000) <= 10_000


def test_factors_are_the_chi_square_quantiles_to_the_millionth() -> None:
    chi2 = pytest.importorskip("scipy.stats").chi2
    for confidence in (800_000, 900_000, 950_000, 990_000):
        for errors in (0, 1, 2, 7, 30):
            exact = chi2.ppf(confidence / 1e6, 2 * (errors + 1)) / 2 * 1e6
            assert 0 <= poisson_factor(errors, confidence) - exact <= 1.001


def test_the_interval_is_the_tolerable_over_the_factor() -> None:
    made = plan(listed(*[100_000] * 300), confidence_ppm=950_000, tolerable=3_000_000)
    assert made.interval == 3_000_000 * 1_000_000 // 2_995_733
    assert made.size(listed(*[100_000] * 300)) == 30


@pytest.mark.parametrize(
    ("confidence", "tolerable", "expected", "code"),
    [
        (1_000_000, 10, 0, "sample_numbers"),
        (499_999, 10, 0, "sample_numbers"),
        (950_000, 0, 0, "sample_numbers"),
        (950_000, 301, 0, "sample_numbers"),
        (950_000, 10, -1, "sample_numbers"),
        (950_000, 10, 21, "sample_numbers"),
    ],
)
def test_numbers_that_mean_nothing_are_refused(confidence: int, tolerable: int, expected: int, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        plan(listed(100, 200), confidence_ppm=confidence, tolerable=tolerable, expected=expected)
    assert refused.value.reason.code == code


def test_an_empty_list_and_a_sample_nobody_could_call_are_refused() -> None:
    with pytest.raises(Refusal, match="sample_empty"):
        plan(listed(0, 0), confidence_ppm=950_000, tolerable=1)
    with pytest.raises(Refusal, match="sample_too_large"):
        plan(listed(*[1000] * 900), confidence_ppm=950_000, tolerable=1000)


def test_a_key_stands_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        FrozenList.of([("a", 1), ("a", 2)])


@pytest.mark.parametrize("seed", ["", "short", "x" * 81, "with\x00zero", "  a b  "])
def test_seeds_that_cannot_be_printed_or_are_too_short_are_refused(seed: str) -> None:
    with pytest.raises(Refusal, match="sample_seed_unfit"):
        clean_seed(seed)


def test_blanks_of_a_seed_count_once() -> None:
    assert clean_seed("  双色球  2026115 ") == "双色球 2026115"


@given(BOOKS, st.integers(1, 10**12), st.text("abc 0123", min_size=1, max_size=12))
def test_the_draw_takes_the_large_whole_and_the_rest_by_money(books: dict[str, int], interval: int, seed: str) -> None:
    frozen = FrozenList.of(books.items())
    drawn = draw(frozen, seed, interval)
    again = draw(FrozenList.of(reversed(list(books.items()))), seed, interval)
    assert drawn == again
    assert {one.key for one in drawn if one.top} == {key for key, amount in books.items() if amount >= interval}
    rest = sum(amount for amount in books.values() if amount < interval)
    hits = sum(not one.top for one in drawn)
    assert rest // interval <= hits <= -(-rest // interval)
    assert len({one.key for one in drawn}) == len(drawn)
    tops = len(drawn) - hits
    assert Plan(950_000, 1, 0, interval).size(frozen) == tops - (-rest // interval)


def test_every_item_is_drawn_as_often_as_its_money_says() -> None:
    frozen = listed(*[1_000] * 20, *[3_000] * 10)
    counts = dict.fromkeys((key for key, _ in frozen.rows), 0)
    for seed in range(3_000):
        for one in draw(frozen, f"seed {seed}", 10_000):
            counts[one.key] += 1
    small = sum(counts[f"k{number:03}"] for number in range(20)) / 20 / 3_000
    large = sum(counts[f"k{number:03}"] for number in range(20, 30)) / 10 / 3_000
    assert abs(small - 0.1) < 0.01
    assert abs(large - 0.3) < 0.01


def test_another_seed_or_another_list_draws_another_sample() -> None:
    frozen, other = listed(*[1_000] * 200), listed(*[1_000] * 199, 1_001)
    first = {one.key for one in draw(frozen, "seed one", 10_000)}
    assert first != {one.key for one in draw(frozen, "seed two", 10_000)}
    assert first != {one.key for one in draw(other, "seed one", 10_000)}


def test_the_start_is_even_over_the_interval() -> None:
    starts = [start_of(f"w{number}", 10) for number in range(5_000)]
    assert set(starts) == set(range(10))
    assert max(starts.count(value) for value in range(10)) < 600


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The recipe of the page, as a file."""
    path = tmp_path_factory.mktemp("recipe") / "draw.py"
    path.write_text(RECIPE, encoding="utf-8")
    return path


def test_the_recipe_fits_on_a_page() -> None:
    assert len(RECIPE.splitlines()) <= 24
    assert max(map(len, RECIPE.splitlines())) <= 90
    assert "matchmaking" not in RECIPE


@pytest.mark.parametrize(("seed", "interval"), [("双色球 2026115 03 08", 777_777), ("a seed", 10**9), ("another", 31)])
def test_the_recipe_draws_the_same(script: Path, tmp_path: Path, seed: str, interval: int) -> None:
    frozen = listed(*[(number * 7919) % 104_729 + 1 for number in range(120)], 5_000_000)
    path = tmp_path / "list.txt"
    path.write_bytes(frozen.text.encode())
    told = subprocess.run(
        [sys.executable, script, path, seed, str(interval)], capture_output=True, text=True, check=True
    )
    assert told.stdout.splitlines() == [f"{one.key}\t{one.book}" for one in draw(frozen, seed, interval)]


@examples(10)
@given(BOOKS, st.integers(1, 10**11))
def test_the_recipe_draws_the_same_from_any_list(
    script: Path, tmp_path_factory: pytest.TempPathFactory, books: dict[str, int], interval: int
) -> None:
    frozen, path = FrozenList.of(books.items()), tmp_path_factory.mktemp("any") / "list.txt"
    path.write_bytes(frozen.text.encode())
    told = subprocess.run([sys.executable, script, path, "seed", str(interval)], capture_output=True, text=True)
    assert told.stdout.splitlines() == [f"{one.key}\t{one.book}" for one in draw(frozen, "seed", interval)]

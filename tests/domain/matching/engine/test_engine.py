"""Both executors against the plainest answer: eligible set, scores, both lists and their ties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.matching import engine
from matchmaking.domain.matching.engine import arrays, compiled, tables
from matchmaking.domain.matching.engine.bits import packed, unpacked
from matchmaking.domain.matching.engine.columns import Found, Market, Wanted
from tests.domain.matching.engine.markets import made, plainly, same
from tests.properties import examples

SIZES = [(0, 0), (0, 5), (5, 0), (1, 1), (7, 1), (1, 70), (40, 63), (40, 64), (33, 65), (70, 130)]
SHARES = [0, 0.3, 0.8, 1]


def found_by(market: Market, wanted: Wanted, executor: str, monkeypatch: pytest.MonkeyPatch, how: str = "") -> Found:
    """``how``: ``plain`` compares every pair, ``pairs`` and ``whole`` make tables and score one way only, in blocks."""
    if how in ("pairs", "whole"):
        monkeypatch.setattr(arrays, "PLAIN", -1)
        monkeypatch.setattr(arrays, "CELLS", 500)
        monkeypatch.setattr(arrays, "DENSE_CELLS", 130)
    if how:
        monkeypatch.setattr(arrays, "DENSE_TENTHS", {"pairs": 11, "whole": -1, "plain": 1}[how])
    return engine.match(market, wanted, executor=executor)


@pytest.mark.parametrize("coarse", [False, True])
@pytest.mark.parametrize("loose", SHARES)
@pytest.mark.parametrize(("needs", "products"), SIZES)
def test_every_way_gives_the_plainest_answer(
    monkeypatch: pytest.MonkeyPatch, needs: int, products: int, loose: float, coarse: bool
) -> None:
    market, wanted = made(needs + products, needs, products, loose=loose, coarse=coarse), Wanted(4, 3, True)
    expected = plainly(market, wanted)
    assert int(expected.eligible.sum()) == {0: 0, 1: needs * products}.get(loose, int(expected.eligible.sum()))
    for how in ("plain", "pairs", "whole"):
        with monkeypatch.context() as patched:
            found = found_by(market, wanted, engine.NUMPY, patched, how)
        same(found, expected)
        np.testing.assert_array_equal(unpacked(found.words, products), arrays.plain(market)(slice(0, needs)))
    found = engine.match(market, wanted, executor=engine.NUMBA)
    same(found, expected)
    np.testing.assert_array_equal(unpacked(found.words, products), arrays.plain(market)(slice(0, needs)))


@examples(30)
@given(
    st.integers(0, 2**31), st.integers(0, 60), st.integers(0, 90), st.floats(0, 1), st.booleans(), st.integers(1, 12)
)
def test_random_markets(seed: int, needs: int, products: int, loose: float, coarse: bool, k: int) -> None:
    market, wanted = made(seed, needs, products, loose=loose, coarse=coarse), Wanted(k, k + 1)
    expected = plainly(market, wanted)
    for executor in (engine.NUMPY, engine.NUMBA):
        same(engine.match(market, wanted, executor=executor), expected)
        alone = engine.match(market, Wanted(k, 0), executor=executor)
        assert (alone.product_best.shape, alone.product_score.shape) == ((products, 0), (products, 0))
        np.testing.assert_array_equal(alone.need_best, expected.need_best)


@pytest.mark.parametrize(("executor", "dtype"), [
    (engine.NUMPY, "f4"), (engine.NUMPY, "f8"), (engine.NUMPY, "i4"), (engine.NUMBA, "f4"), (engine.NUMBA, "i4"),
    pytest.param(engine.NUMBA, "f8", marks=pytest.mark.release),
])  # fmt: skip
def test_scores_of_any_kind(executor: str, dtype: str) -> None:
    """Compiled anew for each kind: whole numbers other than the house's own, and one size of fractions, or both."""
    market = made(3, 50, 70, dtype=np.dtype(dtype).type, coarse=True)
    same(engine.match(market, Wanted(5, 5), executor=executor), plainly(market, Wanted(5, 5)))


@pytest.mark.parametrize("loose", SHARES)
def test_large_markets_are_alike_and_cross_blocks(loose: float) -> None:
    """Groups of maxima, floors of full lists, blocks of rows, threads: none of it shows."""
    market = made(11, 3000, 700, loose=loose, coarse=loose > 0.5)
    wanted = Wanted(10, 20)
    mine = engine.match(market, wanted)
    same(engine.match(market, wanted, executor=engine.NUMBA), mine)
    same(engine.match(market, wanted, executor=engine.NUMBA, threads=3), mine)
    assert mine.eligible.sum() == sum(arrays.plain(market)(slice(i, i + 1)).sum() for i in range(market.needs))


def test_nothing_eligible_leaks_into_no_list() -> None:
    for executor in (engine.NUMPY, engine.NUMBA):
        found = engine.match(made(1, 30, 80, loose=0), Wanted(3, 3), executor=executor)
        assert (found.need_best == -1).all()
        assert (found.product_best == -1).all()


def test_small_tables_become_one_and_lose_nothing() -> None:
    market = made(5, 400, 90)
    rows = [tables.rows_of(predicate) for predicate in market.predicates]
    whole = tables.merged(rows, 90, 400)
    assert len(whole) < len(rows)
    mask = np.ones((400, 90), np.bool_)
    for one in whole:
        mask &= unpacked(one.words[one.keys], 90)
    np.testing.assert_array_equal(mask, arrays.plain(market)(slice(0, 400)))


@pytest.mark.parametrize("values", [[], [3], [5, -2, 5, 7], [2**40, -(2**40), 0, 0]])
def test_distinct_values_have_places(values: list[int]) -> None:
    places, found = tables.distinct(np.array(values, np.int64))
    assert found.tolist() == sorted(set(values))
    assert [found[place] for place in places] == values


def test_bits_go_there_and_back() -> None:
    mask = np.random.default_rng(0).random((5, 130)) < 0.5
    np.testing.assert_array_equal(unpacked(packed(mask), 130), mask)


def test_one_declaration_is_compiled_once() -> None:
    market = made(1, 5, 5)
    first, second = (compiled.kernel_of(compiled.prepare(market)) for _ in range(2))
    assert first is second


def test_no_other_executor() -> None:
    with pytest.raises(KeyError):
        engine.match(made(1, 1, 1), Wanted(), executor="cloud")

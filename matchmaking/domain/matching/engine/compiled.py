"""The engine with Numba: the very functions of the declaration compiled, one loop per need. For worker and shell."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from types import CellType, FunctionType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaking.domain.matching.engine.bits import packed
from matchmaking.domain.matching.engine.columns import NOBODY, Column, Found, Market, Term, Wanted, Words
from matchmaking.domain.matching.engine.lists import BestOfProducts, lowest
from matchmaking.domain.matching.engine.tables import merged, rows_of

AT_A_TIME = 4
"""Rows ANDed in one pass."""
_KERNELS: dict[Any, Any] = {}
"""Compiled loops of this process by the code of their terms."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Of one term: its function, how many figures of either side, whether it asks for a meeting, its fixed weight."""

    fit: Callable[..., Any]
    need: int
    product: int
    meets: bool
    weight: Any

    @property
    def identity(self) -> Any:
        """Functions of one code and one closure are one, however often they were made."""
        cells = tuple(cell.cell_contents for cell in self.fit.__closure__ or ())
        return self.fit.__code__, cells, self.need, self.product, self.meets, self.weight


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A market ready to run. ``keys``: (n, g) rows of ``words`` to AND; ``records``: figures and weights of the needs;
    ``offers``: figures of the products; ``meetings``: (n, t) rows of ``overlaps``."""

    keys: NDArray[np.int32]
    records: Column
    meetings: NDArray[np.int32]
    words: Words
    offers: Column
    overlaps: Words
    settings: Any
    dtype: Any
    fits: tuple[Fit, ...]

    @property
    def asking(self) -> tuple[Any, ...]:
        """The needs' side."""
        return self.keys, self.records, self.meetings

    @property
    def offering(self) -> tuple[Any, ...]:
        """The products' side and the score, the same for every run of needs."""
        return self.words, self.offers, self.overlaps, self.settings, self.dtype, self.fits

    def taken(self, rows: slice) -> Prepared:
        """A run of needs against all products."""
        return Prepared(*(part[rows] for part in self.asking), *self.offering)


def run(market: Market, wanted: Wanted, threads: int = 1) -> Found:
    """Every need with every product; threads take blocks of needs."""
    ready = prepare(market)
    if threads <= 1:
        return execute(ready, wanted)
    with ThreadPoolExecutor(threads) as pool:
        return joined(list(pool.map(partial(execute, wanted=wanted), blocks(ready, threads))))


def blocks(ready: Prepared, count: int) -> list[Prepared]:
    """The needs in ``count`` runs."""
    ends = [len(ready.keys) * place // count for place in range(count + 1)]
    return [ready.taken(slice(start, stop)) for start, stop in zip(ends, ends[1:], strict=False)]


def prepare(market: Market) -> Prepared:
    """Tables, keys and records: everything but the loop."""
    tables = merged([rows_of(predicate) for predicate in market.predicates], market.products, market.needs)
    words, keys = _stacked([(table.keys, table.words) for table in tables], market)
    met = [(term.meets.keys, packed(term.meets.table)) for term in market.terms if term.meets]
    overlaps, meetings = _stacked(met, market)
    asked = [column for term in market.terms for column in (*term.need, *_weight(term))]
    offered = [column for term in market.terms for column in term.product]
    fits = [
        Fit(term.fit, len(term.need), len(term.product), term.meets is not None, None if _weight(term) else term.weight)
        for term in market.terms
    ]
    return Prepared(
        _padded(keys), _records(asked, market.needs), meetings, words, _records(offered, market.products), overlaps,
        market.settings, np.dtype(market.dtype), tuple(fits),
    )  # fmt: skip


def execute(ready: Prepared, wanted: Wanted) -> Found:
    """One run of needs, in one thread."""
    needs, products, least = len(ready.keys), len(ready.offers), lowest(ready.dtype)
    counts = np.zeros(needs, np.int32)
    best = np.full((needs, wanted.per_need), NOBODY, np.int32)
    scores = np.full((needs, wanted.per_need), least, ready.dtype)
    product_best = np.full((products, wanted.per_product), NOBODY, np.int32)
    product_scores = np.full((products, wanted.per_product), least, ready.dtype)
    floor = BestOfProducts(products, wanted.per_product, ready.dtype).floor.copy()
    kept = np.zeros((needs if wanted.bits else 0, ready.words.shape[1]), np.uint64)
    if needs and products:
        kernel_of(ready)(
            ready.keys, ready.words, ready.records, ready.offers, ready.meetings, ready.overlaps, ready.settings,
            counts, best, scores, product_best, product_scores, floor, kept,
        )  # fmt: skip
    return Found(counts, best, scores, product_best, product_scores, kept if wanted.bits else None)


def joined(parts: Sequence[Found]) -> Found:
    """Runs of needs, in their order, as one."""
    first = parts[0]
    products = BestOfProducts(len(first.product_best), first.product_best.shape[1], first.product_score.dtype)
    start = 0
    for part in parts:
        rows, nth = np.nonzero(part.product_best != NOBODY)
        products.feed(rows, part.product_best[rows, nth].astype(np.intp) + start, part.product_score[rows, nth])
        start += len(part.eligible)
    products.settle()
    words = [part.words for part in parts if part.words is not None]
    return Found(
        np.concatenate([part.eligible for part in parts]),
        np.concatenate([part.need_best for part in parts]),
        np.concatenate([part.need_score for part in parts]),
        products.best, products.scores, np.concatenate(words) if words else None,
    )  # fmt: skip


# --- columns as records -----------------------------------------------------------------------------------------------


def _weight(term: Term) -> tuple[Column, ...]:
    return (term.weight,) if isinstance(term.weight, np.ndarray) else ()


def _records(columns: Sequence[Column], count: int) -> Column:
    """One record of figures per row, so that a pair touches two places in memory."""
    kinds = [(f"f{place}", column.dtype) for place, column in enumerate(columns)]
    found = np.zeros(count, kinds or [("none", np.dtype(np.int8))])
    for place, column in enumerate(columns):
        found[f"f{place}"] = column
    return found


def _stacked(parts: Sequence[tuple[Column, Words]], market: Market) -> tuple[Words, NDArray[np.int32]]:
    """All rows in one table after a row that lets everything pass, and (n, g) the place of each need's rows."""
    everything = packed(np.ones((1, market.products), np.bool_))
    keys = np.zeros((market.needs, len(parts)), np.int32)
    start = 1
    for place, (mine, words) in enumerate(parts):
        keys[:, place] = mine
        keys[:, place] += start
        start += len(words)
    return np.concatenate([everything, *(words for _, words in parts)]), keys


def _padded(keys: NDArray[np.int32]) -> NDArray[np.int32]:
    """To a whole number of passes, with the row that lets everything pass."""
    missing = -keys.shape[1] % AT_A_TIME if keys.shape[1] else AT_A_TIME
    return np.concatenate([keys, np.zeros((len(keys), missing), np.int32)], axis=1) if missing else keys


# --- compiling --------------------------------------------------------------------------------------------------------


def kernel_of(ready: Prepared) -> Any:
    """The loop for these terms; compiled at its first call for these types, once per process."""
    known = tuple(fit.identity for fit in ready.fits)
    if known not in _KERNELS:
        _KERNELS[known] = _loop(_score(ready.fits))
    return _KERNELS[known]


def _jit(function: Callable[..., Any]) -> Any:
    import numba

    return numba.njit(function, nogil=True, error_model="numpy")


def again(function: Any) -> Any:
    """The function compiled, with every function it refers to."""
    code, known = function.__code__, function.__globals__
    names = {name: _compiled(known[name]) for name in code.co_names if name in known}
    cells = tuple(CellType(_compiled(cell.cell_contents)) for cell in function.__closure__ or ())
    rebuilt = FunctionType(
        code, {**names, "__builtins__": builtins, "__name__": function.__module__}, function.__name__,
        function.__defaults__, cells,
    )  # fmt: skip
    rebuilt.__module__, rebuilt.__qualname__ = function.__module__, function.__qualname__
    return _jit(rebuilt)


def _compiled(value: Any) -> Any:
    return again(value) if isinstance(value, FunctionType) else value


def _score(fits: Sequence[Fit]) -> Any:
    """All terms as one function of (needs, i, products, j, meetings, overlaps, settings).

    It is written out, since compiling one function costs a tenth of compiling one for every figure.
    """
    names: dict[str, Any] = {"meets": _meets()}
    added, mine, theirs, met = ["0"], 0, 0, 0
    for place, fit in enumerate(fits):
        names[f"fit{place}"] = again(fit.fit)
        names[f"weight{place}"] = fit.weight
        asked = "".join(f"need.f{mine + nth}, " for nth in range(fit.need))
        offered = "".join(f"product.f{theirs + nth}, " for nth in range(fit.product))
        meets = f"meets(i, j, {met}, meetings, overlaps)" if fit.meets else "False"
        weight = f"need.f{mine + fit.need}" if fit.weight is None else f"weight{place}"
        added.append(f"{weight} * fit{place}(({asked}), ({offered}), {meets}, settings)")
        mine, theirs, met = mine + fit.need + (fit.weight is None), theirs + fit.product, met + fit.meets
    body = f"need, product = needs[i], products[j]\n    return {' + '.join(added)}"
    text = f"def total(needs, i, products, j, meetings, overlaps, settings):\n    {body}"
    exec(text, names)  # noqa: S102  names of fields and places alone
    return _jit(names["total"])


def _meets() -> Any:
    six, last, one = np.uint64(6), np.uint64(63), np.uint64(1)

    def meets(i: int, j: int, nth: int, meetings: Any, overlaps: Any) -> Any:
        word = overlaps[meetings[i, nth], np.uint64(j) >> six]
        return ((word >> (np.uint64(j) & last)) & one) != 0

    return _jit(meets)


def _zeros() -> Any:
    """How many bits of a word are 0 before the first that is not: one instruction."""
    from llvmlite import ir
    from numba import types
    from numba.extending import intrinsic

    @intrinsic
    def zeros(context: Any, word: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

        return types.uint64(types.uint64), code

    return zeros


def _insert() -> Any:
    def insert(best: Any, scores: Any, place: int, score: Any) -> None:
        """Into a list in order, before what is less; the last one falls out."""
        at = len(best) - 1
        while at > 0 and scores[at - 1] < score:
            scores[at], best[at] = scores[at - 1], best[at - 1]
            at -= 1
        scores[at], best[at] = score, place

    return _jit(insert)


def _loop(score: Any) -> Any:
    zeros, insert = _zeros(), _insert()
    one, most = np.uint64(1), 64

    def loop(
        keys: Any, words: Any, needs: Any, products: Any, meetings: Any, overlaps: Any, settings: Any, counts: Any,
        best: Any, scores: Any, product_best: Any, product_scores: Any, floor: Any, kept: Any,
    ) -> None:  # fmt: skip
        size, passes = words.shape[1], keys.shape[1] // 4
        row = np.empty(size, np.uint64)
        places = np.empty(size * most, np.int32)
        found = np.empty(size * most, scores.dtype)
        for i in range(len(keys)):
            a, b, c, d = words[keys[i, 0]], words[keys[i, 1]], words[keys[i, 2]], words[keys[i, 3]]
            for w in range(size):
                row[w] = a[w] & b[w] & c[w] & d[w]
            for nth in range(1, passes):
                a, b = words[keys[i, 4 * nth]], words[keys[i, 4 * nth + 1]]
                c, d = words[keys[i, 4 * nth + 2]], words[keys[i, 4 * nth + 3]]
                for w in range(size):
                    row[w] &= a[w] & b[w] & c[w] & d[w]
            if len(kept):
                kept[i] = row
            count = 0
            for w in range(size):
                word = row[w]
                while word:
                    places[count] = w * most + np.int64(zeros(word))
                    word &= word - one
                    count += 1
            counts[i] = count
            for nth in range(count):
                found[nth] = score(needs, i, products, places[nth], meetings, overlaps, settings)
            mine, mine_scores = best[i], scores[i]
            for nth in range(count):
                j, here = places[nth], found[nth]
                if here > mine_scores[-1]:
                    insert(mine, mine_scores, j, here)
                if here > floor[j]:
                    insert(product_best[j], product_scores[j], i, here)
                    floor[j] = product_scores[j, -1]

    return _jit(loop)

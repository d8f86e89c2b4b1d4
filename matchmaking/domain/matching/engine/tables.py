"""Predicates as rows of bits by key, small ones merged, so that a need is a handful of rows to AND."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaking.domain.matching.engine.bits import packed, width
from matchmaking.domain.matching.engine.columns import Column, Predicate, Range, Table, Words, within

MOST_ROWS, MOST_BYTES = 4096, 2**18
"""A merged table stays within both, so that all of them together stay in the second-level cache."""
DIRECT = 2**17
"""Figures spread over fewer values find their row by looking it up instead of by bisection."""
AT_ONCE = 2**20
"""Cells of a table made at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """``words``: (k, w), one row of products per key; ``keys``: (n,) the row of each need."""

    keys: NDArray[np.int32]
    words: Words


def rows_of(predicate: Predicate) -> Rows:
    """One predicate; only rows that a need has."""
    return _range_rows(predicate) if isinstance(predicate, Range) else _table_rows(predicate)


def merged(found: Sequence[Rows], products: int, needs: int) -> list[Rows]:
    """The fewest tables worth having: the two smallest become one as long as that one stays small."""
    most = min(MOST_ROWS, MOST_BYTES // (8 * width(products)), max(needs // 4, 1))
    left = sorted(found, key=lambda rows: len(rows.words))
    whole: list[Rows] = []
    while left:
        first = left.pop(0)
        if left and len(first.words) * len(left[0].words) <= most:
            left.append(_both(first, left.pop(0)))
            left.sort(key=lambda rows: len(rows.words))
        else:
            whole.append(first)
    return whole


def distinct(values: Column) -> tuple[NDArray[np.int32], Column]:
    """(n,) place of each value among the (k,) different ones, these in order. By looking up where they lie close."""
    if not len(values):
        return np.zeros(0, np.int32), values
    least = values.min()
    if int(values.max()) - int(least) >= DIRECT:
        found, places = np.unique(values, return_inverse=True)
        return places.astype(np.int32), found
    there = np.bincount(values - least) > 0
    place = np.cumsum(there, dtype=np.int32) - np.int32(1)
    return place[values - least], np.flatnonzero(there) + least


def _both(left: Rows, right: Rows) -> Rows:
    words = left.words[:, None, :] & right.words[None, :, :]
    keys = left.keys * np.int32(len(right.words)) + right.keys
    return Rows(keys, words.reshape(-1, words.shape[2]))


def _table_rows(predicate: Table) -> Rows:
    used = np.bincount(predicate.keys, minlength=len(predicate.table)) > 0
    if used.all():
        return Rows(predicate.keys.astype(np.int32), packed(predicate.table))
    place = np.cumsum(used, dtype=np.int32) - np.int32(1)
    return Rows(place[predicate.keys], packed(predicate.table[used]))


def _range_rows(predicate: Range) -> Rows:
    """Between two neighbouring bounds every figure passes the same products: one row for each such stretch."""
    figures = predicate.figures
    if not len(figures):
        return Rows(np.zeros(0, np.int32), np.zeros((0, width(len(predicate.low))), np.uint64))
    least, most = figures.min(), figures.max()
    cuts = np.unique(np.concatenate([predicate.low, predicate.high + 1]))
    cuts = cuts[(cuts > least) & (cuts <= most)]
    if len(cuts) >= len(figures):
        return Rows(np.arange(len(figures), dtype=np.int32), _range_words(predicate, figures))
    return Rows(_stretch(figures, cuts), _range_words(predicate, np.concatenate([[least], cuts])))


def _stretch(figures: Column, cuts: Column) -> NDArray[np.int32]:
    """(n,) how many cuts lie at or below each figure."""
    if not len(cuts):
        return np.zeros(len(figures), np.int32)
    first, spread = cuts[0] - 1, int(cuts[-1]) - int(cuts[0]) + 2
    if spread > DIRECT or spread > 4 * len(figures):
        return np.searchsorted(cuts, figures, "right").astype(np.int32)
    steps = np.zeros(spread, np.int32)
    steps[cuts - first] = 1
    found: NDArray[np.int32] = np.cumsum(steps, dtype=np.int32)[np.clip(figures, first, cuts[-1]) - first]
    return found


def _range_words(predicate: Range, figures: Column) -> Words:
    rows = max(AT_ONCE // max(len(predicate.low), 1), 1)
    parts = [
        packed(within(figures[start : start + rows, None], predicate.low, predicate.high))
        for start in range(0, len(figures), rows)
    ]
    return np.concatenate(parts)

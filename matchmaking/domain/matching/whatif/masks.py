"""Which criteria each pair fails, as the bits of one integer: bit c is set where criterion c does not pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matchmaking.domain.matching.catalogue import Need, Product
from matchmaking.domain.matching.criteria import Criterion
from matchmaking.domain.matching.index import Batch, Catalogue

Bits = NDArray[np.int64]
MOST_CRITERIA = 62
CELLS = 2**17
"""Pairs in one block: its integers stay in the second-level cache."""


def met(needs: Sequence[Need], products: Sequence[Product], on: date, criteria: Sequence[Criterion]) -> Batch:
    """Needs against products by admission rules alone; nothing is scored. Raises what ``Catalogue.meet`` raises, and
    ``ValueError`` for more criteria than an integer has bits."""
    if len(criteria) > MOST_CRITERIA:
        raise ValueError(f"{len(criteria)} criteria do not go into {MOST_CRITERIA} bits")
    return Catalogue(products, criteria=criteria, lines=()).meet(needs, on)


def failing_bits(batch: Batch, rows: slice) -> Bits:
    """(r, m) for a run of needs; 0 is an eligible pair."""
    found = np.zeros((rows.stop - rows.start, len(batch.catalogue.products)), np.int64)
    for place, meeting in enumerate(batch.meetings):
        found |= (~meeting.block(rows)).astype(np.int64) << place
    return found


def blocks(batch: Batch) -> Iterator[tuple[slice, Bits]]:
    """All of it, run by run."""
    return ((rows, failing_bits(batch, rows)) for rows in batch.runs(CELLS))


def bits_of(batch: Batch) -> Bits:
    """(n, m) at once, where there are few products."""
    width = len(batch.catalogue.products)
    return np.concatenate([np.empty((0, width), np.int64), *(bits for _, bits in blocks(batch))])

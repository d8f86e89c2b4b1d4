"""The engine of matching: bit sets per predicate, ANDed; a score for what is left; the best of both sides.

It works on columns (``columns``) and knows nothing of criteria or money: the house declares its market in that form
(``matching.market``), and so does whatever else is matched. ``tables`` turns predicates into rows of bits, ``arrays``
runs them with NumPy alone, ``compiled`` with Numba. Both give one answer, ties included: both sides stand in the order
of their ranks while they run, so that among equal scores whoever comes first stays first.
"""

from __future__ import annotations

from collections.abc import Callable

from matchmaking.domain.matching.engine import arrays
from matchmaking.domain.matching.engine.columns import Found, Market, Wanted

NUMPY, NUMBA = "numpy", "numba"


Executor = str | Callable[[Market, Wanted], Found]
"""A name, or whoever else runs a market to the same answer (a cluster)."""


def match(market: Market, wanted: Wanted, *, executor: Executor = NUMPY, threads: int = 1) -> Found:
    """Every need with every product. ``numba`` compiles at its first call; never ask for it in a web process.

    Raises ``KeyError`` for a name that is neither.
    """
    if not isinstance(executor, str):
        return executor(market, wanted)
    return {NUMPY: lambda: arrays.run(market, wanted), NUMBA: lambda: _compiled(market, wanted, threads)}[executor]()


def _compiled(market: Market, wanted: Wanted, threads: int) -> Found:
    from matchmaking.domain.matching.engine import compiled

    return compiled.run(market, wanted, threads)

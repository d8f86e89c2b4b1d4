"""The engine over several machines: the same loop over runs of needs, on the workers of a Dask scheduler."""

from __future__ import annotations

from functools import partial
from typing import Any

from matchmaking.domain.matching.engine.columns import Found, Market, Wanted
from matchmaking.domain.matching.engine.compiled import Prepared, blocks, execute, joined, prepare
from matchmaking.domain.reasons import Reason, Refusal

PARTS_PER_WORKER = 2
PATIENCE = 10
"""Seconds for the scheduler to answer."""


def match_on(scheduler: str, market: Market, wanted: Wanted) -> Found:
    """Every need with every product, on the workers of the scheduler at that address (``tcp://host:port``).

    Ships of each need its keys and its record, and the products' side once. Workers run the code of this checkout.
    Raises :class:`Refusal` ``match_run_no_dask``, ``match_run_no_scheduler``.
    """
    with _client(scheduler) as client:
        ready = prepare(market)
        workers = max(len(client.scheduler_info(n_workers=-1)["workers"]), 1)
        parts = [part for part in blocks(ready, PARTS_PER_WORKER * workers) if len(part.keys)]
        if not parts:
            return execute(ready, wanted)
        shared = client.scatter([ready.offering], broadcast=True)[0]
        run = partial(_part, wanted=wanted)
        return joined(client.gather([client.submit(run, part.asking, shared, pure=False) for part in parts]))


def _part(asking: Any, offering: Any, wanted: Wanted) -> Found:
    return execute(Prepared(*asking, *offering), wanted)


def _client(scheduler: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise Refusal(Reason("match_run_no_dask")) from None
    try:
        return Client(scheduler, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise Refusal(Reason("match_run_no_scheduler", {"scheduler": scheduler, "error": str(error)})) from None

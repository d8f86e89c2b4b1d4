"""Starting many threads at the same moment and collecting what each of them came to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

from matchmaking.foundation.storage import remove_session


def race(calls: Iterable[Callable[[], Any]]) -> list[Any]:
    """Run every call in a thread of its own, all let go at once; results or the exceptions raised, in their order."""
    waiting = list(calls)
    gate = threading.Barrier(len(waiting))
    results: list[Any] = [None] * len(waiting)

    def run(place: int, call: Callable[[], Any]) -> None:
        gate.wait()
        try:
            results[place] = call()
        except Exception as error:
            results[place] = error
        finally:
            remove_session()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(waiting)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results

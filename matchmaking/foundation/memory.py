"""How often the process looks for objects that refer to one another in a circle."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

NEW_OBJECTS = 10_000
"""Some ten pages' worth. By Python's own 700 a page is looked through while it is being made, survives three times over
and soon has the whole process looked through, catalogue included: a quarter of a second every hundred pages."""


def collect_seldom() -> None:
    """For a process that answers pages or works through jobs; harmless when repeated."""
    gc.set_threshold(NEW_OBJECTS, 10, 10)


@contextmanager
def collect_later() -> Iterator[None]:
    """Not at all inside: what is imported stays, and looking through it while it grows is a sixth of every start.

    Afterwards, an import that failed included, as it was before.
    """
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()

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
    """Not at all inside, and never at what was made there: what is imported stays until the process ends.

    Looking through it while it grows, and once more at the end, is two fifths of a short command. After an import that
    failed, everything is as it was before.
    """
    before = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if before:
            gc.enable()

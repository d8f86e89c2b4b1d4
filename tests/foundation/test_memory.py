"""Looking for garbage: not while the product is imported, and as before once that ended, well or not."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from matchmaking.foundation.memory import collect_later


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.isenabled()
    yield
    (gc.enable if before else gc.disable)()


@pytest.mark.parametrize("on", [True, False])
def test_an_import_that_failed_leaves_it_as_it_was(on: bool) -> None:
    (gc.enable if on else gc.disable)()
    frozen = gc.get_freeze_count()
    with pytest.raises(ImportError), collect_later():
        assert not gc.isenabled()
        raise ImportError
    assert (gc.isenabled(), gc.get_freeze_count()) == (on, frozen)

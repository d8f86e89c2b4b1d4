"""A portfolio of cases on each engine."""

from __future__ import annotations

import pytest

from tests.delivery.cases_world import World, open_world


@pytest.fixture
def world(database: str) -> World:
    """An empty portfolio of cases."""
    return open_world()

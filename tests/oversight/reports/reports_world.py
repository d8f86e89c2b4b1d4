"""A portfolio filled by a seed, its columns, and its reports by SQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.report_facts import Sizes, write
from matchmaking.foundation import storage
from matchmaking.foundation.columnar import Refreshed, Snapshots
from matchmaking.oversight.reports.asked import Asked, Row
from matchmaking.oversight.reports.extracts import EXTRACTS
from matchmaking.oversight.reports.reckoning import by_tables
from tests.delivery.cases_world import World, open_world

SIZES = Sizes(3_000, 6_000)


@pytest.fixture
def world(database: str) -> World:
    return open_world()


@pytest.fixture
def snapshots(tmp_path: Path) -> Snapshots:
    return Snapshots(tmp_path / "columnar", EXTRACTS)


def fill(world: World, seed: int, sizes: Sizes = SIZES) -> None:
    with storage.engine().begin() as connection:
        write(connection, world.portfolio.id, sizes, seed)


def refresh(snapshots: Snapshots, *, anew: bool = False) -> Refreshed:
    with storage.engine().connect() as connection:
        return snapshots.refresh(connection, anew=anew)


def oracle(name: str, asked: Asked) -> list[Row]:
    with storage.engine().connect() as connection:
        return by_tables(connection, name, asked)


def same(found: list[Row], expected: list[Row]) -> None:
    """Words and whole numbers equal; shares, which are sums of logarithms on one side, to nine places."""
    assert len(found) == len(expected)
    for ours, theirs in zip(found, expected, strict=True):
        assert [each for each in ours if not isinstance(each, float)] == [
            each for each in theirs if not isinstance(each, float)
        ]
        assert list(ours) == pytest.approx(list(theirs), abs=1e-9) if isinstance(ours[-1], float) else ours == theirs

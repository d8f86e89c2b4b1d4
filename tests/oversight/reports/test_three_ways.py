"""The reports from the tables, from the snapshots by DuckDB and by NumPy: the same figures, to the cent."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bench.report_facts import LAST, Sizes, write
from matchmaking.foundation import storage
from matchmaking.foundation.columnar import Snapshots
from matchmaking.oversight.reports.asked import Asked, Row
from matchmaking.oversight.reports.extracts import EXTRACTS
from matchmaking.oversight.reports.hot import REPORTS, by_numbers
from matchmaking.oversight.reports.reckoning import by_columns, by_tables
from matchmaking.oversight.reports.texts import CLASSES
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


def refresh(snapshots: Snapshots, *, anew: bool = False) -> object:
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


@pytest.mark.parametrize("seed", [1, 2])
def test_the_three_ways_tell_the_same_figures(world: World, snapshots: Snapshots, seed: int) -> None:
    fill(world, seed)
    refresh(snapshots)
    for as_of, known in ((LAST, LAST), (LAST - timedelta(400), LAST), (LAST - timedelta(400), LAST - timedelta(390))):
        asked = Asked.on(world.portfolio.id, as_of, known)
        for name in REPORTS:
            expected = oracle(name, asked)
            assert len(expected) >= 30
            same(by_columns(snapshots, name, asked), expected)
            same(by_numbers(snapshots, name, asked), expected)
    told = {str(row[1]) for row in by_numbers(snapshots, "reconciled", asked)}
    assert told == set(CLASSES)


def test_nothing_recorded_yet_is_no_row_and_no_mistake(world: World, snapshots: Snapshots) -> None:
    refresh(snapshots)
    asked = Asked.on(world.portfolio.id, LAST, LAST)
    for name in REPORTS:
        assert oracle(name, asked) == by_columns(snapshots, name, asked) == by_numbers(snapshots, name, asked) == []

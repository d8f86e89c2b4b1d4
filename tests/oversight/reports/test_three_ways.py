"""The reports from the tables, from the snapshots by DuckDB and by NumPy: the same figures, to the cent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bench.report_facts import LAST
from matchmaking.foundation.columnar import Snapshots
from matchmaking.oversight.reports.asked import Asked
from matchmaking.oversight.reports.hot import REPORTS, by_numbers
from matchmaking.oversight.reports.reckoning import by_columns
from matchmaking.oversight.reports.texts import CLASSES
from tests.delivery.cases_world import World
from tests.oversight.reports.reports_world import fill, oracle, refresh, same


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

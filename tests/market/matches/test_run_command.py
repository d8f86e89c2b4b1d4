"""``flask match run``, and the cluster: two local workers give what one process gives."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from flask import Flask

from matchmaking.domain.matching import engine
from matchmaking.domain.matching.engine.columns import Wanted
from matchmaking.domain.reasons import Refusal
from matchmaking.market.matches.runs.cluster import match_on
from tests.domain.matching.engine.markets import made, same
from tests.market.market_world import World
from tests.market.matches.test_runs import ON_ONE_ENGINE, stocked


@pytest.fixture(scope="module", params=["here", pytest.param("processes", marks=pytest.mark.release)])
def scheduler(request: pytest.FixtureRequest) -> Iterator[str]:
    """Of two workers that are spoken to over TCP: in this process, or for a release each in its own."""
    from distributed import LocalCluster

    how = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "protocol": "tcp"}
    with LocalCluster(processes=request.param == "processes", **how) as cluster:
        yield cluster.scheduler_address


def test_two_local_workers_give_what_one_process_gives(scheduler: str) -> None:
    market, wanted = made(3, 500, 130, coarse=True), Wanted(4, 6, True)
    alone, compiled = engine.match(market, wanted), engine.match(market, wanted, executor=engine.NUMBA)
    spread = match_on(scheduler, market, wanted)
    for one in (compiled, spread):
        same(one, alone)
        np.testing.assert_array_equal(one.words, alone.words)
    same(match_on(scheduler, made(3, 0, 5), wanted), engine.match(made(3, 0, 5), wanted))


@ON_ONE_ENGINE
def test_the_run_on_the_cluster_is_the_run_at_home(app: Flask, market: World, scheduler: str) -> None:
    """Who reckons has no part in what is read and kept: ``test_runs`` proves that on both databases."""
    stocked(market)
    told = [figures(app, "--engine", *more) for more in (["numpy"], ["numba"], ["dask", "--scheduler", scheduler])]
    assert [one["engine"] for one in told] == ["numpy", "numba", "dask"]
    assert told[0]["eligible_pairs"] == 5
    for name in ("needs", "products", "eligible_pairs", "unserved", "read_digest", "policy_version"):
        assert told[0][name] == told[1][name] == told[2][name]
    words = app.test_cli_runner().invoke(args=["match", "run", "--as-of", "2026-10-01"]).output
    assert "需求 3 个、产品 4 个" in words and "3 needs, 4 products" in words


def figures(app: Flask, *more: str) -> dict[str, Any]:
    done = app.test_cli_runner().invoke(args=["match", "run", "--json", *more])
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def test_without_dask_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(Refusal) as caught:
        match_on("tcp://127.0.0.1:1", made(1, 2, 2), Wanted())
    assert caught.value.reason.code == "match_run_no_dask"


@pytest.mark.parametrize("address", ["nonsense", "tcp://127.0.0.1:1"])
def test_a_scheduler_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr("matchmaking.market.matches.runs.cluster.PATIENCE", 1)
    with pytest.raises(Refusal) as caught:
        match_on(address, made(1, 2, 2), Wanted())
    assert caught.value.reason.code == "match_run_no_scheduler"


def test_engine_and_scheduler_go_together(app: Flask) -> None:
    for args in (["--engine", "dask"], ["--scheduler", "tcp://127.0.0.1:1"]):
        done = app.test_cli_runner().invoke(args=["match", "run", *args])
        assert done.exit_code == 2

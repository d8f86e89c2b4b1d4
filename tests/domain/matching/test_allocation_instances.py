"""Allocation on instances of others: the judge's own verdict on our plans, and Beasley's assignment problems."""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from matchmaking.domain.matching.allocation import Instance, from_judge, instance_of, solve, solve_covering
from matchmaking.domain.matching.allocation.exact import exact, relaxed
from tests.house.tree import DATA

SOURCE, GAP = DATA.parent / "bench" / "allocation.py", DATA / "gap"
pytestmark = pytest.mark.real
IN_BRIEF = 2
"""Problems of each file that every commit is tried on; the others of that size are tried before a release."""
PROBLEMS = [
    pytest.param(file, place, marks=[pytest.mark.release] if place > IN_BRIEF else [])
    for file in (1, 2, 3, 4) for place in range(1, 6)
]  # fmt: skip


@pytest.fixture(scope="module")
def judge() -> ModuleType:
    if not SOURCE.exists():
        pytest.skip("no ../shared/bench/allocation.py here")
    spec = importlib.util.spec_from_file_location("allocation_judge", SOURCE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def assignments(file: int) -> list[Instance]:
    """The problems of one file: jobs are needs, agents are products, each pair with its own use."""
    path = GAP / f"gap{file}.txt"
    if not path.exists():
        pytest.skip("no ../shared/data/gap here")
    numbers = list(map(int, path.read_text().split()))
    found, at = [], 1
    for _ in range(numbers[0]):
        agents, jobs = numbers[at : at + 2]
        size, at = agents * jobs, at + 2
        profit, use = (np.array(numbers[at + k * size : at + (k + 1) * size]).reshape(agents, jobs) for k in (0, 1))
        quota, at = numbers[at + 2 * size : at + 2 * size + agents], at + 2 * size + agents
        found.append(instance_of(
            need=np.repeat(np.arange(jobs), agents), product=np.tile(np.arange(agents), jobs), value=profit.T.ravel(),
            use=use.T.ravel(), needs=jobs, bank=np.arange(agents), count=[jobs] * agents, quota=quota, per_need=1,
        )[0])  # fmt: skip
    return found


def optimum(file: int, place: int) -> int:
    """The published one."""
    told: dict[str, Any] = json.loads((GAP / "optima.json").read_text())
    return int(told[f"gap{file}-{place}"]["value"])


@pytest.mark.parametrize(("file", "place"), PROBLEMS)
def test_every_job_is_placed_and_the_optimum_reached(file: int, place: int) -> None:
    instance = assignments(file)[place - 1]
    jobs = len(instance.limit)
    found = solve_covering(instance)
    assert found.served_bound == jobs
    verdict = exact(instance.covering(jobs), start=found.plan.edges)
    assert verdict.optimal and verdict.edges is not None
    assert len(np.unique(instance.need[verdict.edges])) == jobs
    assert verdict.worth == optimum(file, place)
    assert found.plan.value <= optimum(file, place) + (jobs - found.served) * int(instance.value.max())


@pytest.mark.parametrize(
    ("needs", "products", "seed"), [(60, 20, 1), (231, 50, 5), pytest.param(231, 50, 6, marks=pytest.mark.release)]
)
def test_the_judge_takes_the_plan_and_the_bound_is_above_the_relaxation(
    judge: ModuleType, needs: int, products: int, seed: int
) -> None:
    columns = judge.instance(needs, products, seed=seed)
    instance = from_judge(columns)
    plan = solve(instance)
    verdict = judge.evaluate(columns, plan.edges, "P2")
    assert verdict["feasible"] and verdict["floor_short"] == int(plan.short.sum()) == 0
    assert verdict["obj"] == plan.value == plan.worth
    limit = relaxed(instance).bound
    assert plan.value <= limit and limit <= plan.bound + 2 + limit // 500_000
    assert plan.bound * 1_000 <= limit * 1_001, "A4"
    assert plan.value * 100 >= limit * 92

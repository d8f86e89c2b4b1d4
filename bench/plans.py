"""Allocation plans against HiGHS in one run, goals A1–A4: ``python bench/plans.py``.

Every side runs in a process of its own, in turn, ``ROUNDS`` times (5), over the instances of
``../shared/bench/allocation.py``: 231×50, 5,000×200, 50,000×500, problem P2 (``SEED``, 5; ``SHARED`` names the folder).
Ours: prices, greedy and local search, with the bound they prove; compiling apart; at 231×50 also the whole way, HiGHS
going on from the plan part by part and then on the whole for five seconds. HiGHS: the linear relaxation, status
checked; at 231×50 also what it reaches in ten seconds from the whole way's plan.
Only solving is counted, in CPU seconds; building instances and models is not. The judge beside
the instances decides what is feasible.

The entry for other seeds, given the dict ``d`` of the judge's ``instance(n, m)``::

    from matchmaking.domain.matching.allocation import from_judge, solve_verified, warm_up
    warm_up()                              # compiles, or reads Numba's cache
    plan = solve_verified(from_judge(d))   # plan.edges, plan.bound, plan.price_count, plan.price_use over plan.scale
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import statistics
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.measuring import measure  # noqa: E402

JUDGE = Path(os.environ.get("SHARED", ROOT.parent / "shared")) / "bench" / "allocation.py"
SIZES = ((231, 50), (5_000, 200), (50_000, 500))
ROUNDS = max(1, int(os.environ.get("ROUNDS", "5")))
SEED = int(os.environ.get("SEED", "5"))
PROBLEM, SECONDS, WHOLE = "P2", 10, 5


def judge() -> Any:
    """Instances and the judge; the benchmark ends, saying so, where they are absent."""
    if not JUDGE.exists():
        raise SystemExit(f"no {JUDGE.name} beside the project: nothing to measure with")
    spec = importlib.util.spec_from_file_location("allocation_judge", JUDGE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ours(n: int, m: int, *, seconds: int = 0) -> dict[str, Any]:
    """Our plan, as the judge sees it; with ``seconds`` the exact solver goes on from it."""
    from matchmaking.domain.matching.allocation import from_judge, solve_verified, warm_up

    told, columns = judge(), judge().instance(n, m, seed=SEED)
    warm_up()
    instance = from_judge(columns)
    begun = time.process_time()
    plan = solve_verified(instance, seconds=seconds, compiled=True)
    seconds = time.process_time() - begun
    verdict = told.evaluate(columns, plan.edges, PROBLEM)
    return {"seconds": seconds, "bound": plan.bound, "plan": plan.edges.tolist() if n < 1_000 else [], **verdict}


def whole(n: int, m: int) -> dict[str, Any]:
    """The whole way: our plan, and HiGHS going on from it."""
    return ours(n, m, seconds=WHOLE)


def relaxation(n: int, m: int) -> dict[str, Any]:
    """HiGHS on the judge's matrix, relaxed."""
    solver = _solver(judge().instance(n, m, seed=SEED), whole=False)
    begun = time.process_time()
    solver.run()
    seconds = time.process_time() - begun
    return {"seconds": seconds, "status": _status(solver), "value": -solver.getInfo().objective_function_value}


def improved(n: int, m: int, start: list[int]) -> dict[str, Any]:
    """What HiGHS reaches in ten seconds of wall time from our plan."""
    import highspy
    import numpy as np

    columns = judge().instance(n, m, seed=SEED)
    solver = _solver(columns, whole=True)
    solver.setOptionValue("time_limit", float(SECONDS))
    begun, values = highspy.HighsSolution(), np.zeros(len(columns["I"]))
    values[start] = 1
    begun.col_value = values.tolist()
    solver.setSolution(begun)
    solver.run()
    found = np.flatnonzero(np.rint(solver.getSolution().col_value))
    verdict = judge().evaluate(columns, found, PROBLEM)
    return {"status": _status(solver), **verdict}


def _solver(columns: dict[str, Any], *, whole: bool) -> Any:
    import highspy
    import numpy as np

    matrix, low, high = judge().matrix(columns, PROBLEM)
    matrix = matrix.tocsc()
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = matrix.shape
    model.col_cost_ = -columns["V"].astype(float)
    model.col_lower_, model.col_upper_ = np.zeros(matrix.shape[1]), np.ones(matrix.shape[1])
    model.row_lower_, model.row_upper_ = low, high
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * matrix.shape[1]
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.passModel(model)
    return solver


def _status(solver: Any) -> str:
    return str(solver.modelStatusToString(solver.getModelStatus()))


def side(name: str, n: int, m: int, told: str = "") -> dict[str, Any]:
    """One side once, in a process of its own, with its peak memory."""
    command = [sys.executable, Path(__file__), name, str(n), str(m), *([told] if told else [])]
    run = measure(command, env={**os.environ, "SEED": str(SEED)}, cwd=ROOT)
    return {**json.loads(run.output.splitlines()[-1]), "peak": run.peak}


def compare(n: int, m: int) -> None:
    """One size: both sides in turn, the ratios of medians."""
    mine, theirs = [], []
    for _ in range(ROUNDS):
        mine.append(side("ours", n, m))
        theirs.append(side("relaxation", n, m))
    assert all(run["status"] == "Optimal" for run in theirs), "an objective is never read without its status"
    assert all(run["feasible"] and not run["floor_short"] for run in mine), "the judge does not take the plan"
    plan, limit = mine[0], theirs[0]["value"]
    assert plan["obj"] <= plan["bound"] and limit <= plan["bound"] + 1, "the bound is no bound"
    cpu, peer = ([run["seconds"] for run in runs] for runs in (mine, theirs))
    ratio = statistics.median(cpu) / statistics.median(peer)
    print(
        f"{n:>6}x{m:<4} plan/LP {plan['obj'] / limit:.5f}  bound/LP {plan['bound'] / limit:.6f}  "
        f"CPU s {statistics.median(cpu):.3f} ({min(cpu):.3f}–{max(cpu):.3f})  "
        f"HiGHS LP {statistics.median(peer):.3f} ({min(peer):.3f}–{max(peer):.3f})  ratio {ratio:.2f}  "
        f"peak MB {max(run['peak'] for run in mine):.0f} / {max(run['peak'] for run in theirs):.0f}"
    )
    if plan["plan"]:
        way = side("whole", n, m)
        best = side("improved", n, m, json.dumps(way["plan"]))
        print(
            f"{'':11} whole way {way['obj']:,}, {way['seconds']:.1f} CPU s, bound {way['bound']:,}; HiGHS from it in "
            f"{SECONDS} s ({best['status']}) {best['obj']:,}: {way['obj'] / best['obj']:.5f} of that"
        )


def main() -> None:
    """Every size, or one side of one size as a child."""
    if len(sys.argv) > 3:
        name, n, m = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
        found = improved(n, m, json.loads(sys.argv[4])) if name == "improved" else globals()[name](n, m)
        print(json.dumps(found, default=str))
        return
    judge()
    print(
        f"{platform.machine()} {platform.python_version()}; seed {SEED}, {ROUNDS} rounds, CPU seconds, median (spread)"
    )
    for n, m in SIZES:
        compare(n, m)


if __name__ == "__main__":
    main()

"""The same problem for HiGHS: the linear relaxation as verifier, the integer programme for a city's batch.

highspy is imported when first asked for, by the worker or the shell, never by a page. An objective is never read
without the status: of an interior-point run that timed out, HiGHS reports a number 5 % below the optimum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from matchmaking.domain.matching.allocation.instance import Instance, Ints

OPTIMAL, TIME_LIMIT = "Optimal", "Time limit reached"


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What HiGHS said. ``worth`` and ``edges`` are None where it has no sound plan (always for the relaxation);
    ``bound``: no plan is worth more, rounded up by the solver's own tolerance."""

    status: str
    bound: int
    edges: Ints | None = None
    worth: int | None = None

    @property
    def optimal(self) -> bool:
        """Whether it proved that nothing is better."""
        return self.status == OPTIMAL


def relaxed(instance: Instance) -> Verdict:
    """The linear relaxation: its optimum, rounded up, is a bound. ``ValueError`` where HiGHS does not finish."""
    solver = _solver(instance, whole=False)
    solver.run()
    status = solver.modelStatusToString(solver.getModelStatus())
    if status != OPTIMAL:
        raise ValueError(f"HiGHS ended the relaxation with {status}")
    return Verdict(status, _outward(solver.getInfo().objective_function_value))


def exact(instance: Instance, *, start: Ints | None = None, seconds: int = 10) -> Verdict:
    """The integer programme from ``start`` within ``seconds``. ``ValueError`` for any end but optimum or time limit."""
    import highspy

    solver = _solver(instance, whole=True)
    solver.setOptionValue("time_limit", seconds)
    solver.setOptionValue("mip_rel_gap", 0)
    if start is not None:
        begun = highspy.HighsSolution()
        begun.col_value = _columns_of(instance, start).tolist()
        solver.setSolution(begun)
    solver.run()
    status, info = solver.modelStatusToString(solver.getModelStatus()), solver.getInfo()
    if status not in (OPTIMAL, TIME_LIMIT):
        raise ValueError(f"HiGHS ended with {status}")
    bound = _outward(info.mip_dual_bound)
    if info.primal_solution_status != 2:
        return Verdict(status, bound)
    values = np.asarray(solver.getSolution().col_value)[: len(instance.need)]
    edges = np.flatnonzero(np.rint(values)).astype(np.int64)
    if instance.broken(edges):
        return Verdict(status, bound)
    return Verdict(status, bound, edges, instance.worth(edges))


def _outward(objective: Any) -> int:
    """The whole number that an optimum can be at most, with a thousandth and one part in a million for tolerances."""
    whole = (int(np.floor(objective * 1024)) + 1) // 1024
    return whole + abs(whole) // 1_000_000


def _columns_of(instance: Instance, plan: Ints) -> Ints:
    """A plan as a solution: edges, then needs served, then floors lacking, then coverage lacking."""
    edges = np.zeros(len(instance.need), np.int64)
    edges[plan] = 1
    served = np.zeros(len(instance.limit), np.int64)
    served[instance.need[plan]] = 1
    short, unserved = instance.short(plan)
    extra = (served, [unserved]) if instance.served_least else ()
    return np.concatenate([edges, *extra, short]).astype(np.int64)


def _solver(instance: Instance, *, whole: bool) -> Any:
    import highspy

    rows = _Rows(instance)
    columns = len(rows.cost)
    starts, index, factor, low, high = rows.matrix()
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = columns, len(low)
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = rows.cost.tolist()
    model.col_lower_, model.col_upper_ = [0] * columns, rows.most.tolist()
    infinity = highspy.kHighsInf
    model.row_lower_ = [-infinity if value is None else value for value in low]
    model.row_upper_ = [infinity if value is None else value for value in high]
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = starts, index, factor.tolist()
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * columns
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.passModel(model)
    return solver


class _Rows:
    """Constraints as compressed rows: per need, per need and bank, per product (count and use), floors, coverage."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        edges, needs, groups = len(instance.need), len(instance.limit), len(instance.least)
        covering = needs + 1 if instance.served_least else 0
        self.first_short = edges + covering
        weights = np.full(groups, -instance.floor_weight)
        extra = ([0] * needs, [-instance.cover_weight]) if covering else ()
        self.cost = np.concatenate([instance.value, *extra, weights]).astype(np.int64)
        ones = ([1] * needs, [instance.served_least]) if covering else ()
        self.most = np.concatenate([[1] * edges, *ones, instance.least]).astype(np.int64)
        self._index: list[Ints] = []
        self._factor: list[Ints] = []
        self._low: list[int | None] = []
        self._high: list[int | None] = []

    def matrix(self) -> tuple[Ints, Ints, Ints, list[int | None], list[int | None]]:
        """(start, column, factor, least, most) of the rows."""
        here = self.instance
        edges = np.arange(len(here.need))
        self._by(here.need, edges, np.ones_like(here.use), here.limit)
        pairs = here.need * (int(here.bank.max(initial=0)) + 1) + here.bank[here.product]
        _, of_pair, sizes = np.unique(pairs, return_inverse=True, return_counts=True)
        several = sizes[of_pair] > 1
        self._by(of_pair[several], edges[several], np.ones(int(several.sum()), np.int64), np.ones(len(sizes), np.int64))
        self._by(here.product, edges, np.ones_like(here.use), here.count)
        self._by(here.product, edges, here.use, here.quota)
        for group, least in enumerate(here.least.tolist()):
            members = np.repeat(np.arange(len(here.limit)), np.diff(here.group_start))[here.group == group]
            of_group = edges[np.isin(here.need, members)]
            self._row(np.append(of_group, self.first_short + group), np.ones(len(of_group) + 1, np.int64), least, None)
        if here.served_least:
            self._coverage(edges)
        sizes = np.array([len(index) for index in self._index], np.int64)
        starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        nothing = np.zeros(0, np.int64)
        index = np.concatenate([nothing, *self._index])
        return starts, index, np.concatenate([nothing, *self._factor]), self._low, self._high

    def _coverage(self, edges: Ints) -> None:
        here, first = self.instance, len(edges)
        start = here.start.tolist()
        for need in range(len(here.limit)):
            mine = edges[start[need] : start[need + 1]]
            self._row(np.append(mine, first + need), np.append(np.ones(len(mine), np.int64), -1), 0, None)
        served = first + np.arange(len(here.limit) + 1)
        self._row(served, np.append(here.fresh, 1), here.served_least, None)

    def _by(self, keys: Ints, columns: Ints, factors: Ints, most: Ints) -> None:
        """One row for each key: the sum of its columns is at most ``most[key]``."""
        order = np.argsort(keys, kind="stable")
        found, begins = np.unique(keys[order], return_index=True)
        for key, index, factor in zip(
            found.tolist(), np.split(columns[order], begins[1:]), np.split(factors[order], begins[1:]), strict=False
        ):
            self._row(index, factor, None, int(most[key]))

    def _row(self, index: Ints, factor: Ints, low: int | None, high: int | None) -> None:
        self._index.append(index)
        self._factor.append(factor)
        self._low.append(low)
        self._high.append(high)

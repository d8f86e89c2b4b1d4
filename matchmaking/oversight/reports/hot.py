"""The reports by NumPy on the snapshots' columns: sums by group number, no join and no sort of the whole."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaking.foundation.columnar import Snapshots
from matchmaking.oversight.reports.asked import Asked, Row, told
from matchmaking.oversight.reports.reckoning import WORDS
from matchmaking.oversight.reports.texts import CLASSES, HORIZONS

Numbers = NDArray[Any]
EXACT = 2**53
"""Whole numbers below are exact as floats, which is how ``bincount`` adds."""
MOST_CELLS = 20_000_000
READ = {
    "papers": "SELECT id, lender, area, grade, contract, month, signed_day, minor FROM papers "
    "WHERE portfolio_id = $portfolio AND known <= $known AND signed_day <= $as_of",
    "reports": "SELECT id, paper_id, lender, minor, value_day, loan, repeats, known FROM reports "
    "WHERE portfolio_id = $portfolio AND known <= $known AND value_day <= $as_of",
    "voids": "SELECT report_id FROM voids WHERE known <= $known",
    "verdicts": "SELECT report_id, kind FROM verdicts WHERE known <= $known",
    "answers": "SELECT id, report_id, answer, minor, received_day, answered_day FROM answers "
    "WHERE known <= $known AND (shared = 0 OR answer <> 0)",
    "lines": "SELECT report_id, minor, value_day FROM lines WHERE known <= $known",
}


class Columns:
    """What one reckoning reads, read once for all three reports. ``place`` gives a row's number by its id."""

    def __init__(self, con: Any, words: list[str], asked: Asked, wanted: tuple[str, ...] = tuple(READ)) -> None:
        self.words, self.asked = words, asked
        for name in wanted:
            read = READ[name]
            taken = {key: getattr(asked, key) for key in ("portfolio", "as_of", "known") if f"${key}" in read}
            setattr(self, name, con.execute(read, taken).fetchnumpy())
        self.paper = _Places(self.papers["id"])
        self.report = _Places(self.reports["id"])
        self.of = self.paper.of(self.reports["paper_id"])
        self._count()

    papers: dict[str, Numbers]
    reports: dict[str, Numbers]
    voids: dict[str, Numbers]
    verdicts: dict[str, Numbers]
    answers: dict[str, Numbers]
    lines: dict[str, Numbers]

    def _count(self) -> None:
        """``taken_back``, ``sided`` and ``counts`` of every report; ``live``: those on a paper that is known."""
        reports, size = self.reports, len(self.reports["id"])
        self.taken_back = self.report.marked(self.voids["report_id"])
        kind = self.verdicts["kind"]
        own = self.report.marked(self.verdicts["report_id"][kind == 1])
        self.sided = self.report.marked(self.verdicts["report_id"][kind == 0])
        self.counts = ~self.taken_back & (reports["loan"] == 1) & ((reports["repeats"] == 0) | own)
        self.live = np.flatnonzero(self.counts & (self.of >= 0)) if size else np.zeros(0, np.int64)
        # one scatter answers for all three reports: money, and whether there is any
        here = self.of[self.live]
        self.paid = summed(here, reports["minor"][self.live], len(self.papers["id"]))
        self.begun = np.bincount(here, minlength=len(self.papers["id"])) > 0


class _Places:
    """Row numbers by id; ids are dense enough that a table of them costs less than searching."""

    def __init__(self, ids: Numbers) -> None:
        self.size = len(ids)
        self.table = np.full(int(ids.max()) + 2 if len(ids) else 1, -1, np.int32)
        self.table[ids] = np.arange(len(ids), dtype=np.int32)

    def of(self, ids: Numbers) -> Numbers:
        """The rows of ``ids``; −1 for one that is not there."""
        # the last cell is never an id's
        return self.table[np.minimum(ids, len(self.table) - 1)]

    def marked(self, ids: Numbers) -> Numbers:
        """Which rows ``ids`` name."""
        found = np.zeros(self.size + 1, bool)
        found[self.of(ids)] = True
        return found[:-1]


def summed(place: Numbers, values: Numbers, size: int) -> Numbers:
    """The sum of ``values`` (whole, none negative) at every place, exact whatever their size within 64 bits."""
    if len(values) == 0 or float(values.sum(dtype=np.float64)) < EXACT:
        return np.bincount(place, weights=values, minlength=size).astype(np.int64)
    found = np.zeros(size, np.int64)
    np.add.at(found, place, values)
    return found


def conversion(columns: Columns) -> list[Row]:
    """As ``texts.CONVERSION``."""
    papers, size = columns.papers, len(columns.papers["id"])
    if not size:
        return []
    # codes in the order of their words: cells then come in the order they are told, and nothing is sorted
    order = sorted(range(len(columns.words)), key=columns.words.__getitem__)
    rank = np.argsort(np.array(order))
    lender, area, grade = (rank[papers[name]] for name in ("lender", "area", "grade"))
    place, cells = _cells([lender, papers["month"], area, grade])
    paid, minor = columns.paid, papers["minor"]
    count = len(cells[0])
    figures = (
        np.bincount(place, minlength=count),
        summed(place, minor, count),
        np.bincount(place[columns.begun], minlength=count),
        summed(place, np.minimum(paid, minor), count),
        np.bincount(place[columns.begun & (paid >= minor)], minlength=count),
    )
    shown = figures[0] > 0
    plain = [each[shown].tolist() for each in (*cells, *figures)]
    for at in WORDS["conversion"]:
        plain[at] = [columns.words[order[code]] for code in plain[at]]
    return list(zip(*plain, strict=True))


def waiting(columns: Columns) -> list[Row]:
    """As ``texts.WAITING``: one histogram of (lender, days), then running products over its few cells."""
    papers, asked = columns.papers, columns.asked
    contract = papers["contract"] == 1
    if not contract.any():
        return []
    first = np.full(len(contract), np.iinfo(np.int32).max, np.int32)
    np.minimum.at(first, columns.of[columns.live], columns.reports["value_day"][columns.live])
    end = np.where(columns.begun, first, asked.as_of)[contract]
    days = np.maximum(end - papers["signed_day"][contract], 0)
    lenders, span = papers["lender"][contract], int(days.max()) + 1
    cell = lenders.astype(np.int64) * span + days
    shape = (int(lenders.max()) + 1, span)
    gone = np.bincount(cell, minlength=shape[0] * span).reshape(shape)
    died = np.bincount(cell[columns.begun[contract]], minlength=shape[0] * span).reshape(shape)
    risk = gone[:, ::-1].cumsum(1)[:, ::-1]
    left = np.cumprod(np.where(died > 0, 1.0 - died / np.maximum(risk, 1), 1.0), axis=1)
    rows = []
    for lender in np.flatnonzero(risk[:, 0]):
        longest = int(np.flatnonzero(gone[lender])[-1])
        still = [float(left[lender, min(day, span - 1)]) for day in HORIZONS]
        rows.append((lender, risk[lender, 0], died[lender].sum(), longest, *still))
    return told(rows, columns.words, WORDS["waiting"])


def reconciled(columns: Columns) -> list[Row]:
    """As ``texts.RECONCILED``."""
    reports, papers, asked = columns.reports, columns.papers, columns.asked
    firm, third = _firm(columns), _third(columns)
    against = (firm == 2) | (third == 2)
    late = asked.known - reports["known"] >= asked.unanswered
    agree = (firm == 1).astype(np.int8) + (third == 1)
    state = np.select([agree == 2, agree == 1, late], [0, 1, 3], 2)
    state[against] = np.where(columns.sided[against], 1, 4)
    state[~columns.counts] = 5
    unfounded = columns.taken_back & ((firm > 0) | (third > 0))
    idle = ~columns.begun
    lender = np.concatenate([reports["lender"], papers["lender"][idle], reports["lender"][unfounded]])
    minor = np.concatenate([reports["minor"], papers["minor"][idle], reports["minor"][unfounded]])
    kind = np.concatenate([state, np.full(idle.sum(), 6), np.full(unfounded.sum(), 7)])
    if not len(kind):
        return []
    place = lender.astype(np.int64) * len(CLASSES) + kind
    size = (int(lender.max()) + 1) * len(CLASSES)
    count, money = np.bincount(place, minlength=size), summed(place, minor, size)
    rows = []
    for cell in np.flatnonzero(count):
        code, class_ = divmod(int(cell), len(CLASSES))
        rows.append((code, CLASSES[class_], count[cell], money[cell]))
    return told(rows, columns.words, WORDS["reconciled"])


REPORTS = {"conversion": conversion, "waiting": waiting, "reconciled": reconciled}


def by_numbers(snapshots: Snapshots, name: str, asked: Asked) -> list[Row]:
    """One report from the snapshots."""
    with snapshots.opened() as (con, words):
        return REPORTS[name](Columns(con, words, asked))


def _cells(keys: list[Numbers]) -> tuple[Numbers, list[Numbers]]:
    """Every row's group number, and for each group its keys."""
    low, high = [int(key.min()) for key in keys], [int(key.max()) for key in keys]
    shape = tuple(b - a + 1 for a, b in zip(low, high, strict=True))
    flat = np.ravel_multi_index(tuple(key - a for key, a in zip(keys, low, strict=True)), shape)
    size = int(np.prod(shape, dtype=np.int64))
    numbers = np.arange(size)
    if size > MOST_CELLS:
        numbers, flat = np.unique(flat, return_inverse=True)
    return flat, [part + a for part, a in zip(np.unravel_index(numbers, shape), low, strict=True)]


def _firm(columns: Columns) -> Numbers:
    """0: not heard, 1: the firm's last answer agrees, 2: it does not."""
    answers, reports, asked = columns.answers, columns.reports, columns.asked
    place = columns.report.of(answers["report_id"])
    # written in this order, the last answer of a report stays
    order = np.lexsort((answers["id"], answers["answered_day"]))
    order = order[place[order] >= 0]
    last = np.full(len(reports["id"]), -1, np.int64)
    last[place[order]] = order
    heard = np.flatnonzero(last >= 0)
    said = last[heard]
    minor, day = answers["minor"][said], answers["received_day"][said]
    same = (minor < 0) | (np.abs(minor - reports["minor"][heard]) <= asked.tolerance)
    same &= (day < 0) | (np.abs(day - reports["value_day"][heard]) <= asked.days)
    found = np.zeros(len(reports["id"]), np.int8)
    found[heard] = np.where(same & (answers["answer"][said] == 0), 1, 2)
    return found


def _third(columns: Columns) -> Numbers:
    """0: no other party's statement, 1: all its lines agree, 2: one does not."""
    lines, reports, asked = columns.lines, columns.reports, columns.asked
    place = columns.report.of(lines["report_id"])
    kept = place >= 0
    place = place[kept]
    differs = np.abs(lines["minor"][kept] - reports["minor"][place]) > asked.tolerance
    differs |= np.abs(lines["value_day"][kept] - reports["value_day"][place]) > asked.days
    found = np.zeros(len(reports["id"]), np.int8)
    found[place] = 1
    found[place[differs]] = 2
    return found

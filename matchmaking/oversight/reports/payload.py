"""The reports' rows rolled up to what a page shows; grades are never added, and sums are of minor units."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from matchmaking.oversight.reports.asked import Row
from matchmaking.oversight.reports.texts import HORIZONS

SCHEMA = "reports/1"
BY = {"lender": 0, "month": 1, "area": 2}
"""What the conversion is told by, and its place in a row."""
GRADE = 3
MILLION = 1_000_000


def rolled(rows: Mapping[str, Sequence[Row]]) -> dict[str, Any]:
    """``{"schema", "conversion": {grade: {by: [[name, papers, signed, with money, paid, in full]]}}, "waiting",
    "reconciled": {lender: {class: [reports, minor]}}}``."""
    return {
        "schema": SCHEMA,
        "conversion": _conversion(rows["conversion"]),
        "waiting": [_waited(row) for row in rows["waiting"]],
        "reconciled": _reconciled(rows["reconciled"]),
    }


def digest_of(rows: Mapping[str, Sequence[Row]]) -> str:
    """SHA-256 of every row; shares to six places."""
    told = {name: [[round(v, 6) if isinstance(v, float) else v for v in row] for row in rows[name]] for name in rows}
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _conversion(rows: Sequence[Row]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for by, place in BY.items():
        sums: dict[tuple[Any, Any], list[int]] = defaultdict(lambda: [0] * 5)
        for row in rows:
            held = sums[row[GRADE], row[place]]
            for at, value in enumerate(row[GRADE + 1 :]):
                held[at] += int(value)
        for (grade, name), figures in sorted(sums.items()):
            found.setdefault(grade, {}).setdefault(by, []).append([_named(by, name), *figures])
    return found


def _named(by: str, name: Any) -> Any:
    return f"{name // 12}-{name % 12 + 1:02d}" if by == "month" else name


def _waited(row: Row) -> dict[str, Any]:
    """Shares with money by each horizon in millionths; none beyond the longest wait that was watched."""
    lender, papers, events, longest, *left = row
    watched = zip(HORIZONS, left, strict=True)
    told = [None if day > int(longest) else round((1 - float(still)) * MILLION) for day, still in watched]
    return {"lender": lender, "papers": papers, "events": events, "longest": longest, "paid_ppm": told}


def _reconciled(rows: Sequence[Row]) -> dict[str, dict[str, list[int]]]:
    found: dict[str, dict[str, list[int]]] = {}
    for lender, kind, count, minor in rows:
        found.setdefault(str(lender), {})[str(kind)] = [int(count), int(minor)]
    return found

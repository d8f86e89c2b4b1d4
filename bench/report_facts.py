"""Agreements, reports, answers and statement lines by a seed, written straight into the product's own tables.

For measuring and for tests of the reports: every class of the reconciliation occurs, payments beyond what was signed,
reports taken back that a firm still speaks for, and instants on both sides of midnight in Shanghai.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any

import numpy as np
from sqlalchemy import Connection

FIRST, LAST = date(2023, 1, 1), date(2026, 9, 30)
AREAS = (
    "汉滨区",
    "汉阴县",
    "石泉县",
    "宁陕县",
    "紫阳县",
    "岚皋县",
    "平利县",
    "镇坪县",
    "旬阳市",
    "白河县",
    "高新区",
    "恒口",
)
GRADES = ("loan_contract", "credit_line", "commitment_letter", "intent_letter", "strategic")
LENDERS = tuple(f"演示银行{number:02d}" for number in range(30))
AT_ONCE = 20_000
BY = "bench"


@dataclass(frozen=True)
class Sizes:
    """How many agreements and reports; answers to half of the reports, other parties' lines on four in ten."""

    agreements: int
    reports: int
    repeated: float = 0.01
    """Share of the reports that were marked as repeating the one before."""


def write(connection: Connection, portfolio: int, sizes: Sizes, seed: int) -> dict[str, int]:
    """Fill an empty database; table → rows written. ``connection`` is inside a transaction."""
    written = {}
    for table, columns, rows in _tables(portfolio, sizes, np.random.default_rng(seed)):
        put = _copy if connection.dialect.name == "postgresql" else _insert
        written[table] = put(connection, table, columns, rows)
    # both planners guess badly about tables filled a moment ago
    connection.exec_driver_sql("ANALYZE")
    return written


def _insert(connection: Connection, table: str, columns: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> int:
    said = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    cursor, count = connection.connection.cursor(), 0
    while batch := list(islice(rows, AT_ONCE)):
        cursor.executemany(said, batch)
        count += len(batch)
    return count


def _copy(connection: Connection, table: str, columns: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> int:
    count = 0
    raw: Any = connection.connection.driver_connection
    flags = [place for place, name in enumerate(columns) if name in BOOLEANS]
    with raw.cursor() as cursor:
        # the keys are right by construction; asking for each would take most of the time
        cursor.execute("SET LOCAL session_replication_role = replica")
        with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                told = list(row)
                for place in flags:
                    told[place] = bool(told[place])
                for place, name in enumerate(columns):
                    if name == "recorded_at":
                        told[place] += "+00"
                copy.write_row(told)
                count += 1
        cursor.execute("SET LOCAL session_replication_role = origin")
    return count


BOOLEANS = {"by_project_plan", "revolving", "device_shared"}


def _numbered(*columns: Any) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Rows of plain numbers, counted from 0."""
    return enumerate(zip(*(column.tolist() for column in columns), strict=True))


def _tables(portfolio: int, sizes: Sizes, rng: Any) -> Iterator[tuple[str, tuple[str, ...], Iterator[tuple[Any, ...]]]]:
    n, m = sizes.agreements, sizes.reports
    span = (LAST - FIRST).days
    days = [(FIRST + timedelta(each)).isoformat() for each in range(-60, span + 401)]
    day = lambda number: days[number + 60]  # noqa: E731
    # half past midnight in Shanghai is yesterday in UTC
    instants = [" 04:00:00.000000", " 16:30:00.000000"]
    lender, area = rng.integers(0, len(LENDERS), n), rng.integers(0, len(AREAS), n)
    grade = rng.choice(len(GRADES), n, p=(0.55, 0.2, 0.1, 0.14, 0.01))
    signed = rng.integers(0, span + 1, n)
    minor = rng.integers(10, 5_000, n) * 1_000_000 + rng.integers(0, 100, n)
    minor[grade == 4] = 0
    late = rng.integers(0, 3, n)
    fact = ("id", "public_key", "recorded_at", "recorded_by")

    def known(number: int, lag: int) -> str:
        return day(min(number + lag, span + 300)) + instants[lag % 2]

    yield (
        "agreement",
        (*fact, "portfolio_id", "origin", "series", "external_id", "firm", "lender", "branch", "area_name",
         "instrument", "amount_minor", "currency", "signed_on", "by_project_plan", "declared", "revolving"),
        (
            (i + 1, f"A{i:09d}", known(s, z), BY, portfolio, "case", "case", f"A{i:09d}", "演示企业", LENDERS[b],
             "演示支行", AREAS[a], GRADES[g], x or None, "CNY", day(s), 0, "new", 0)
            for i, (b, a, g, s, x, z) in _numbered(lender, area, grade, signed, minor, late)
        ),
    )  # fmt: skip
    paper = np.sort(rng.integers(0, n, m))
    wait = rng.geometric(0.02, m) - 5
    value = signed[paper] + wait
    kept = (value >= 0) & (value <= span + 30)
    paper, value = paper[kept], value[kept]
    m = len(paper)
    share = rng.integers(10, 90, m)
    paid = np.maximum(minor[paper] * share // 100, 1)
    form, lag = rng.random(m) < 0.97, rng.integers(0, 40, m)
    twin = np.flatnonzero(rng.random(m) < sizes.repeated)
    twin = twin[twin > 0]
    repeats = np.zeros(m, np.int64)
    repeats[twin] = twin
    yield (
        "disbursement",
        (*fact, "portfolio_id", "agreement_id", "lender", "branch", "iou_no", "revision", "amount_minor", "value_on",
         "reported_on", "form", "repeats_id"),
        (
            (i + 1, f"D{i:09d}", known(v, z), BY, portfolio, p + 1, LENDERS[b], "演示支行", f"JJ{i:09d}", 1, x, day(v),
             day(v), "loan" if f else "acceptance", r or None)
            for i, (p, b, v, x, f, z, r) in _numbered(paper, lender[paper], value, paid, form, lag, repeats)
        ),
    )  # fmt: skip
    void = np.flatnonzero(rng.random(m) < 0.03)
    yield (
        "disbursement_void",
        (*fact, "disbursement_id", "voided_on", "reason"),
        (
            (i + 1, f"V{i:09d}", known(v, 5 + i % 90), BY, d + 1, day(v), "演示")
            for i, (d, v) in enumerate(zip(void.tolist(), value[void].tolist(), strict=True))
        ),
    )
    answered = np.sort(np.concatenate([np.flatnonzero(rng.random(m) < 0.5), np.flatnonzero(rng.random(m) < 0.02)]))
    size = len(answered)
    word = rng.choice(3, size, p=(0.9, 0.07, 0.03))
    said = np.where(rng.random(size) < 0.5, paid[answered] - (rng.random(size) < 0.05) * 100_000_000, -1)
    said = np.maximum(said, -1)
    after = rng.choice(8, size, p=(0.3, 0.3, 0.2, 0.15, 0.02, 0.01, 0.01, 0.01))
    yield (
        "confirmation",
        (*fact, "disbursement_id", "answer", "amount_minor", "received_on", "answered_on", "device_shared"),
        (
            (i + 1, f"C{i:09d}", known(v + 3, i % 30), BY, d + 1, ("right", "wrong", "not_received")[w],
             None if x < 0 else x, None if i % 3 == 0 else day(v + z), day(v + z + i % 4), i % 50 == 0)
            for i, (d, v, w, x, z) in _numbered(answered, value[answered], word, said, after)
        ),
    )  # fmt: skip
    lined = np.sort(np.concatenate([np.flatnonzero(rng.random(m) < 0.4), np.flatnonzero(rng.random(m) < 0.02)]))
    off = rng.choice(8, len(lined), p=(0.4, 0.3, 0.15, 0.1, 0.02, 0.01, 0.01, 0.01))
    yield (
        "third_party_line",
        (*fact, "disbursement_id", "source", "amount_minor", "value_on"),
        (
            (i + 1, f"L{i:09d}", known(v + 1, i % 20), BY, d + 1, LENDERS[b] if i % 40 == 0 else "演示收款方",
             x + (i % 60 == 0) * 5_000, day(v + z))
            for i, (d, b, v, x, z) in _numbered(lined, lender[paper[lined]], value[lined], paid[lined], off)
        ),
    )  # fmt: skip
    judged = np.flatnonzero(rng.random(m) < 0.01)
    yield (
        "verdict",
        (*fact, "disbursement_id", "kind", "decided_on", "document"),
        (
            (i + 1, f"J{i:09d}", known(v + 9, i % 60), BY, d + 1, ("for_bank", "for_firm", "distinct")[i % 3],
             day(v + 9), "演示文书")
            for i, (d, v) in enumerate(zip(judged.tolist(), value[judged].tolist(), strict=True))
        ),
    )  # fmt: skip

"""The three reports as SQL: one text for SQLite, PostgreSQL and DuckDB, over the columns of ``extracts``.

On the tables a ``WITH`` before it makes the columns out of the rows (the oracle); on the snapshots they are files.
Takes ``portfolio``, ``as_of``, ``known`` and the rulebook's tolerances. Days are counted from 1970-01-01.
"""

from __future__ import annotations

HORIZONS = (30, 90, 180, 360)
"""Days after signing at which the share still waiting is told."""

THREE, TWO, ONE, OVERDUE, CONFLICT, HELD = "three", "two", "one", "overdue", "conflict", "held"
"""As the kernel's reconciliation; ``held`` is what counts nothing: taken back, no loan principal, reported before."""
UNREPORTED, UNFOUNDED = "unreported", "unfounded"
"""A signing without any report that counts; a report taken back that a firm or a statement still speaks for."""
CLASSES = (THREE, TWO, ONE, OVERDUE, CONFLICT, HELD, UNREPORTED, UNFOUNDED)

LIVE = """
gone AS (SELECT DISTINCT report_id FROM voids WHERE known <= :known),
ruled AS (
    SELECT report_id, MAX(kind) AS own, MAX(1 - kind) AS sided FROM verdicts WHERE known <= :known GROUP BY report_id
),
told AS (
    SELECT r.id, r.paper_id, r.lender, r.minor, r.value_day, r.known, COALESCE(j.sided, 0) AS sided,
        CASE WHEN g.report_id IS NULL THEN 0 ELSE 1 END AS taken_back,
        CASE WHEN g.report_id IS NULL AND r.loan = 1 AND (r.repeats = 0 OR COALESCE(j.own, 0) = 1)
            THEN 1 ELSE 0 END AS counts
    FROM reports r
    LEFT JOIN gone g ON g.report_id = r.id
    LEFT JOIN ruled j ON j.report_id = r.id
    WHERE r.portfolio_id = :portfolio AND r.value_day <= :as_of AND r.known <= :known
),
signed AS (
    SELECT * FROM papers WHERE portfolio_id = :portfolio AND signed_day <= :as_of AND known <= :known
)"""
"""Every report known on the day with whether it counts, and every signing."""

CONVERSION = f"""{LIVE},
paid AS (SELECT paper_id, SUM(minor) AS minor FROM told WHERE counts = 1 GROUP BY paper_id)
SELECT s.lender, s.month, s.area, s.grade, COUNT(*), SUM(s.minor), COUNT(p.paper_id),
    SUM(CASE WHEN p.minor IS NULL THEN 0 WHEN p.minor > s.minor THEN s.minor ELSE p.minor END),
    SUM(CASE WHEN p.minor >= s.minor THEN 1 ELSE 0 END)
FROM signed s LEFT JOIN paid p ON p.paper_id = s.id
GROUP BY s.lender, s.month, s.area, s.grade"""  # noqa: S608
"""Signings and money paid on them, no more than signed, by lender × month of signing × area × grade."""

_LEFT = ", ".join(
    f"MIN(CASE WHEN days > {day} THEN 1.0 WHEN fall < -600 THEN 0.0 ELSE exp(fall) END)" for day in HORIZONS
)
WAITING = f"""{LIVE},
begun AS (SELECT paper_id, MIN(value_day) AS day FROM told WHERE counts = 1 GROUP BY paper_id),
spells AS (
    SELECT s.lender,
        CASE WHEN b.day IS NULL THEN :as_of - s.signed_day WHEN b.day < s.signed_day THEN 0
            ELSE b.day - s.signed_day END AS days,
        CASE WHEN b.day IS NULL THEN 0 ELSE 1 END AS happened
    FROM signed s LEFT JOIN begun b ON b.paper_id = s.id
    WHERE s.contract = 1
),
leaving AS (SELECT lender, days, COUNT(*) AS n, SUM(happened) AS d FROM spells GROUP BY lender, days),
risk AS (
    SELECT lender, days, d, SUM(n) OVER (PARTITION BY lender ORDER BY days DESC) AS r FROM leaving
),
curve AS (
    SELECT lender, days, d, r,
        SUM(CASE WHEN d < r THEN ln(1.0 - CAST(d AS double precision) / CAST(r AS double precision))
            ELSE -700.0 END) OVER (PARTITION BY lender ORDER BY days) AS fall
    FROM risk
)
SELECT lender, MAX(r), SUM(d), MAX(days), {_LEFT} FROM curve GROUP BY lender"""  # noqa: S608
"""Kaplan–Meier by lender, of contracts, from signing to first money: subjects, events, longest wait, S(30) … S(360)."""

RECONCILED = f"""{LIVE},
heard AS (
    SELECT report_id, answer, minor, received_day,
        ROW_NUMBER() OVER (PARTITION BY report_id ORDER BY answered_day DESC, id DESC) AS place
    FROM answers WHERE known <= :known AND (shared = 0 OR answer <> 0)
),
seen AS (
    SELECT l.report_id,
        MAX(CASE WHEN ABS(l.minor - r.minor) > :tolerance OR ABS(l.value_day - r.value_day) > :days
            THEN 1 ELSE 0 END) AS differs
    FROM lines l JOIN reports r ON r.id = l.report_id WHERE l.known <= :known GROUP BY l.report_id
),
beside AS (
    SELECT t.lender, t.minor, t.counts, t.sided, t.taken_back, :known - t.known AS waited,
        CASE WHEN h.report_id IS NULL THEN 0
            WHEN h.answer = 0 AND (h.minor < 0 OR ABS(h.minor - t.minor) <= :tolerance)
                AND (h.received_day < 0 OR ABS(h.received_day - t.value_day) <= :days) THEN 1 ELSE 2 END AS firm,
        CASE WHEN e.report_id IS NULL THEN 0 WHEN e.differs = 0 THEN 1 ELSE 2 END AS third
    FROM told t
    LEFT JOIN heard h ON h.report_id = t.id AND h.place = 1
    LEFT JOIN seen e ON e.report_id = t.id
),
classed AS (
    SELECT lender, minor,
        CASE WHEN counts = 0 THEN 'held' WHEN firm = 2 OR third = 2
                THEN CASE WHEN sided = 1 THEN 'two' ELSE 'conflict' END
            WHEN firm = 1 AND third = 1 THEN 'three' WHEN firm = 1 OR third = 1 THEN 'two'
            WHEN waited >= :unanswered THEN 'overdue' ELSE 'one' END AS class
    FROM beside
    UNION ALL
    SELECT lender, minor, 'unfounded' FROM beside WHERE taken_back = 1 AND (firm > 0 OR third > 0)
    UNION ALL
    SELECT s.lender, s.minor, 'unreported' FROM signed s
    LEFT JOIN (SELECT DISTINCT paper_id FROM told WHERE counts = 1) p ON p.paper_id = s.id
    WHERE p.paper_id IS NULL
)
SELECT lender, class, COUNT(*), SUM(minor) FROM classed GROUP BY lender, class"""  # noqa: S608
"""Reports by lender and by who stands behind them, and what has no other side."""

TEXTS = {"conversion": CONVERSION, "waiting": WAITING, "reconciled": RECONCILED}

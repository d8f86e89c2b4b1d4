"""One way to the three reports, in a process of its own: ``report_peers.py WAY WHAT URL FOLDER``; prints JSON.

``WAY``: ``tables`` (the SQL on the database), ``columns`` (DuckDB on Parquet), ``numbers`` (NumPy on the same files),
``refresh`` and ``rebuild`` (the files from the tables), ``fill`` and ``more``. CPU is that of the work, without
starting Python; PostgreSQL's is that of the server's own process, read from /proc, with parallel workers switched off
so that no work hides in others.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from sqlalchemy import Connection, text  # noqa: E402

from bench.report_facts import LAST, Sizes, write  # noqa: E402
from matchmaking import tables  # noqa: E402, F401
from matchmaking.foundation import storage  # noqa: E402
from matchmaking.foundation.columnar import Snapshots  # noqa: E402
from matchmaking.oversight.reports.asked import Asked  # noqa: E402
from matchmaking.oversight.reports.extracts import EXTRACTS  # noqa: E402
from matchmaking.oversight.reports.reckoning import by_tables, columns_of  # noqa: E402
from matchmaking.registry.portfolios.models import Portfolio  # noqa: E402

NAMES = ("conversion", "waiting", "reconciled")
PORTFOLIO = 1
SEED = 7
TICKS = os.sysconf("SC_CLK_TCK")


def server_cpu(connection: Connection) -> Callable[[], float]:
    """Seconds of CPU of the server's process behind ``connection``; 0 for SQLite, which runs in ours."""
    if connection.dialect.name != "postgresql":
        return lambda: 0.0
    connection.execute(text("SET max_parallel_workers_per_gather = 0"))
    connection.execute(text("SET statement_timeout = 0"))
    connection.execute(text("SET work_mem = '256MB'"))
    stat = Path(f"/proc/{connection.execute(text('SELECT pg_backend_pid()')).scalar_one()}/stat")

    def spent() -> float:
        fields = stat.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    return spent


def reckoned(way: str, names: tuple[str, ...], connection: Connection, snapshots: Snapshots) -> dict[str, Any]:
    """The reports ``names`` by ``way``."""
    asked = Asked.on(PORTFOLIO, LAST, LAST)
    if way == "tables":
        return {name: by_tables(connection, name, asked) for name in names}
    with snapshots.opened() as (con, words):
        if way == "columns":
            return {name: columns_of(con, words, name, asked) for name in names}
        from matchmaking.oversight.reports.hot import REPORTS, Columns

        columns = Columns(con, words, asked)
        return {name: REPORTS[name](columns) for name in names}


def fill(connection: Connection, sizes: Sizes) -> dict[str, int]:
    """An empty, migrated database with one portfolio and all its facts."""
    told = {"id": PORTFOLIO, "code": "bench", "title_zh": "演示", "title_en": "Demo", "kind": "cases"}
    told |= {"currency": "CNY", "jurisdiction": "", "created_at": datetime(2023, 1, 1, tzinfo=UTC)}
    connection.execute(storage.table_of(Portfolio).insert(), told)
    return write(connection, PORTFOLIO, sizes, SEED)


def more(connection: Connection) -> dict[str, int]:
    """A day's work on top: every two-hundredth report comes once more, as another 借据."""
    names = "recorded_at, recorded_by, portfolio_id, agreement_id, lender, branch, revision, amount_minor, value_on"
    said = (
        f"INSERT INTO disbursement (id, public_key, iou_no, {names}, reported_on, form) "
        f"SELECT t.top + d.id, 'M' || d.id, 'M' || d.id, {names}, reported_on, form "
        "FROM disbursement d, (SELECT MAX(id) AS top FROM disbursement) t WHERE d.id % 200 = 0 AND repeats_id IS NULL"
    )
    return {"disbursement": connection.execute(text(said)).rowcount}


def main() -> None:
    """Do it and tell what it cost."""
    way, what, url, folder = sys.argv[1:5]
    snapshots = Snapshots(Path(folder), EXTRACTS)
    if way in ("columns", "numbers"):
        import duckdb  # noqa: F401
        import numpy  # noqa: F401
    names = NAMES if what == "all" else (what,)
    with storage.bind_engine(url).connect() as connection:
        spent = server_cpu(connection)
        ours, server, wall = time.process_time(), spent(), time.monotonic()
        if way in ("fill", "more"):
            done: Any = fill(connection, Sizes(*map(int, what.split(",")))) if way == "fill" else more(connection)
            connection.commit()
        elif way in ("refresh", "rebuild"):
            found = snapshots.refresh(connection, anew=way == "rebuild")
            done = {"rows": found.rows, "rebuilt": found.rebuilt}
        else:
            done = reckoned(way, names, connection, snapshots)
        cpu = time.process_time() - ours + spent() - server
    # not ru_maxrss, which a child begins with its parent's
    status = Path("/proc/self/status").read_text("utf-8").splitlines()
    (peak,) = (int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))
    print(json.dumps({"cpu": cpu, "wall": time.monotonic() - wall, "peak": peak, "done": done}))


if __name__ == "__main__":
    main()

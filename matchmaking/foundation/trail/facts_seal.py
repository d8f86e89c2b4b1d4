"""The facts behind the trail: their rows are digested into it, so that a rewritten amount is found like an event.

A ``facts.sealed`` event names, for every append-only table with new rows, the ids it covers, how many rows they are,
the columns and the SHA-256 of their content. Reading them again shows whether any was changed or removed since. Rows
added later wait for the next seal.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Table, func, inspect, select, text
from sqlalchemy.orm import Session

from matchmaking.foundation.storage import Base, run_in_unit_of_work, session
from matchmaking.foundation.trail.guards import append_only_tables
from matchmaking.foundation.trail.models import TrailEvent
from matchmaking.foundation.trail.recording import record

TAG = "facts.sealed"
CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows of one table with ``after`` < id ≤ ``last``: how many, and the digest of their content."""

    table: str
    after: int
    last: int
    rows: int
    sha256: str
    columns: tuple[str, ...] = ()
    """What the digest covers. A seal that does not say covers all columns but those marked ``later``."""


@dataclass(frozen=True, slots=True)
class FactsReport:
    """``rows`` agree with their seals; ``waiting`` came after the last one; ``changed`` are stretches that differ."""

    rows: int
    waiting: int
    changed: tuple[Stretch, ...]


def seal_facts(*, at: datetime, actor: str = "job:checkpoint") -> int:
    """Digest every fact row not yet sealed into one trail event; how many rows that were (0 writes nothing)."""
    bounds = run_in_unit_of_work(_bounds)
    tables = Base.metadata.tables
    stretches = [
        _stretch(name, after, last, tuple(tables[name].c.keys()))
        for name, (after, last) in bounds.items()
        if last > after
    ]
    if stretches:
        run_in_unit_of_work(_write, stretches, at=at, actor=actor)
    return sum(stretch.rows for stretch in stretches)


def verify_facts() -> FactsReport:
    """Read every sealed row again. Also says how many rows wait for a seal."""
    sealed = list(_sealed(session()))
    changed = [one for one in sealed if _stretch(one.table, one.after, one.last, one.columns) != one]
    ends = _ends(sealed)
    waiting = sum(_count_after(table, ends.get(table.name, 0)) for table in _tables())
    return FactsReport(sum(one.rows for one in sealed), waiting, tuple(changed))


def _tables() -> list[Table]:
    present = set(inspect(session().connection()).get_table_names())
    names = [name for name in append_only_tables() if name != TrailEvent.__tablename__ and name in present]
    return [Base.metadata.tables[name] for name in names]


def _bounds(current: Session) -> dict[str, tuple[int, int]]:
    """First unsealed and last id of every table, with no writer in flight who could still commit a lower id."""
    tables = _tables()
    if current.get_bind().dialect.name == "postgresql" and tables:
        current.execute(text("LOCK TABLE " + ", ".join(table.name for table in tables) + " IN SHARE MODE"))
    ends = _ends(_sealed(current))
    return {
        table.name: (ends.get(table.name, 0), current.execute(select(func.max(table.c.id))).scalar() or 0)
        for table in tables
    }


def _ends(sealed: Any) -> dict[str, int]:
    ends: dict[str, int] = {}
    for one in sealed:
        ends[one.table] = max(one.last, ends.get(one.table, 0))
    return ends


def _sealed(current: Session) -> Iterator[Stretch]:
    for payload in current.scalars(select(TrailEvent.payload).where(TrailEvent.tag == TAG).order_by(TrailEvent.seq)):
        for table, told in payload.items():
            yield Stretch(
                table, told["after"], told["last"], told["rows"], told["sha256"], tuple(told.get("columns", ()))
            )


def _stretch(name: str, after: int, last: int, columns: tuple[str, ...]) -> Stretch:
    table, digest, rows = Base.metadata.tables[name], hashlib.sha256(), 0
    covered = [table.c[one] for one in columns] or [one for one in table.c if not one.info.get("later")]
    wanted = select(*covered).where(table.c.id > after, table.c.id <= last).order_by(table.c.id)
    for row in session().execute(wanted.execution_options(yield_per=CHUNK)):
        digest.update(json.dumps([_plain(value) for value in row], ensure_ascii=True).encode() + b"\n")
        rows += 1
    return Stretch(name, after, last, rows, digest.hexdigest(), columns)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, sort_keys=True) if isinstance(value, dict) else value


def _count_after(table: Table, last: int) -> int:
    return session().execute(select(func.count()).select_from(table).where(table.c.id > last)).scalar() or 0


def _write(current: Session, stretches: list[Stretch], *, at: datetime, actor: str) -> None:
    payload = {
        one.table: {
            "after": one.after,
            "last": one.last,
            "rows": one.rows,
            "sha256": one.sha256,
            "columns": list(one.columns),
        }
        for one in stretches
    }
    record(current, actor=actor, tag=TAG, subject="facts:all", payload=payload, at=at)

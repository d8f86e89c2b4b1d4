"""A folder of Parquet files that follows append-only tables by their ids.

A refresh reads one transaction, so that all tables are of one moment: rows above the last head become one more file.
Rows up to it are counted and summed again; where that differs (a row rewritten, removed or committed late, a database
put back) the table is pulled anew. The manifest is replaced last and in one step: a reader sees the old set or the new.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from sqlalchemy import Connection, text

from matchmaking.foundation.columnar.extracts import WORD, Extract

MANIFEST = "manifest.json"
CHUNK = 50_000
MOST_PARTS = 32
"""Files of one table before they are pulled together into one."""
MEMORY_MB = 1024


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did: rows pulled, tables pulled anew, and the heads it stands at (table → highest id)."""

    rows: int
    rebuilt: tuple[str, ...]
    heads: dict[str, int]


class Snapshots:
    """The columns of ``extracts`` under ``folder``; ``threads`` bounds DuckDB."""

    def __init__(self, folder: Path, extracts: Sequence[Extract], *, threads: int = 1) -> None:
        self.folder, self.extracts, self.threads = folder, extracts, threads

    def refresh(self, connection: Connection, *, anew: bool = False) -> Refreshed:
        """Follow the tables as ``connection``'s open transaction sees them; ``anew`` pulls everything."""
        self.folder.mkdir(parents=True, exist_ok=True)
        held = {"tables": {}, "words": []} if anew else self.manifest()
        words = {word: code for code, word in enumerate(held["words"])}
        pulled, rebuilt, tables = 0, [], {}
        for extract in self.extracts:
            entry, rows, whole = self._follow(connection, extract, held["tables"].get(extract.name), words)
            tables[extract.name] = entry
            pulled += rows
            rebuilt += [extract.name] if whole else []
        self._replace({"tables": tables, "words": list(words)})
        return Refreshed(pulled, tuple(rebuilt), {name: entry["head"] for name, entry in tables.items()})

    def manifest(self) -> dict[str, Any]:
        """Which files hold which rows; empty where nothing was pulled or the file cannot be read."""
        try:
            found: dict[str, Any] = json.loads((self.folder / MANIFEST).read_text("utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return {"tables": {}, "words": []}
        whole = all((self.folder / part).exists() for entry in found["tables"].values() for part in entry["parts"])
        return found if whole else {"tables": {}, "words": []}

    @contextmanager
    def opened(self) -> Iterator[tuple[Any, list[str]]]:
        """DuckDB with one view for each extract, and the words that their codes stand for."""
        held = self.manifest()
        if {extract.name for extract in self.extracts} - set(held["tables"]):
            raise FileNotFoundError(f"no columns under {self.folder}: refresh first")
        with _duckdb(self.threads) as con:
            for name, entry in held["tables"].items():
                parts = ", ".join(f"'{_quoted(self.folder / part)}'" for part in entry["parts"])
                con.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet([{parts}])")  # noqa: S608
            yield con, held["words"]

    def _follow(
        self, connection: Connection, extract: Extract, held: dict[str, Any] | None, words: dict[str, int]
    ) -> tuple[dict[str, Any], int, bool]:
        head = int(connection.execute(text(extract.head)).scalar_one())
        whole = held is None or len(held["parts"]) >= MOST_PARTS or self._moved(connection, extract, held, head)
        after, parts = (0, []) if whole or held is None else (held["head"], list(held["parts"]))
        if not whole and head == after:
            return dict(held or {}), 0, False
        part, rows = self._pull(connection, extract, after, head, words)
        return self._entry(connection, extract, head, [*parts, part]), rows, whole

    def _moved(self, connection: Connection, extract: Extract, held: dict[str, Any], head: int) -> bool:
        return head < held["head"] or _fingerprint(connection, extract, held["head"]) != held["fingerprint"]

    def _entry(self, connection: Connection, extract: Extract, head: int, parts: list[str]) -> dict[str, Any]:
        return {"head": head, "fingerprint": _fingerprint(connection, extract, head), "parts": parts}

    def _pull(
        self, connection: Connection, extract: Extract, after: int, head: int, words: dict[str, int]
    ) -> tuple[str, int]:
        """One file of the rows above ``after`` up to ``head``; its name, which no earlier file had, and how many."""
        select = extract.select(connection.dialect.name, " AND t.id > :after AND t.id <= :head ORDER BY t.id")
        streamed = connection.execution_options(stream_results=True, yield_per=CHUNK)
        result, rows = streamed.execute(text(select), {"after": after, "head": head}), 0
        with _duckdb(self.threads) as con:
            kinds = ", ".join(f"{name} {_kind(name)}" for name in extract.columns)
            con.execute(f"CREATE TABLE pulled ({kinds})")
            for chunk in result.partitions(CHUNK):
                rows += len(chunk)
                con.register("chunk", _arrays(extract, chunk, words))
                con.execute("INSERT INTO pulled SELECT * FROM chunk")
                con.unregister("chunk")
            # a name of its own: a reader of the old manifest must not find other rows under a name it holds
            with NamedTemporaryFile(
                dir=self.folder, prefix=f"{extract.name}-", suffix=".parquet", delete=False
            ) as made:
                con.execute(f"COPY pulled TO '{_quoted(Path(made.name))}' (FORMAT parquet, COMPRESSION lz4)")
        return Path(made.name).name, rows

    def _replace(self, manifest: dict[str, Any]) -> None:
        with NamedTemporaryFile("w", dir=self.folder, suffix=".new", delete=False, encoding="utf-8") as new:
            json.dump(manifest, new, ensure_ascii=False)
            new.flush()
            os.fsync(new.fileno())
        kept = {part for entry in manifest["tables"].values() for part in entry["parts"]}
        old = {part for entry in self.manifest()["tables"].values() for part in entry["parts"]}
        Path(new.name).replace(self.folder / MANIFEST)
        # what the manifest before this one named stays one refresh longer, for a reader that holds it
        for path in self.folder.glob("*.parquet"):
            if path.name not in kept | old:
                path.unlink()


def _fingerprint(connection: Connection, extract: Extract, head: int) -> list[int]:
    return [int(each) for each in connection.execute(text(extract.fingerprint), {"head": head}).one()]


def _arrays(extract: Extract, rows: Sequence[Any], words: dict[str, int]) -> dict[str, Any]:
    import numpy as np

    told = {}
    for (name, column), values in zip(extract.columns.items(), zip(*rows, strict=True), strict=True):
        if column.kind == WORD:
            values = tuple(words.setdefault(value, len(words)) for value in values)
        told[name] = np.array(values, dtype=np.int64)
    return told


def _kind(name: str) -> str:
    """Keys and money are wide; days, codes and flags are not."""
    return "BIGINT" if name == "id" or name.endswith(("_id", "minor")) else "INTEGER"


@contextmanager
def _duckdb(threads: int) -> Iterator[Any]:
    import duckdb

    settings: dict[str, str | bool | int | float | list[str]] = {
        "threads": str(threads),
        "memory_limit": f"{MEMORY_MB}MB",
    }
    con = duckdb.connect(":memory:", config=settings)
    try:
        yield con
    finally:
        con.close()


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")

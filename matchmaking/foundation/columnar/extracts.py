"""What is taken out of a table, and how both engines say it. Days are counted from 1970-01-01, in Shanghai."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

DAY, KNOWN, MONTH, NUMBER, WORD = "day", "known", "month", "number", "word"
"""A date; an instant, as its Shanghai day; a date's month (year × 12 + month − 1); an integer; a text."""

SAID: Mapping[str, Mapping[str, str]] = {
    "sqlite": {
        DAY: "CAST(julianday({0}) - 2440587.5 AS INTEGER)",
        KNOWN: "CAST(julianday({0}, '+8 hours') - 2440587.5 AS INTEGER)",
        MONTH: "(CAST(substr({0}, 1, 4) AS INTEGER) * 12 + CAST(substr({0}, 6, 2) AS INTEGER) - 1)",
    },
    "postgresql": {
        DAY: "({0} - DATE '1970-01-01')",
        KNOWN: "(CAST({0} AT TIME ZONE 'Asia/Shanghai' AS date) - DATE '1970-01-01')",
        MONTH: "CAST(EXTRACT(YEAR FROM {0}) * 12 + EXTRACT(MONTH FROM {0}) - 1 AS integer)",
    },
}
UNSTATED = -1
"""What stands for a null among numbers and days; no amount and no day of ours is negative."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``raw`` is an SQL expression that both engines know, ``kind`` what it holds."""

    raw: str
    kind: str = NUMBER
    nullable: bool = False

    def said(self, dialect: str) -> str:
        """The expression on ``dialect``; a text null is the empty text."""
        told = SAID[dialect].get(self.kind, "{0}").format(self.raw)
        if self.kind == WORD:
            return f"COALESCE({told}, '')"
        return f"COALESCE({told}, {UNSTATED})" if self.nullable else told


@dataclass(frozen=True, slots=True)
class Extract:
    """Rows of an append-only ``table`` (aliased ``t``) with its integer key ``t.id``; the first column is ``id``.

    ``keep`` says which rows belong; it must hang on columns that never change. ``money``: the amount that the
    fingerprint covers beside the ids.
    """

    name: str
    table: str
    columns: Mapping[str, Column]
    joins: str = ""
    keep: str = "1 = 1"
    money: str = "0"

    def select(self, dialect: str, within: str = "") -> str:
        """The rows as both the pull and the oracle read them."""
        said = ", ".join(f"{column.said(dialect)} AS {name}" for name, column in self.columns.items())
        # nothing here comes from outside: names and expressions are the product's own
        return f"SELECT {said} FROM {self.table} t {self.joins} WHERE {self.keep}{within}"  # noqa: S608

    @property
    def head(self) -> str:
        """The highest id there is."""
        return f"SELECT COALESCE(MAX(id), 0) FROM {self.table}"  # noqa: S608

    @property
    def fingerprint(self) -> str:
        """Of rows up to ``:head``: how many, the sum of their ids, and a sum that no two amounts can swap places in."""
        mixed = f"COALESCE(SUM((({self.money}) % 1000003) * (t.id % 997 + 1)), 0)"
        said = f"SELECT COUNT(*), COALESCE(SUM(t.id), 0), {mixed} FROM {self.table} t"  # noqa: S608
        return f"{said} {self.joins} WHERE {self.keep} AND t.id <= :head"

"""A closed month in cells: what each agreement held in each bucket, and what it was later found to have held.

Frozen cells and the differences of every restatement add up to the figure as known now, cell by cell, to the cent.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from matchmaking.domain.conversion import buckets as b

MEMBER = "member"
"""Standing of what counts in the ledger itself; what stands apart is in sums of its own."""
VERIFIED_GROSS = frozenset({b.A1, b.A3, b.A5})
"""Buckets whose verified part is the numerator of 合同放款率."""
STATEMENT_PAID = frozenset({"SP", "SO"})
"""Money that a statement says left, within the original and over it."""
UNSEALED = frozenset({"facts_seq", "findings", "further_findings"})
"""Keys of an audit that are no figure of its two days: how far our records had come, and questions asked about them."""


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """Where a sum stands: an agreement (its id), its standing, the ledger of its grade, the bucket."""

    agreement: int
    standing: str
    grade: str
    bucket: str


@dataclass(frozen=True, slots=True)
class Held:
    """Minor units in a cell and the verified part of them; of a difference both may be negative."""

    amount: int = 0
    verified: int = 0

    def __add__(self, other: Held) -> Held:
        return Held(self.amount + other.amount, self.verified + other.verified)

    def __sub__(self, other: Held) -> Held:
        return Held(self.amount - other.amount, self.verified - other.verified)

    def __bool__(self) -> bool:
        return bool(self.amount or self.verified)


NONE = Held()
Cells = Mapping[Cell, Held]


def cells_of(lines: Iterable[Mapping[str, Any]]) -> dict[Cell, Held]:
    """Ledger lines of an audit (columns of a stored line) summed by cell."""
    found: dict[Cell, Held] = defaultdict(Held)
    for line in lines:
        cell = Cell(line["agreement_id"], line["standing"], line["grade"], line["bucket"])
        found[cell] += Held(line["amount_minor"], line["verified_minor"])
    return {cell: held for cell, held in found.items() if held}


def differences(earlier: Cells, later: Cells) -> dict[Cell, Held]:
    """Later less earlier in every cell that differs, in order of cell."""
    both = sorted({*earlier, *later})
    found = {cell: later.get(cell, NONE) - earlier.get(cell, NONE) for cell in both}
    return {cell: held for cell, held in found.items() if held}


def added(earlier: Cells, changes: Cells) -> dict[Cell, Held]:
    """``earlier`` with ``changes`` upon it: the inverse of :func:`differences`."""
    found = {cell: earlier.get(cell, NONE) + changes.get(cell, NONE) for cell in sorted({*earlier, *changes})}
    return {cell: held for cell, held in found.items() if held}


@dataclass(frozen=True, slots=True)
class Headline:
    """The head of one grade: signed, paid by whatever source, verified as gross disbursed; minor units."""

    signed: int = 0
    paid: int = 0
    verified: int = 0

    def __add__(self, other: Headline) -> Headline:
        return Headline(self.signed + other.signed, self.paid + other.paid, self.verified + other.verified)

    def __bool__(self) -> bool:
        return bool(self.signed or self.paid or self.verified)


def headlines(by_bucket: Iterable[tuple[str, str, Held]]) -> dict[str, Headline]:
    """Grade → its head, from (grade, bucket, held) of members; of differences, the change of each head."""
    found: dict[str, Headline] = defaultdict(Headline)
    for grade, bucket, held in by_bucket:
        paid = held.amount if bucket in b.PAID or bucket in STATEMENT_PAID else 0
        found[grade] += Headline(held.amount, paid, held.verified if bucket in VERIFIED_GROSS else 0)
    return dict(found)


def heads_json(lines: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """Grade → the head of its members as plain JSON, from ledger lines; :func:`heads_read` is the inverse."""
    members = ((line["grade"], line["bucket"], line) for line in lines if line["standing"] == MEMBER)
    heads = headlines((grade, bucket, Held(x["amount_minor"], x["verified_minor"])) for grade, bucket, x in members)
    return {grade: asdict(head) for grade, head in heads.items()}


def heads_read(told: Mapping[str, Mapping[str, int]]) -> dict[str, Headline]:
    """Heads as kept."""
    return {grade: Headline(**head) for grade, head in told.items()}


def seal(payload: Mapping[str, Any], lines: Iterable[tuple[str, Mapping[str, Any]]]) -> str:
    """SHA-256 over the canonical text of an audit: its payload without :data:`UNSEALED`, and every line by public key.

    ``lines``: (public key of the agreement, columns of the line). Keys are sorted, numbers are integers, text is UTF-8:
    whoever holds the same facts of the same two days comes to the same 64 hexadecimal digits.
    """
    told = sorted(
        [key, line["standing"], line["grade"], line["bucket"], line["amount_minor"], line["verified_minor"]]
        for key, line in lines
    )
    figures = {name: value for name, value in payload.items() if name not in UNSEALED}
    text = json.dumps(
        {"audit": figures, "lines": told}, ensure_ascii=False, sort_keys=True, allow_nan=False, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()

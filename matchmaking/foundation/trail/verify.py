"""Reading the whole trail again and finding the first event that is not what was written.

The chain finds changed, removed, added and reordered rows. A tail cut off together with its head, or a chain computed
anew after a change, is consistent in itself; only checkpoints kept elsewhere find those.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason
from matchmaking.foundation.trail.chain import GENESIS, event_hash
from matchmaking.foundation.trail.checkpoint import Checkpoint
from matchmaking.foundation.trail.merkle import Tree
from matchmaking.foundation.trail.models import TrailHead

CHUNK = 5000
NEARBY = 500
"""How far a misplaced event is looked for, only to name what happened to it."""

# bytes as they lie in the table: a parsed value could hide a change of its spelling
RAW = {
    "sqlite": "SELECT seq, CAST(at AS BLOB), CAST(actor AS BLOB), CAST(tag AS BLOB), CAST(subject AS BLOB), "
    "CAST(payload AS BLOB), CAST(prev_hash AS BLOB), CAST(hash AS BLOB)",
    "postgresql": "SELECT seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), actor, tag, "
    "subject, payload, prev_hash, hash",
}
FIELDS = ("at", "actor", "tag", "subject", "payload", "prev_hash")


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the trail first fails, and why in words."""

    seq: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """How many sound ``events`` were read, the Merkle ``root`` over them (hexadecimal), the first ``fault`` or None."""

    events: int
    root: str
    checkpoints: int
    fault: Fault | None

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return self.fault is None


@dataclass(frozen=True, slots=True)
class _Row:
    seq: int
    fields: dict[str, str]
    hash: str


def verify(session: Session, checkpoints: Sequence[Checkpoint] = ()) -> VerifyReport:
    """Check every event, the head and ``checkpoints`` (their signatures are checked when they are read).

    Streams; 200,000 events take a few seconds. Other processes may go on writing meanwhile.
    """
    walk = _Walk(sorted(checkpoints, key=lambda checkpoint: checkpoint.size))
    fault = _walk_to_head(session, walk) or walk.missing_tail()
    return VerifyReport(walk.tree.size, walk.tree.root().hex(), walk.matched, fault)


def _walk_to_head(session: Session, walk: _Walk) -> Fault | None:
    while True:
        before = walk.tree.size
        for row in _rows(session, walk.last_seq):
            if fault := walk.step(row):
                return fault
        head = session.execute(select(TrailHead.seq, TrailHead.hash).where(TrailHead.id == 1)).first()
        if head is None:
            return Fault(1, Reason("chain_headless", {"seq": before})) if walk.tree.size else None
        # events are read first: a head further on may only mean that somebody wrote in between
        if head.seq <= walk.tree.size or walk.tree.size == before:
            return _at_head(walk, head.seq, head.hash)


def _at_head(walk: _Walk, seq: int, digest: str) -> Fault | None:
    end = walk.tree.size
    if seq > end:
        return Fault(end + 1, Reason("chain_cut", {"seq": end + 1, "last": seq}))
    if seq < end:
        return Fault(seq + 1, Reason("chain_beyond_head", {"seq": seq + 1, "last": seq}))
    return None if digest == walk.last_hash else Fault(end, Reason("chain_head_differs", {"seq": end}))


class _Walk:
    """The state of one reading: the last sound hash, the tree so far, the checkpoints still ahead."""

    def __init__(self, checkpoints: list[Checkpoint]) -> None:
        self.tree, self.last_hash, self.last_seq = Tree(), GENESIS, -(2**62)
        self.matched, self._sealed = 0, 0
        self._ahead = list(reversed(checkpoints))

    def step(self, row: _Row | int) -> Fault | None:
        """Take the next row; a row that could not even be read comes as its number."""
        expected = self.tree.size + 1
        if isinstance(row, int):
            return Fault(row, Reason("chain_changed", {"seq": row}))
        if fault := _fault_of(row, expected, self.last_hash):
            return fault
        self.tree.add(bytes.fromhex(row.hash))
        self.last_hash, self.last_seq = row.hash, row.seq
        return self._against_checkpoints()

    def _against_checkpoints(self) -> Fault | None:
        while self._ahead and self._ahead[-1].size == self.tree.size:
            if self._ahead.pop().root != self.tree.root():
                first = self._sealed + 1
                return Fault(first, Reason("chain_rewritten", {"seq": first, "last": self.tree.size}))
            self.matched, self._sealed = self.matched + 1, self.tree.size
        return None

    def missing_tail(self) -> Fault | None:
        """A checkpoint sealed more events than there are."""
        if not self._ahead:
            return None
        first = self.tree.size + 1
        return Fault(first, Reason("chain_cut", {"seq": first, "last": self._ahead[0].size}))


def _fault_of(row: _Row, expected: int, last_hash: str) -> Fault | None:
    if row.seq > expected:
        return Fault(expected, Reason("chain_removed", {"seq": expected, "last": row.seq - 1}))
    if row.seq < expected:
        return Fault(row.seq, Reason("chain_added", {"seq": row.seq}))
    if event_hash(seq=row.seq, **row.fields) != row.hash:
        return Fault(row.seq, _changed_or_moved(row))
    if row.fields["prev_hash"] != last_hash:
        return Fault(row.seq, Reason("chain_unlinked", {"seq": row.seq}))
    return None


def _changed_or_moved(row: _Row) -> Reason:
    for distance in range(1, NEARBY + 1):
        for seq in (row.seq - distance, row.seq + distance):
            if event_hash(seq=seq, **row.fields) == row.hash:
                return Reason("chain_moved", {"seq": row.seq, "belongs": seq})
    return Reason("chain_changed", {"seq": row.seq})


def _rows(session: Session, after: int) -> Iterator[_Row | int]:
    """Events after ``after`` in their order, a chunk at a time."""
    dialect = session.get_bind().dialect.name
    wanted = text(RAW[dialect] + " FROM trail_event WHERE seq > :after ORDER BY seq LIMIT :chunk")
    while True:
        chunk = session.execute(wanted, {"after": after, "chunk": CHUNK}).all()
        for raw in chunk:
            yield _row(raw, dialect)
        if len(chunk) < CHUNK:
            return
        after = chunk[-1][0]


def _row(raw: Any, dialect: str) -> _Row | int:
    seq, *rest = raw
    try:
        at, *others, digest = [value.decode() for value in rest] if dialect == "sqlite" else rest
    except (UnicodeDecodeError, AttributeError):
        return int(seq)
    if dialect == "sqlite":
        if at[10:11] != " ":
            return int(seq)
        at = f"{at[:10]}T{at[11:]}Z"
    return _Row(seq, dict(zip(FIELDS, (at, *others), strict=True)), digest)

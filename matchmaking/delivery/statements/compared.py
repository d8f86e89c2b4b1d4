"""What a file as read would change against what stands: the same for a preview, which writes nothing, and an import.

A correction is compared with the statement of its own day and then with the one before; a statement that comes out of
order is compared with the one before its day, and the comparison of the one after it is left as it was made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from matchmaking.delivery.statements.facts import PLAIN
from matchmaking.delivery.statements.models import Statement
from matchmaking.delivery.statements.queries import positions_of, standing_before, standing_on
from matchmaking.domain.statements.comparing import COMPARED, Comparison, PositionFigures, compare
from matchmaking.domain.statements.positions import Position
from matchmaking.domain.statements.slips import VANISHED, Slip, slips_of
from matchmaking.foundation.sandbox import positions_in

KINDS = ("added", "changed", "decreased", "vanished", "reworded", "unchanged", "lowered")
Said = Mapping[str, Position]


@dataclass(frozen=True, slots=True)
class Source:
    """A file as read. ``spool`` holds its positions as JSON lines; ``stated``: fields its columns and constants state.

    ``rounded_to``: unit to which its amounts are rounded, in minor units; 0 when they are exact.
    """

    series: str
    spool: Path
    stated: frozenset[str]
    rounded_to: int = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """``corrected``: the statement that stood for the same day; ``earlier``: the one that stands before it; each with
    its comparison, None where there is none.
    """

    corrected: Statement | None = None
    against_corrected: Comparison | None = None
    earlier: Statement | None = None
    against_earlier: Comparison | None = None
    silent: tuple[str, ...] = ()
    kept: Said = field(default_factory=dict)
    slips_corrected: tuple[Slip, ...] = ()
    slips_earlier: tuple[Slip, ...] = ()

    @property
    def same_again(self) -> bool:
        """Whether the statement of that day says all this already."""
        return self.against_corrected is not None and self.against_corrected.nothing_new

    @property
    def slips(self) -> Iterator[tuple[Statement, Slip]]:
        """What is taken back, with the statement that had it; once for an agreement, the earlier day's first."""
        seen: set[tuple[str, str]] = set()
        for statement, slips in ((self.earlier, self.slips_earlier), (self.corrected, self.slips_corrected)):
            for slip in slips:
                about = (slip.code, slip.external_id)
                if statement is not None and about not in seen:
                    seen.add(about)
                    yield statement, slip

    def carried(self, position: Position) -> Position:
        """``position`` with the figures that stand after the comparison, and what its file has no column for."""
        last = self.against_earlier or self.against_corrected
        if last is None:
            return position
        figures = last.carried[position.external_id]
        amounts = {name: getattr(figures, name) for name in COMPARED}
        return replace(_completed(position, self.kept, self.silent), **amounts)

    def as_json(self) -> dict[str, Any] | None:
        """What is kept with the statement: counts and bridges against the earlier one, and of what it corrects."""
        result: dict[str, Any] = {}
        if self.earlier and self.against_earlier:
            result |= {"against": _named(self.earlier)} | _told(self.against_earlier, self.slips_earlier)
        if self.corrected and self.against_corrected:
            result["corrects"] = _named(self.corrected) | _told(self.against_corrected, self.slips_corrected)
        return result or None


def compare_with_standing(session: Session, portfolio_id: int, source: Source, as_of: date) -> Compared:
    """Compare the file with what stands for its day and before it; reads only.

    Both statements' figures are in memory at once: some 1 KB for each agreement.
    """
    corrected = standing_on(session, portfolio_id, source.series, as_of)
    earlier = standing_before(session, portfolio_id, source.series, as_of)
    if corrected is None and earlier is None:
        return Compared()
    silent = tuple(name for name in PLAIN if name not in source.stated)
    before = _said(session, corrected), _said(session, earlier)
    kept = {**before[1], **before[0]} if silent else {}
    later = {
        position.external_id: PositionFigures.of(_completed(position, kept, silent))
        for position in positions_in(source.spool)
    }
    against_corrected = _against(corrected, before[0], later, source.rounded_to)
    if against_corrected is not None:
        later = dict(against_corrected.carried)
    against_earlier = _against(earlier, before[1], later, source.rounded_to)
    slips = [
        _slips(statement, comparison, said, as_of)
        for statement, comparison, said in (
            (corrected, against_corrected, before[0]),
            (earlier, against_earlier, before[1]),
        )
    ]
    return Compared(corrected, against_corrected, earlier, against_earlier, silent, kept, *slips)


def _slips(statement: Statement | None, comparison: Comparison | None, said: Said, as_of: date) -> tuple[Slip, ...]:
    if statement is None or comparison is None:
        return ()
    return tuple(slips_of(comparison, said, since=statement.as_of, as_of=as_of))


def _said(session: Session, statement: Statement | None) -> dict[str, Position]:
    if statement is None:
        return {}
    return {stored.says.external_id: stored.says for stored in positions_of(session, statement.id)}


def _completed(position: Position, kept: Said, silent: tuple[str, ...]) -> Position:
    """``position`` with the earlier words, days and rate in fields for which its file has no column at all."""
    earlier = kept.get(position.external_id) if silent else None
    if earlier is None:
        return position
    return replace(position, **{name: getattr(earlier, name) for name in silent})


def _against(
    statement: Statement | None, said: Said, later: Mapping[str, PositionFigures], rounded_to: int
) -> Comparison | None:
    if statement is None:
        return None
    earlier = {key: PositionFigures.of(position) for key, position in said.items()}
    return compare(earlier, later, rounded_to=rounded_to, earlier_rounded_to=statement.rounded_to or 0)


def _named(statement: Statement) -> dict[str, Any]:
    return {"key": statement.public_key, "as_of": statement.as_of.isoformat()}


def _told(comparison: Comparison, slips: tuple[Slip, ...]) -> dict[str, Any]:
    counts = {kind: len(getattr(comparison, kind)) for kind in KINDS}
    counts["vanished_signed"] = sum(slip.code == VANISHED for slip in slips)
    bridges = [asdict(bridge) for bridge in comparison.bridges.values()]
    return {"counts": counts, "bridges": [bridge for bridge in bridges if bridge["opening"] or bridge["closing"]]}

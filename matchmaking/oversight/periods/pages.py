"""A closed month as its page shows it: the frozen ledger by grade, and each restatement with its causes beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from matchmaking.domain.conversion.buckets import ON_SCREEN
from matchmaking.domain.conversion.closing import MEMBER, Cell, Headline, Held, added, cells_of, headlines
from matchmaking.domain.conversion.instruments import INSTRUMENTS
from matchmaking.domain.statements.ledger import BUCKETS
from matchmaking.oversight.periods.models import PeriodCause, PeriodClose, PeriodProposal, PeriodRestatement
from matchmaking.oversight.periods.queries import causes_of, changes_of, frozen_lines, restatements_of

GRADES = {grade: place for place, grade in enumerate(INSTRUMENTS)}
ORDER = {bucket: place for place, bucket in enumerate((*ON_SCREEN, *BUCKETS))}


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One bucket: as closed, what was restated since, and both together."""

    bucket: str
    frozen: Held
    changed: Held

    @property
    def now(self) -> Held:
        """As restated."""
        return self.frozen + self.changed


@dataclass(frozen=True, slots=True)
class GradePage:
    """One grade's ledger of the closed month; ``standing`` is ``member`` or what stands apart."""

    grade: str
    standing: str
    lines: Sequence[LedgerLine]

    @property
    def frozen(self) -> Headline:
        """Its head as closed."""
        return self._head((line.bucket, line.frozen) for line in self.lines)

    @property
    def changed(self) -> Headline:
        """What the restatements changed in its head."""
        return self._head((line.bucket, line.changed) for line in self.lines)

    @property
    def now(self) -> Headline:
        """Its head as restated."""
        return self.frozen + self.changed

    def _head(self, held: Iterable[tuple[str, Held]]) -> Headline:
        return headlines((self.grade, bucket, each) for bucket, each in held).get(self.grade, Headline())


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One bucket's difference in one grade."""

    grade: str
    standing: str
    bucket: str
    change: Held


@dataclass(frozen=True, slots=True)
class Restated:
    """One restatement: when, the difference bucket by bucket, and the facts with the agreement each one changed."""

    restatement: PeriodRestatement
    lines: Sequence[ChangeLine]
    causes: Sequence[tuple[PeriodCause, str]]

    @property
    def heads(self) -> Mapping[str, Headline]:
        """Grade → what it changed in the head of the ledger itself."""
        return headlines((line.grade, line.bucket, line.change) for line in self.lines if line.standing == MEMBER)


@dataclass(frozen=True, slots=True)
class PeriodPage:
    """The page of one month; ``close`` None: proposed, and waiting for a second person."""

    proposal: PeriodProposal
    close: PeriodClose | None
    grades: Sequence[GradePage]
    restatements: Sequence[Restated]


def period_page(session: Session, proposal: PeriodProposal, close: PeriodClose | None) -> PeriodPage:
    """Four SQL statements, whatever the number of agreements and restatements."""
    frozen = cells_of(line for _, line in frozen_lines(session, proposal.snapshot_id))
    changes = changes_of(session, close.id) if close else {}
    restated: dict[Cell, Held] = {}
    for change in changes.values():
        restated = added(restated, change)
    causes: dict[int, list[tuple[PeriodCause, str]]] = defaultdict(list)
    for cause, key in causes_of(session, close.id) if close else ():
        causes[cause.restatement_id].append((cause, key))
    told = [
        Restated(one, _lines(changes.get(one.id, {})), causes.get(one.id, ()))
        for one in (restatements_of(session, close.id) if close else ())
    ]
    return PeriodPage(proposal, close, _grades(frozen, restated), told)


def _sums(cells: Mapping[Cell, Held]) -> dict[tuple[str, str, str], Held]:
    """(standing, grade, bucket) → sum over agreements; what cancels out between two of them is gone here."""
    found: dict[tuple[str, str, str], Held] = defaultdict(Held)
    for cell, held in cells.items():
        found[cell.standing, cell.grade, cell.bucket] += held
    return found


def _place(where: tuple[str, str, str]) -> tuple[bool, str, int, int]:
    """Members first, the firmest grade first, buckets as every ledger has them."""
    standing, grade, bucket = where
    return standing != MEMBER, standing, GRADES.get(grade, len(GRADES)), ORDER.get(bucket, len(ORDER))


def _lines(change: Mapping[Cell, Held]) -> list[ChangeLine]:
    sums = _sums(change)
    return [ChangeLine(where[1], where[0], where[2], sums[where]) for where in sorted(sums, key=_place) if sums[where]]


def _grades(frozen: Mapping[Cell, Held], restated: Mapping[Cell, Held]) -> list[GradePage]:
    then, since = _sums(frozen), _sums(restated)
    groups: dict[tuple[str, str], list[LedgerLine]] = defaultdict(list)
    for where in sorted({*then, *since}, key=_place):
        groups[where[0], where[1]].append(LedgerLine(where[2], then.get(where, Held()), since.get(where, Held())))
    return [GradePage(grade, standing, lines) for (standing, grade), lines in groups.items()]

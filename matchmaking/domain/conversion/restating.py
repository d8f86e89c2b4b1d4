"""Restatement (N8): one day in the world, two days of our records, and the difference bucket by bucket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from matchmaking.domain.conversion import buckets as b
from matchmaking.domain.conversion.audit import CaseAudit
from matchmaking.domain.conversion.ledgers import GradeLedger
from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Reason, Refusal


@dataclass(frozen=True, slots=True)
class Change:
    """What a bucket held as known earlier and later."""

    bucket: str
    earlier: Money
    later: Money
    verified_earlier: Money
    verified_later: Money

    @property
    def amount(self) -> Money:
        """Later less earlier."""
        return self.later - self.earlier

    @property
    def verified(self) -> Money:
        """Verified part, later less earlier."""
        return self.verified_later - self.verified_earlier


@dataclass(frozen=True, slots=True)
class GradeRestatement:
    """One grade restated. ``changes`` hold the buckets that differ; their amounts add up to the change of
    ``signed``.
    """

    instrument: str
    currency: str
    signed: Money
    changes: tuple[Change, ...]

    @property
    def verified(self) -> Money:
        """Change of the verified gross, which is the numerator of the contract rate."""
        numerator = (change.verified for change in self.changes if change.bucket in (b.A1, b.A3, b.A5))
        return Money.total(numerator, self.currency)


@dataclass(frozen=True, slots=True)
class Restatement:
    """The difference between two audits of one ``as_of``, earlier and later known. The earlier figure stays as it
    was.
    """

    as_of: date
    known_earlier: date
    known_later: date
    grades: tuple[GradeRestatement, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing changed."""
        return not self.grades


def restatement(earlier: CaseAudit, later: CaseAudit) -> Restatement:
    """What ``later`` says otherwise than ``earlier``.

    Raises :class:`Refusal` ``restatement_of_another`` unless both are of one portfolio, scope and ``as_of``.
    """
    if (earlier.portfolio, earlier.scope, earlier.as_of) != (later.portfolio, later.scope, later.as_of):
        left = f"{earlier.portfolio} {earlier.scope.predicate} {earlier.as_of.isoformat()}"
        right = f"{later.portfolio} {later.scope.predicate} {later.as_of.isoformat()}"
        raise Refusal(Reason("restatement_of_another", {"earlier": left, "later": right}))
    then = {(grade.instrument, grade.currency): grade for grade in earlier.grades}
    now = {(grade.instrument, grade.currency): grade for grade in later.grades}
    order = [*now, *(grade for grade in then if grade not in now)]
    found = (_grade(instrument, currency, then, now) for instrument, currency in order)
    grades = tuple(grade for grade in found if grade.changes or grade.signed)
    return Restatement(earlier.as_of, earlier.known_at, later.known_at, grades)


def _grade(
    instrument: str,
    currency: str,
    then: dict[tuple[str, str], GradeLedger],
    now: dict[tuple[str, str], GradeLedger],
) -> GradeRestatement:
    before, after = then.get((instrument, currency)), now.get((instrument, currency))
    zero = Money.zero(currency)
    changes = []
    for bucket in b.ON_SCREEN:
        old, new = (None if ledger is None else ledger.row(bucket) for ledger in (before, after))
        change = Change(
            bucket,
            old.amount if old else zero,
            new.amount if new else zero,
            old.verified if old else zero,
            new.verified if new else zero,
        )
        if change.amount or change.verified:
            changes.append(change)
    signed = (after.signed if after else zero) - (before.signed if before else zero)
    return GradeRestatement(instrument, currency, signed, tuple(changes))
